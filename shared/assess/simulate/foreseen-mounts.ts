import type { Foreseen } from '../../ipc/simulation-view.ts'
import type { Move } from './move.ts'

/** Directories that Docker Desktop's own machine has of its own, under the same names. */
const ofTheMachine = ['/proc', '/sys', '/dev', '/run', '/var/run', '/var/lib/docker', '/']

/** Docker Desktop sees only the directories that it shares with its virtual machine. */
export function bindMounts({ containers, destination }: Move): Foreseen[] {
  if (destination.engine.kind !== 'docker-desktop') return []
  const shared = destination.sharedDirectories
  const isShared = (path: string) =>
    shared?.some((root) => path === root || path.startsWith(`${root}/`))
  return containers.flatMap((one) =>
    one.mounts
      .filter(({ type, source }) => type === 'bind' && !ofTheMachine.includes(source))
      .filter(({ source }) => isShared(source) !== true && !source.startsWith('/var/run/'))
      .map(
        ({ source }): Foreseen => ({
          what: 'bind',
          verdict: shared === undefined ? 'cannot-tell' : 'breaks',
          subject: source,
          sentence:
            shared === undefined
              ? `${one.service} mounts ${source}, and which directories ${destination.context} shares cannot be seen.`
              : `${one.service} mounts ${source}, which ${destination.context} does not share.`,
          remedy:
            shared === undefined
              ? null
              : 'Docker Desktop → Settings → Resources → File sharing: add the directory.',
        }),
      ),
  )
}

/** These measure the machine they run on: in Docker Desktop that is its virtual machine. */
const measureTheirMachine = ['node', 'cadvisor', 'process', 'docker']

export function measuredMachine({ stack, destination }: Move): Foreseen[] {
  const isInside = (kind: string) => kind === 'docker-desktop'
  const { kind } = destination.engine
  if (isInside(kind) === isInside(stack.home.engineKind)) return []
  return stack.projects.flatMap(({ name, starts }) =>
    starts.flatMap(({ services }) =>
      services
        .filter(({ exporter }) => exporter && measureTheirMachine.includes(exporter.kind))
        .map(
          (service): Foreseen => ({
            what: 'machine',
            verdict: 'differs',
            subject: `${name}/${service.name}`,
            sentence: isInside(kind)
              ? `${service.name} would measure the virtual machine of ${destination.context}, not this one.`
              : `${service.name} would measure this machine, not the virtual machine of ${stack.home.context}.`,
            remedy: null,
          }),
        ),
    ),
  )
}
