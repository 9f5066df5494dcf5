import { readFileSync } from 'node:fs'
import { type Mirror, mirrorSchema } from '../../shared/ipc/contract.ts'
import { type MonitoringView, monitoringViewSchema } from '../../shared/ipc/monitoring-view.ts'
import type { StatusView } from '../../shared/ipc/status.ts'

export type MirrorName =
  | 'all-well'
  | 'switched'
  | 'desktop-stopped'
  | 'split-brain'
  | 'unknown'
  | 'no-stack'
  | 'two-stacks'
  | 'monitoring-works'
  | 'monitoring-broken'

export function mirrorOf(name: MirrorName): Mirror {
  const file = new URL(`../fixtures/mirrors/${name}.json`, import.meta.url)
  return mirrorSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
}

/** The first status of the mirror that speaks of a stack. */
export function statusOf(name: MirrorName): StatusView & { stack: string } {
  const status = mirrorOf(name).stacks.find((each) => each.stack !== null)
  if (status === undefined || status.stack === null) throw new Error(`${name} has no stack`)
  return { ...status, stack: status.stack }
}

/** What is seen of the stack beyond its containers: crowded and broken, well, or hardly anything. */
export function monitoringOf(name: 'crowded' | 'well' | 'unknown'): MonitoringView {
  const file = new URL(`../fixtures/monitoring/${name}.json`, import.meta.url)
  return monitoringViewSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
}
