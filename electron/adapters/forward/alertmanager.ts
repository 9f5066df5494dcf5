import { secretDoor } from './secret-door.ts'

/** As POST /api/v2/alerts takes it, Alertmanager 0.25 and later. The labels are its identity. */
export type OwnAlert = {
  labels: Readonly<Record<string, string>>
  annotations: Readonly<Record<string, string>>
  startsAt: string
  /** In the future while it fires: then it ends by itself when nobody sends it again. */
  endsAt: string
}

export interface AlertSink {
  readonly at: string
  send(alerts: readonly OwnAlert[], signal: AbortSignal): Promise<void>
}

export function alertSink(url: string): AlertSink {
  const target = new URL(url)
  target.pathname = `${target.pathname.replace(/\/+$/, '')}/api/v2/alerts`
  const { at, post } = secretDoor('Alertmanager', target.href)
  return { at, send: (alerts, signal) => post(alerts, signal) }
}
