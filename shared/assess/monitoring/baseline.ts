import type { Baseline, MonitoringSights } from '../../domain/monitoring.ts'
import type { ObservedState } from '../../domain/observed-state.ts'
import type { Stack } from '../../domain/stack.ts'
import { homeContainers } from '../../domain/whereabouts.ts'
import { err, ok, type Result } from '../../kit/result.ts'

/**
 * What is there now, as what is right. Refuses, with the reason, while something that belongs
 * in it cannot be seen: a baseline with holes would hide what changes in them.
 */
export function baselineOf(
  observed: ObservedState,
  stack: Stack,
  sights: MonitoringSights,
  now: number,
): Result<Baseline, string> {
  const containers = homeContainers(observed, stack.home)
  if (!containers) return err(`The containers on ${stack.home.context} cannot be seen.`)
  if (sights.files.status === 'unknown') {
    return err(`The files of the stack cannot be read: ${sights.files.failure.message}`)
  }
  const services = containers.filter(({ oneOff }) => !oneOff)
  const keyed = (textOf: (one: (typeof services)[number]) => string | undefined) =>
    Object.fromEntries(
      services.flatMap((one) => {
        const value = textOf(one)
        return value ? [[`${one.project}/${one.service}`, value]] : []
      }),
    )
  const panels = panelsWithData(sights)
  return ok({
    acceptedAt: now,
    files: Object.fromEntries(
      sights.files.value.flatMap(({ path, sha256 }) => (sha256 ? [[path, sha256]] : [])),
    ),
    images: keyed(({ imageId }) => imageId),
    configHashes: keyed(({ labels }) => labels['com.docker.compose.config-hash']),
    jobs: jobsUp(sights),
    ...(panels && { panels }),
  })
}

function jobsUp({ prometheus }: MonitoringSights): string[] {
  const up = prometheus.flatMap(({ look }) =>
    look.status === 'known' ? look.value.targets.filter(({ health }) => health === 'up') : [],
  )
  return [...new Set(up.map(({ job }) => job))].sort()
}

/** Undefined where no Grafana let us ask. */
function panelsWithData({ grafana }: MonitoringSights): string[] | undefined {
  const dashboards = grafana.flatMap(({ look }) =>
    look.status === 'known' ? (look.value.dashboards ?? []) : [],
  )
  if (dashboards.length === 0) return undefined
  return dashboards.flatMap(({ uid, panels }) =>
    panels.filter(({ state }) => state === 'data').map(({ id }) => `${uid}/${id}`),
  )
}
