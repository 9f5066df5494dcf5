import type { Message } from '../../adapters/forward/messenger.ts'

/** One way out of this machine. What fails there holds up nobody else. */
export type Lane = {
  told(message: Message): void
  /** What is being said may be finished, for a moment. */
  stop(): Promise<void>
}
