import type { BackupOrder, BackupOutcome, BackupProgress } from '../order.ts'
import type { Repository } from '../repository/repository.ts'

export type OrderOf<K extends BackupOrder['kind']> = Extract<BackupOrder, { kind: K }>

/** What everybody who carries out an order is given. */
export type OrderSite = {
  repository: Repository
  /** Says where the work is; what is left out stays as it was. */
  say: (progress: Partial<BackupProgress>) => void
  signal: AbortSignal
}

/** An end without its duration, which is measured for all of them alike. */
export type OrderEnd = Omit<BackupOutcome, 'milliseconds'>

/** How one kind of order is carried out. Rejects with a sentence: then it has failed. */
export type CarryOut<K extends BackupOrder['kind']> = (
  order: OrderOf<K>,
  site: OrderSite,
) => Promise<OrderEnd>
