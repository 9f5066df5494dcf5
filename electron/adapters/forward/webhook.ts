import type { Messenger } from './messenger.ts'
import { secretDoor } from './secret-door.ts'

/** The whole incident as JSON, in the shape that `watch --json` has too. */
export function webhook(url: string): Messenger {
  const { at, post } = secretDoor('the webhook', url)
  return {
    at,
    send: ({ change, stack, incident, at: when, machine }, signal) =>
      post({ version: 1, machine, at: when, stack, change, incident }, signal),
  }
}
