import type { IncidentView } from '../../../shared/ipc/status.ts'

/** What happened to an incident, for somebody who sees nothing else of this machine. */
export type Message = {
  change: 'opened' | 'worsened' | 'resolved' | 'withdrawn'
  stack: string
  incident: IncidentView
  at: string
  /** Host name of this machine. */
  machine: string
}

/** Tells somebody elsewhere, one message at a time. Throws an `HttpFailure` when it cannot. */
export interface Messenger {
  readonly at: string
  send(message: Message, signal: AbortSignal): Promise<void>
}
