import { readFileSync } from 'node:fs'
import { type Mirror, mirrorSchema } from '../../shared/ipc/contract.ts'
import type { StatusView } from '../../shared/ipc/status.ts'

export type MirrorName =
  | 'all-well'
  | 'switched'
  | 'desktop-stopped'
  | 'split-brain'
  | 'unknown'
  | 'no-stack'
  | 'two-stacks'

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
