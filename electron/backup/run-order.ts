import type { Stack } from '../../shared/domain/stack.ts'
import { assertNever } from '../../shared/kit/assert-never.ts'
import { sentenceOf } from '../../shared/kit/sentence-of.ts'
import { type BackupOrder, type BackupProgress, type RunOrder, unfinished } from './order.ts'
import { type Repository, RepositoryBusy } from './repository/repository.ts'
import { carryOutDeed, type DeedSite } from './restore/carry-out-deed.ts'
import { check } from './run/check.ts'
import type { Gather } from './run/gathered.ts'
import { paced } from './run/paced.ts'
import type { CarryOut, OrderEnd, OrderOf, OrderSite } from './run/site.ts'
import { takeSnapshot } from './run/take-snapshot.ts'
import { tidy } from './run/tidy.ts'

export type OrderParts = {
  /** Undefined where there is none yet. */
  openRepository: (stack: Stack) => Promise<Repository | undefined>
  createRepository: (stack: Stack) => Promise<Repository>
  gather: Gather
  drill: CarryOut<'drill'>
  secondCopy: CarryOut<'second-copy'>
  openHands: DeedSite['openHands']
  /** Keeps this machine awake until it is released. */
  keepAwake: (why: string) => () => void
  machine: string
  version: string
  now: () => number
}

/** Carries out one order from beginning to end, in this process. What it gives back never rejects. */
export function orderRunner(parts: OrderParts): RunOrder {
  const tidying = tidy(parts.now)
  const taking = takeSnapshot({ ...parts, tidy: tidying })

  async function restoring(
    { deed, stack }: OrderOf<'restore'>,
    { say, signal }: Omit<OrderSite, 'repository'>,
  ): Promise<OrderEnd> {
    const openRepository = async () => {
      const found = await parts.openRepository(stack)
      if (found) return found
      throw new Error(`There are no snapshots of ${stack.name} any more.`)
    }
    const site = { openHands: parts.openHands, openRepository, say, signal }
    const counted = await carryOutDeed(deed, site)
    return { outcome: 'done', sentence: 'It is done.', problems: [], ...(counted && { counted }) }
  }

  async function carryOut(
    order: BackupOrder,
    site: Omit<OrderSite, 'repository'>,
  ): Promise<OrderEnd> {
    site.signal.throwIfAborted()
    const { stack } = order
    if (order.kind === 'restore') return restoring(order, site)
    const found = await parts.openRepository(stack)
    if (order.kind === 'backup') {
      return taking(order, { ...site, repository: found ?? (await parts.createRepository(stack)) })
    }
    if (!found) throw new Error(`There are no snapshots of ${stack.name} yet.`)
    const here = { ...site, repository: found }
    switch (order.kind) {
      case 'verify':
        return check(order, here)
      case 'prune':
        return tidying(order, here)
      case 'drill':
        return parts.drill(order, here)
      case 'second-copy':
        return parts.secondCopy(order, here)
      default:
        return assertNever(order)
    }
  }

  return async (order, onProgress, signal) => {
    const began = performance.now()
    const tell = paced(onProgress)
    let progress: BackupProgress = {
      phase: 'preparing',
      what: order.stack.name,
      files: 0,
      bytes: 0,
      startedAt: parts.now(),
    }
    const say = (next: Partial<BackupProgress>) => {
      progress = { ...progress, ...next }
      tell(progress)
    }
    say({})
    // What lasts a second needs no lock against sleep.
    const isShort = order.kind === 'backup' && order.reason === 'before-plan'
    const release = isShort ? () => {} : parts.keepAwake(whyAwake(order))
    try {
      const end = await carryOut(order, { say, signal }).catch((error) =>
        endOf(order, error, signal),
      )
      return { ...end, milliseconds: Math.round(performance.now() - began) }
    } finally {
      release()
    }
  }
}

const whyAwake = ({ kind, stack }: BackupOrder): string =>
  kind === 'restore' ? `Data of ${stack.name}` : `Snapshots of ${stack.name}`

function endOf({ kind }: BackupOrder, error: unknown, signal: AbortSignal): OrderEnd {
  if (signal.aborted) {
    return { outcome: 'cancelled', sentence: unfinished('Cancelled', kind), problems: [] }
  }
  const failed = { outcome: 'failed' as const, sentence: sentenceOf(error), problems: [] }
  return error instanceof RepositoryBusy ? { ...failed, busy: true } : failed
}
