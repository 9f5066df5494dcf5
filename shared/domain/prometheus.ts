import type { Reading } from './reading.ts'

export const targetHealths = ['up', 'down', 'unknown'] as const

/** One active target, as Prometheus runs it. */
export type Target = {
  job: string
  instance: string
  scrapeUrl: string
  health: (typeof targetHealths)[number]
  /** Prometheus's own words; empty when there are none. */
  error: string
  /** Epoch milliseconds; absent before the first scrape. */
  lastScrapeAt?: number
  scrapeIntervalSeconds: number
}

export type Prometheus = {
  version: string
  /** One that is not ready answers nothing else either: then the reading is unknown. */
  ready: boolean
  startedAt: number
  /** The last reload was accepted. */
  configAccepted: boolean
  configLoadedAt: number
  /** The configuration that is live, as YAML with defaults filled in and comments gone. */
  liveConfig: string
  configFile: string
  /** Flags that backups and reloads need. */
  adminApi: boolean
  lifecycle: boolean
  storagePath: string
  retention: string
  targets: readonly Target[]
  rules: { total: number; failing: readonly { name: string; error: string }[] }
  firingAlerts: readonly string[]
  /**
   * Epoch milliseconds of the newest sample of `up`, by job: a scrape that failed writes one too.
   * A job without any for `query.lookback-delta` (5 minutes, usually) is missing here.
   */
  newestSampleAt: Readonly<Record<string, number>>
}

export type Alert = {
  name: string
  severity: string
  state: 'active' | 'suppressed' | 'unprocessed'
  since: number
  labels: Readonly<Record<string, string>>
}

export type Alertmanager = {
  version: string
  ready: boolean
  alerts: readonly Alert[]
  silences: number
}

/** What a program runs, beside what lies in its file. */
export type LiveConfiguration = {
  file: string
  modifiedAt: number
  /** Where they differ, as `route.receiver`; empty where nothing does. */
  differs: readonly string[]
  /** How many values cannot be compared. */
  hidden: number
}

/** A monitoring program of the stack that we ask by HTTP. */
export type ServiceSight<T> = { project: string; service: string; url: string; look: Reading<T> }

/** Alertmanager's Watchdog alert, received by us as a webhook on loopback. */
export type Watchdog = {
  /** Where we listen. */
  url: string
  everySeconds: number
  lastBeatAt?: number
  /** When we began to listen: before the first beat is due, silence says nothing. */
  listeningSince: number
}

export type Loki = { ready: boolean; version: string; newestLineAt?: number }

/** Promtail or Alloy. */
export type LogShipper = { ready: boolean; program: string }
