import type { Exporter } from '../../domain/stack.ts'
import { servicesOf } from '../../domain/stack.ts'
import { containersOf } from '../../domain/whereabouts.ts'
import type { Situation } from '../situation.ts'

const gpuKinds = ['nvidia-gpu', 'dcgm']

export const measuresGpus = (exporter: Exporter | undefined): boolean =>
  exporter !== undefined && gpuKinds.includes(exporter.kind)

/** Whether the stack has anything to do with a GPU: many machines rightly have none. */
export function expectsGpu({ stack, observed, monitoring }: Situation): boolean {
  if (servicesOf(stack).some(({ service }) => measuresGpus(service.exporter))) return true
  const projects = new Set(stack.projects.map(({ name }) => name))
  const requested = observed.engines
    .flatMap(containersOf)
    .some(({ gpuRequested, project }) => gpuRequested === true && projects.has(project))
  const units = monitoring?.units.status === 'known' ? monitoring.units.value : []
  return requested || units.some(({ name, active }) => active === 'active' && isGpuUnit(name))
}

const isGpuUnit = (name: string): boolean => /nvidia[-_](gpu|smi)[-_]exporter|dcgm/.test(name)
