import { sentenceOf } from '../../shared/kit/sentence-of.ts'
import type { Backups, Sentinel } from '../sentinel/surface.ts'
import { attempt, type Handlers } from './handlers-kit.ts'

type BackupChannel = Extract<keyof Handlers, `${'backup' | 'backups' | 'snapshot'}:${string}`>

/** What the window asks of the backups. */
export function backupHandlers(sentinel: Sentinel): Pick<Handlers, BackupChannel> {
  function backups(): Backups {
    if (!sentinel.backups) throw new Error('Nobody keeps backups here.')
    return sentinel.backups
  }
  return {
    'backups:get': async ({ stack }) => ({ view: (await sentinel.backups?.view(stack)) ?? null }),
    'backup:start': ({ stack, ...wish }) => attempt(() => backups().start(stack, wish)),
    'backup:cancel': () => attempt(() => backups().cancel()),
    'backup:set-plan': ({ stack, plan }) => attempt(() => backups().setPlan(stack, plan)),
    'backup:preview-prune': async ({ stack }) => ({ lines: await backups().previewPrune(stack) }),
    'snapshot:browse': async ({ stack, snapshot, path }) => {
      try {
        return { entries: await backups().browse(stack, snapshot, path), problem: null }
      } catch (error) {
        return { entries: [], problem: sentenceOf(error) }
      }
    },
    'snapshot:diff': async ({ stack, snapshot, against }) => {
      try {
        return { changes: await backups().diff(stack, snapshot, against), problem: null }
      } catch (error) {
        return { changes: [], problem: sentenceOf(error) }
      }
    },
    'snapshot:pin': ({ stack, snapshot, why }) =>
      attempt(() => backups().pin(stack, snapshot, why)),
  }
}
