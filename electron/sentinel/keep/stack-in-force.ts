import type { Stack } from '../../../shared/domain/stack.ts'

/** A stack file, the stack that it puts in force, and what is wrong with it. */
export type StackInForce = {
  file: string
  /** The file's own stack, or the last good one while there is a `problem`. */
  stack?: Stack
  /** Why the file as it is now cannot be used. */
  problem?: string
}
