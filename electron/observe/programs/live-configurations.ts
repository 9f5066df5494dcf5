import type { LiveConfiguration } from '../../../shared/domain/prometheus.ts'
import { compareConfiguration, type LiveProgram } from '../../../shared/text/live-configuration.ts'
import { alertmanagerConfig } from '../../adapters/alertmanager/live-config.ts'
import { sha256Of } from '../../adapters/disk/content-hash.ts'
import { readSmallFile, type SmallFile } from '../../adapters/disk/small-file.ts'
import { lokiConfig } from '../../adapters/loki/live-config.ts'
import { prometheusConfig } from '../../adapters/prometheus/live-config.ts'
import type { Stop } from '../watcher.ts'
import { type Asked, askedWatcher } from './asked-watcher.ts'
import { type ServiceEndpoint, type ServiceWatchers, serviceWatchers } from './service-watchers.ts'

/** A program that says what it runs, and where the file of that may lie on this machine. */
export type ConfigEndpoint = ServiceEndpoint & { program: LiveProgram; files: readonly string[] }

type Parts = { everyMs?: number; now?: () => number }

/** Asked rarely: Loki's answer is some fifty kilobytes, and it changes with a restart alone. */
const usualEveryMs = 120_000
const mostBytes = 1024 * 1024

const configOf = {
  prometheus: prometheusConfig,
  alertmanager: alertmanagerConfig,
  loki: lokiConfig,
} as const

/** Keeps in view whether programs run what lies in their files. */
export function configurationWatchers({
  everyMs = usualEveryMs,
  now,
}: Parts = {}): ServiceWatchers<LiveConfiguration, ConfigEndpoint> {
  const open = (endpoint: ConfigEndpoint, hints: (again: () => void) => Stop) =>
    askedWatcher<LiveConfiguration>({
      source: `the configuration of ${endpoint.service}`,
      client: () => comparing(endpoint),
      everyMs,
      hints,
      ...(now && { now }),
    })
  return serviceWatchers(open, now)
}

/** Parses nothing again while neither side has changed. */
function comparing({ program, url, files, service }: ConfigEndpoint): Asked<LiveConfiguration> {
  const asked = configOf[program]({ url })
  let before: { key: string; value: LiveConfiguration } | undefined
  return {
    async look(signal) {
      const [{ path, bytes, modifiedAt }, live] = await Promise.all([
        theFile(files, service),
        asked.text(signal),
      ])
      const key = `${path} ${modifiedAt} ${sha256Of(bytes)} ${sha256Of(live)}`
      if (before?.key === key) return before.value
      const compared = compareConfiguration(bytes.toString('utf8'), live, program)
      if (!compared) throw new Error(`${path} is no configuration that ${service} could run.`)
      before = { key, value: { file: path, modifiedAt, ...compared } }
      return before.value
    },
    close: asked.close,
  }
}

async function theFile(
  paths: readonly string[],
  service: string,
): Promise<SmallFile & { path: string }> {
  const found: (SmallFile & { path: string })[] = []
  for (const path of paths) {
    const file = await readSmallFile(path, mostBytes).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
      throw error
    })
    if (file) found.push({ path, ...file })
  }
  const [one, another] = found
  if (one && !another) return one
  throw new Error(
    one
      ? `${one.path} and ${another?.path} could both be the configuration of ${service}.`
      : `The configuration of ${service} is not where it was mounted from.`,
  )
}
