import type { HostRoot } from './host-tree.ts'

/** A text that stands nowhere on a disk: what was asked for, as it is kept. */
export type Document = { path: string; text: string }

/** One part of the machine: what is kept of it, what could not be, and what must not be. */
export type Section = {
  documents?: readonly Document[]
  files?: readonly HostRoot[]
  gaps?: readonly string[]
  /** Kept only where the repository is encrypted, a sentence each. */
  withheld?: readonly string[]
}
