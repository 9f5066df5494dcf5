import { formatPatch, structuredPatch } from 'diff'
import { maskSecrets } from './mask-secrets.ts'

export type TextDifference = {
  /** Unified, secrets masked; null where `why` says why there is none. */
  diff: string | null
  why: string | null
}

/** Two texts with nothing in common say more by themselves than line by line. */
const mostEdits = 2_000
const mostMs = 250

/**
 * What differs between two texts of one file. Secrets are masked before anything is compared;
 * `tell` lets a changed one show as changed, see `maskSecrets`.
 */
export function textDifference(
  path: string,
  before: string,
  after: string,
  tell?: (secret: string) => string,
): TextDifference {
  if (before === after) return { diff: null, why: 'The two are the same.' }
  const [from, to] = [maskSecrets(before, path, tell), maskSecrets(after, path, tell)]
  if (from === to) return { diff: null, why: 'They differ in nothing but hidden values.' }
  const name = path.split('/').at(-1) ?? path
  const patch = structuredPatch(name, name, from, to, undefined, undefined, {
    context: 3,
    maxEditLength: mostEdits,
    timeout: mostMs,
  })
  if (!patch) return { diff: null, why: 'They differ in too many lines to be shown.' }
  return { diff: formatPatch(patch), why: null }
}
