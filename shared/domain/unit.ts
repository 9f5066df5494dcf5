export const unitScopes = ['system', 'user'] as const

/** A systemd service unit that does, or could do, the work of a service of the stack. */
export type Unit = {
  name: string
  scope: (typeof unitScopes)[number]
  description: string
  load: string
  active: 'active' | 'inactive' | 'failed' | 'activating' | 'deactivating' | 'reloading' | 'other'
  sub: string
  /** `enabled`, `disabled`, `static`, …; empty when systemd does not say. */
  enablement: string
  /** 0 when it does not run. */
  mainPid: number
  /** Why it failed, in systemd's word, for example `exit-code` or `oom-kill`. */
  result: string
  activeSince?: number
}
