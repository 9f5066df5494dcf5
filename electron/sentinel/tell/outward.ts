import { join } from 'node:path'
import type { Settings } from '../../../shared/settings/settings.ts'
import { exposition } from '../../adapters/metrics/exposition.ts'
import { metricsServer } from '../../adapters/metrics/metrics-server.ts'
import type { SettingsFile } from '../keep/settings-file.ts'
import type { Sentinel } from '../surface.ts'
import { forwardIncidents } from './forward.ts'
import { type HeartbeatCount, heartbeat } from './heartbeat.ts'
import { oneSpeaker } from './one-speaker.ts'
import { ownMetrics } from './own-metrics.ts'

type OutwardParts = {
  sentinel: Sentinel
  settings: SettingsFile
  version: string
  /** Where it is written down which process forwards. */
  stateDirectory: string
  /** Host name of this machine. */
  machine: string
  onProblem: (sentence: string) => void
}

/**
 * What leaves this process beside notices: forwarded incidents, metrics, the heartbeat. Each
 * begins, ends and begins anew as the settings say; none of them stops the guard.
 */
export function outward(parts: OutwardParts): { stop(): Promise<void> } {
  const { sentinel, settings, version, stateDirectory, machine, onProblem } = parts
  const heartbeats: HeartbeatCount = { sent: 0, failed: 0 }

  const forwarding = switched(async ({ forward }: Settings) =>
    Object.keys(forward).length === 0
      ? undefined
      : oneSpeaker({
          directory: join(stateDirectory, 'speaker'),
          begin: () => forwardIncidents({ sentinel, choices: forward, machine, onProblem }),
          say: onProblem,
        }),
  )
  const measuring = switched(async ({ metrics }: Settings) => {
    if (!metrics) return undefined
    const server = metricsServer(metrics, () =>
      exposition(ownMetrics({ mirror: sentinel.mirror(), version, heartbeats })),
    )
    await server.listen()
    return server.close
  })
  const beating = switched(async ({ heartbeat: chosen }: Settings) =>
    chosen
      ? heartbeat({
          sentinel,
          url: chosen.url,
          everyMs: chosen.everySeconds * 1000,
          count: heartbeats,
          onProblem,
        })
      : undefined,
  )

  /** One after the other: what ends frees its port before another begins. */
  let last: Promise<void> = Promise.resolve()
  function apply(now: Settings): void {
    last = last.then(async () => {
      await forwarding.to(now, now.forward, onProblem)
      await measuring.to(now, now.metrics, onProblem)
      await beating.to(now, now.heartbeat, onProblem)
    })
  }

  const stopListening = settings.onChange(apply)
  apply(settings.inForce())
  return {
    async stop() {
      stopListening()
      await last
      await Promise.all([forwarding.off(), measuring.off(), beating.off()])
    },
  }
}

type End = () => Promise<void>

/** Something that runs by its part of the settings, and only begins anew when that changes. */
function switched(begin: (settings: Settings) => Promise<End | undefined>) {
  let end: End | undefined
  let chosen = ''
  async function off(): Promise<void> {
    await end?.()
    end = undefined
  }
  return {
    off,
    async to(settings: Settings, part: unknown, onProblem: (sentence: string) => void) {
      const next = JSON.stringify(part) ?? ''
      if (next === chosen) return
      chosen = next
      await off()
      try {
        end = await begin(settings)
      } catch (error) {
        onProblem((error as Error).message)
      }
    },
  }
}
