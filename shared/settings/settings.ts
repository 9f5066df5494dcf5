import { ok, type Result } from '../kit/result.ts'
import type { FileKind, FileProblem } from '../yaml/problem-sentences.ts'
import { fitting, readYaml } from '../yaml/read-yaml.ts'
import { type SettingsFile, settingsFileSchema } from './settings-schema.ts'

/** Minutes since midnight by the clock of this machine. `to` before `from` is over midnight. */
export type QuietHours = { from: number; to: number; exceptCritical: boolean }

export type NotificationChoices = {
  floor: 'info' | 'warning' | 'critical'
  quietHours?: QuietHours
}

/** URLs may hold tokens: never printed whole. */
export type ForwardChoices = { webhook?: string; ntfy?: string; alertmanager?: string }

/** What the owner of this machine chose, beside the stacks. */
export type Settings = {
  notifications: NotificationChoices
  forward: ForwardChoices
  metrics?: { host: string; port: number }
  heartbeat?: { url: string; everySeconds: number }
}

const kind: FileKind = {
  schema: settingsFileSchema,
  called: 'a settings file',
  keys: 'notifications, forward and metrics',
  isSecret: (path) => path.at(-1) === 'url',
}

/** Reads settings.yaml whole or not at all; an empty one says nothing. Never throws. */
export function parseSettings(text: string): Result<Settings, FileProblem[]> {
  const read = readYaml(text, kind)
  if (!read.ok) return read
  const parsed = fitting(settingsFileSchema, kind, read.value.content, read.value.problemAt)
  return parsed.ok ? ok(settingsOf(parsed.value)) : parsed
}

/** What holds where there is no file. */
export const usualSettings: Settings = settingsOf(settingsFileSchema.parse({}))

function settingsOf({ notifications, forward, metrics, heartbeat }: SettingsFile): Settings {
  const { floor, quietHours } = notifications
  return {
    notifications: {
      floor,
      ...(quietHours && {
        quietHours: {
          ...quietHours,
          from: minutesOf(quietHours.from),
          to: minutesOf(quietHours.to),
        },
      }),
    },
    forward: {
      ...(forward.webhook && { webhook: forward.webhook.url }),
      ...(forward.ntfy && { ntfy: forward.ntfy.url }),
      ...(forward.alertmanager && { alertmanager: forward.alertmanager.url }),
    },
    ...(metrics && { metrics: addressOf(metrics.listen) }),
    ...(heartbeat && { heartbeat }),
  }
}

function minutesOf(time: string): number {
  const [hours, minutes] = time.split(':')
  return Number(hours) * 60 + Number(minutes)
}

function addressOf(listen: string): { host: string; port: number } {
  const colon = listen.lastIndexOf(':')
  const host = listen.slice(0, colon).replace(/^\[|\]$/g, '')
  return { host, port: Number(listen.slice(colon + 1)) }
}
