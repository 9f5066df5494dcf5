import { createStore, type StoreApi } from 'zustand/vanilla'
import type { FindingCode } from '../../shared/assess/finding.ts'
import type { PlanProposal } from '../../shared/ipc/contract.ts'

/** Where the person is. What is null in a page has been asked for and is on its way. */
export type Page =
  | { name: 'overview' }
  | { name: 'timeline' }
  | { name: 'plan'; stack: string; proposal: PlanProposal | null }
  /** Shows the operation that comes after the one with this ID. */
  | { name: 'operation'; after: string | null }
  | { name: 'runbook'; code: FindingCode; markdown: string | null }

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
  /** The person has read that there is no tray. */
  toldNoTray: boolean
}

export type UiStore = StoreApi<Ui>

export const createUiStore = (): UiStore =>
  createStore<Ui>()(() => ({
    page: { name: 'overview' },
    stack: null,
    asking: false,
    problem: null,
    leftOperation: null,
    toldNoTray: false,
  }))
