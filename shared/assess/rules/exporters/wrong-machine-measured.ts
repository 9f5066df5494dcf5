import type { MeasuredMachine } from '../../../domain/exporter-sight.ts'
import type { Host } from '../../../domain/host.ts'
import { isOnThisMachine } from '../../../stack/endpoints.ts'
import type { Finding } from '../../finding.ts'
import { asBytes, serviceSubject } from '../../monitoring/answers.ts'
import { asTime, evidence, type Situation } from '../../situation.ts'

/** The kernel counts the same memory in both places; a virtual machine is given less. */
const memoryMayDiffer = 0.05
/** Clocks that are set shift what a kernel calls its boot time. */
const bootMayDifferSeconds = 600

/** An exporter tells of a machine that is not this one: the virtual machine of Docker Desktop. */
export function wrongMachineMeasured({ monitoring, stack }: Situation): Finding[] {
  if (monitoring?.host.status !== 'known' || !isOnThisMachine(stack.home.endpoint)) return []
  const host = monitoring.host.value
  return monitoring.exporters.flatMap((exporter): Finding[] => {
    if (exporter.exposition.status !== 'known' || !measuresMachines(exporter.kind)) return []
    const { machine } = exporter.exposition.value
    const differences = differencesOf(machine, host)
    if (differences.length === 0) return []
    return [
      {
        code: 'WRONG_MACHINE_MEASURED',
        severity: 'warning',
        subject: serviceSubject(exporter),
        sentence: `${exporter.service} measures a machine with ${differences.join(' and ')}, expected this one.`,
        evidence: evidence({
          'memory it reports': machine.memoryBytes ? asBytes(machine.memoryBytes) : undefined,
          'memory of this machine': asBytes(host.memoryBytes),
          'boot time it reports': machine.bootTime ? asTime(machine.bootTime * 1000) : undefined,
          'boot time of this machine': asTime(host.bootTime * 1000),
          'kernel it reports': machine.kernel,
          'kernel of this machine': host.kernel,
          'runs on': stack.home.engineKind === 'docker-desktop' ? 'Docker Desktop' : undefined,
        }),
        remedy: { kind: 'runbook', code: 'WRONG_MACHINE_MEASURED' },
      },
    ]
  })
}

const measuresMachines = (kind: string): boolean => kind === 'node'

function differencesOf(machine: MeasuredMachine, host: Host): string[] {
  const { memoryBytes, bootTime } = machine
  const memory =
    memoryBytes !== undefined &&
    Math.abs(memoryBytes - host.memoryBytes) > memoryMayDiffer * host.memoryBytes
  const boot = bootTime !== undefined && Math.abs(bootTime - host.bootTime) > bootMayDifferSeconds
  return [
    ...(memory ? [`${asBytes(memoryBytes)} of memory`] : []),
    ...(boot ? ['another boot time'] : []),
  ]
}
