import { places } from '../../adapters/disk/places.ts'
import type { BackupOutcome } from '../../backup/order.ts'
import { orderHere } from '../../backup/order-here.ts'
import { afterWork, type Ledgers, ledgers } from '../../sentinel/backups/ledger.ts'
import { endOf, type Wanted } from '../../sentinel/backups/runs.ts'
import { openTimeline } from '../../sentinel/keep/timeline.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { untilInterrupted } from '../interrupted.ts'
import { visibleName } from '../reporters/visible.ts'
import type { BackupSite } from './backup-site.ts'
import { progressLine } from './progress-line.ts'

/** Carries out in this process, shows how far it is, and lets Ctrl+C end it. */
export async function runHere(site: BackupSite, wanted: Wanted): Promise<BackupOutcome> {
  const { place, version, easeOff } = site.parts
  const line = progressLine(site.stderr)
  const order = { ...wanted, stack: site.stack, stackFile: site.stackFile }
  const secrets = await site.secrets()
  await easeOff()
  const outcome = await cancellable(site, (signal) =>
    orderHere({ place, secrets, version })(order, line.tell, signal),
  ).finally(line.clear)
  await remember(site, wanted, outcome)
  return outcome
}

/** Ctrl+C aborts what is given, once; who presses it again does not want to wait. */
export async function cancellable<T>(
  { session, stderr }: Pick<BackupSite, 'session' | 'stderr'>,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const cancelling = new AbortController()
  const over = new AbortController()
  void untilInterrupted(session, over.signal).then(() => {
    if (stderr.isTTY) stderr.write('\nCancelling; what was begun is put back first.\n')
    cancelling.abort()
  })
  try {
    return await work(cancelling.signal)
  } finally {
    over.abort()
  }
}

/** The app tells the same: that a backup failed, or that one came about at last. */
async function remember(site: BackupSite, wanted: Wanted, outcome: BackupOutcome): Promise<void> {
  const isOnlyLooking = wanted.kind === 'prune' && wanted.dryRun
  if (outcome.busy || isOnlyLooking) return
  const { env, homeDirectory } = site.parts.place
  const { state } = places(env, homeDirectory)
  const { name } = site.stack
  const now = Date.now
  const end = endOf(wanted.kind, outcome, now())
  try {
    await ledgersOf(site).change(name, (ledger) => afterWork(ledger, wanted, end))
    const timeline = openTimeline({ stateDirectory: state, now })
    timeline.record({
      at: end.at,
      kind: 'backup',
      stack: name,
      subject: `backup:${name}`,
      sentence: end.sentence,
    })
    timeline.close()
  } catch (error) {
    // That nobody can note it down makes no snapshot worse.
    complain(site, `The end of it could not be noted down: ${(error as Error).message}`)
  }
}

/** What is remembered of backups, shared with the app. */
export function ledgersOf(site: BackupSite): Ledgers {
  const { env, homeDirectory } = site.parts.place
  return ledgers({
    stateDirectory: places(env, homeDirectory).state,
    now: Date.now,
    onSetAside: (path) =>
      complain(site, `What was remembered of backups begins anew; the file is ${path}.`),
  })
}

export function complain({ stderr }: BackupSite, sentence: string): void {
  stderr.write(`odin-sentinel: ${visibleName(sentence)}\n`)
}

export const exitCodeOf: Readonly<Record<BackupOutcome['outcome'], ExitCode>> = {
  done: exitCodes.fine,
  partial: exitCodes.findings,
  damaged: exitCodes.findings,
  failed: exitCodes.planFailed,
  cancelled: exitCodes.planFailed,
}
