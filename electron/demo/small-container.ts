import { randomBytes } from 'node:crypto'
import type { ContainerState, HealthState, PublishedPort } from '../../shared/domain/container.ts'
import type { ContainerSpec } from './container-spec.ts'

/** One run of the healthcheck. */
type Probe = { start: number; end: number; exitCode: number; output: string }

/** A container of a small engine. Only its engine changes it; times are epoch milliseconds. */
export type SmallContainer = {
  readonly id: string
  readonly spec: ContainerSpec
  readonly createdAt: number
  state: ContainerState
  health: HealthState
  failingStreak: number
  /** The last five, oldest first, as the real engine keeps them. */
  probes: readonly Probe[]
  exitCode: number
  oomKilled: boolean
  /** The engine's words when a start failed. */
  error: string
  restartCount: number
  startedAt?: number
  finishedAt?: number
}

export function newContainer(spec: ContainerSpec, now: number): SmallContainer {
  return {
    id: randomBytes(32).toString('hex'),
    spec,
    createdAt: now,
    state: 'created',
    health: 'none',
    failingStreak: 0,
    probes: [],
    exitCode: 0,
    oomKilled: false,
    error: '',
    restartCount: 0,
  }
}

export const runs = (container: SmallContainer): boolean =>
  container.state === 'running' || container.state === 'paused'

/** The ports that the host really gives; none while the container does not run. */
export function portsGot(container: SmallContainer): PublishedPort[] {
  if (!runs(container)) return []
  return container.spec.ports.flatMap((port, index) => {
    const hostPort = port.hostPort === 0 ? 32768 + index : port.hostPort
    const addresses = port.hostIp === '' ? ['0.0.0.0', '::'] : [port.hostIp]
    return addresses.map((hostIp) => ({ ...port, hostIp, hostPort }))
  })
}

/** The column STATUS of `docker ps`, word for word. */
export function statusText(container: SmallContainer, now: number): string {
  const since = (moment: number | undefined) => inWords(now - (moment ?? now))
  switch (container.state) {
    case 'created':
      return 'Created'
    case 'removing':
      return 'Removal In Progress'
    case 'dead':
      return 'Dead'
    case 'restarting':
      return `Restarting (${container.exitCode}) ${since(container.finishedAt)} ago`
    case 'exited':
      return `Exited (${container.exitCode}) ${since(container.finishedAt)} ago`
    case 'paused':
      return `Up ${since(container.startedAt)} (Paused)`
    case 'running':
      return `Up ${since(container.startedAt)}${healthText(container.health)}`
  }
}

function healthText(health: HealthState): string {
  if (health === 'none') return ''
  return health === 'starting' ? ' (health: starting)' : ` (${health})`
}

function inWords(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000)
  if (seconds < 1) return 'Less than a second'
  if (seconds === 1) return '1 second'
  if (seconds < 60) return `${seconds} seconds`
  const minutes = Math.floor(seconds / 60)
  if (minutes === 1) return 'About a minute'
  if (minutes < 60) return `${minutes} minutes`
  const hours = Math.round(minutes / 60)
  if (hours === 1) return 'About an hour'
  return hours < 48 ? `${hours} hours` : `${Math.floor(hours / 24)} days`
}
