import type { Container } from '../../domain/container.ts'
import type { Engine, EngineSight } from '../../domain/engine.ts'
import type { Stack } from '../../domain/stack.ts'
import type { Situation } from '../situation.ts'

/** Where the stack would go. */
export type Destination = {
  context: string
  sight: EngineSight
  engine: Engine
  /** Names of its volumes; absent where nobody could look. */
  volumes?: readonly string[]
  /** References of its images; absent where nobody could look. */
  images?: readonly string[]
  /** Directories of this machine that Docker Desktop shares with its own; absent elsewhere. */
  sharedDirectories?: readonly string[]
}

export type Move = {
  situation: Situation
  stack: Stack
  /** The containers as they are at home now. */
  containers: readonly Container[]
  destination: Destination
}
