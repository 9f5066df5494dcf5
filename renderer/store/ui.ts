import { createStore, type StoreApi } from 'zustand/vanilla'
import type { FindingCode } from '../../shared/assess/finding.ts'
import type { Intent } from '../../shared/domain/intent.ts'
import type { Period, PlanProposal, Reply } from '../../shared/ipc/contract.ts'
import type { MonitoringView } from '../../shared/ipc/monitoring-view.ts'
import type { TimelineEntry } from '../../shared/ipc/status.ts'
import { type BackupsUi, noBackups } from './backups/place.ts'

/** The pages of the tab row, in its order. */
export const tabs = [
  'overview',
  'monitoring',
  'gpus',
  'ports',
  'changes',
  'backups',
  'timeline',
  'reports',
] as const
export type Tab = (typeof tabs)[number]

/** Where the person is. What is null in a page has been asked for and is on its way. */
export type Page =
  | { name: Tab }
  | { name: 'plan'; stack: string; from: Tab; intent: Intent; proposal: PlanProposal | null }
  /** Shows the operation that comes after the one with this ID, or only the one with the other. */
  | { name: 'operation'; after: string | null; only?: string }
  /** An operation that waits for somebody. */
  | { name: 'open-operation'; id: string }
  | { name: 'simulation'; stack: string; context: string; answer: Reply<'stack:simulate'> | null }
  | { name: 'runbook'; code: FindingCode; markdown: string | null; saved: string | null }

/** What only this window knows and forgets when it closes. */
export type Ui = {
  page: Page
  /** The stack that was chosen; null follows the one in the worst state. */
  stack: string | null
  /** A question is on its way to main; buttons wait. */
  asking: boolean
  /** What main answered instead of doing it, in one sentence. */
  problem: string | null
  /** The operation that the person has looked at and left. */
  leftOperation: string | null
  /** The operation that was asked to stop after its step. */
  stopping: string | null
  /** The operation that was told how to go on, until main has answered. */
  settling: string | null
  /** The person has read that there is no tray. */
  toldNoTray: boolean
  /** What was last answered of a stack beyond its containers; `view` is null where nobody looks. */
  monitoring: { stack: string; view: MonitoringView | null } | null
  backups: BackupsUi
  timeline: { since: Period; entries: readonly TimelineEntry[] | null }
  report: { since: Period; markdown: string | null; saved: string | null }
  /** How the test notification was shown. */
  noticeShown: string | null
}

export type UiStore = StoreApi<Ui>

export const createUiStore = (): UiStore =>
  createStore<Ui>()(() => ({
    page: { name: 'overview' },
    stack: null,
    asking: false,
    problem: null,
    leftOperation: null,
    stopping: null,
    settling: null,
    toldNoTray: false,
    monitoring: null,
    backups: noBackups,
    timeline: { since: '1d', entries: null },
    report: { since: '1d', markdown: null, saved: null },
    noticeShown: null,
  }))
