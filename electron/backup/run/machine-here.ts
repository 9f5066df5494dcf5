import type { Stack } from '../../../shared/domain/stack.ts'
import { renderModel } from '../../adapters/compose/render-model.ts'
import type { DockerPlace } from '../../adapters/docker/config-file.ts'
import { type EngineEvidence, engineEvidence } from '../../adapters/docker/evidence.ts'
import { connectSessionBus, connectSystemBus } from '../../adapters/session-bus/session-bus.ts'
import { systemdUnits } from '../../adapters/systemd/systemd-units.ts'
import { machineSource } from '../sources/host/machine.ts'
import type { BackupSource } from '../sources/source.ts'
import type { HomeEngine } from './home-engine.ts'

export type MachineHere = {
  source: BackupSource
  /** What the engine said of images; undefined where it did not answer, or was not asked yet. */
  evidence: () => Promise<EngineEvidence | undefined>
  close(): void
}

/** This machine as a source, with the real systemd, compose and engine. */
export function machineHere(
  stack: Stack,
  home: HomeEngine | undefined,
  place: DockerPlace,
): MachineHere {
  const { env } = place
  const system = systemdUnits({ scope: 'system', connect: () => connectSystemBus(env) })
  const user = systemdUnits({ scope: 'user', connect: () => connectSessionBus(env) })
  const projects = stack.projects.map(({ name }) => name)
  let asked: Promise<EngineEvidence> | undefined

  function ask(signal: AbortSignal): Promise<EngineEvidence> {
    if (!home) return Promise.reject(new Error('its engine does not answer.'))
    asked ??= engineEvidence(home.target, projects, { env, signal })
    return asked
  }

  return {
    source: machineSource({
      stack,
      keepsSecrets: (stack.backup?.recipients.length ?? 0) > 0,
      place,
      systemd: [
        { scope: 'system', units: system },
        { scope: 'user', units: user },
      ],
      unitPatterns: stack.monitoring?.units ?? [],
      evidence: ask,
      render: (wanted, signal) => renderModel(wanted, { env, signal }),
    }),
    evidence: async () => asked?.catch(() => undefined),
    close() {
      system.close()
      user.close()
    },
  }
}
