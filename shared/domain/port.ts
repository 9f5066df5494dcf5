export const portProtocols = ['tcp', 'udp'] as const

/** Who holds a listening port. */
export type PortOwner =
  | { kind: 'container'; engineId: string; project: string; service: string; container: string }
  | { kind: 'unit'; unit: string; scope: 'system' | 'user'; pid: number }
  | { kind: 'process'; pid: number; command: string }
  /** Somebody; without root the kernel does not say who. `uid` is what it does say. */
  | { kind: 'unknown'; uid: number }

export type Listener = {
  port: number
  protocol: (typeof portProtocols)[number]
  /** `0.0.0.0`, `127.0.0.1`, `::` … */
  addresses: readonly string[]
  owner: PortOwner
  /** When this owner was first seen on it, epoch milliseconds. */
  since: number
}
