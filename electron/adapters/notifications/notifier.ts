/** Something to tell a person now. Plain text throughout; each notifier escapes as it must. */
export type Notice = {
  /** A notice with the same key takes the place of the one before it. */
  key: string
  title: string
  body: string
  urgency: 'low' | 'normal' | 'critical'
  /** Buttons, where the desktop has them. A click on the notice itself is `default`. */
  actions: readonly { name: string; label: string }[]
  onAction: (name: string) => void
  /** The person, or time, took it away. */
  onClosed?: () => void
}

export type Shown = {
  by: string
  /** Whether this desktop draws the buttons. */
  actions: boolean
}

/** One way to reach a person. Never blocks, and answers or fails within a few seconds. */
export interface Notifier {
  readonly name: string
  /** It would wait, and everything with it, for a notification server that hangs. */
  readonly waitsForServer?: boolean
  show(notice: Notice): Promise<Shown>
  close(key: string): Promise<void>
}

/** `hangs`: somebody is there and does not answer. Asking them in another way is no use. */
export class CannotNotify extends Error {
  override name = 'CannotNotify'
  readonly hangs: boolean
  constructor(message: string, hangs = false) {
    super(message)
    this.hangs = hangs
  }
}
