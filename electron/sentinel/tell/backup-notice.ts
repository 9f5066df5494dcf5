import type { BackupEnd } from '../../../shared/ipc/backup-view.ts'
import type { Mirror } from '../../../shared/ipc/contract.ts'
import { sentenceOf } from '../../../shared/kit/sentence-of.ts'
import { withoutStop } from '../../../shared/kit/without-stop.ts'
import type { Notifier } from '../../adapters/notifications/notifier.ts'
import type { Sentinel } from '../surface.ts'

type BackupNoticeParts = {
  sentinel: Pick<Sentinel, 'mirror' | 'onMirror' | 'backups'>
  notifier: Pick<Notifier, 'show'>
  /** A click on the notice: where the backups are shown. */
  open: () => void
}

/** A notice has a few lines: what is missing beyond these is in the window. */
const mostProblems = 3

/**
 * Begins a backup for somebody who has no window open, and waits for its end: what failed or is
 * not whole is told, but not when its incident tells it. Never rejects.
 */
export async function backUpAndTell(parts: BackupNoticeParts, stack: string): Promise<void> {
  const { sentinel } = parts
  try {
    const backups = sentinel.backups
    if (!backups) throw new Error('Nobody keeps backups here.')
    const before = (await backups.view(stack))?.lastEnd?.at
    await backups.start(stack, { kind: 'backup' })
    await endOfRun(sentinel)
    const end = (await backups.view(stack))?.lastEnd
    if (!end || end.at === before || end.kind !== 'backup') return
    if (!toldByIncident(sentinel.mirror(), stack)) await tell(parts, stack, end)
  } catch (error) {
    const sentence = sentenceOf(error)
    await show(parts, stack, 'Backup failed', [sentence]).catch(() => {})
  }
}

function endOfRun({ mirror, onMirror }: BackupNoticeParts['sentinel']): Promise<void> {
  const isOver = (now: Mirror) => (now.backups?.run ?? null) === null
  return new Promise((resolve) => {
    const stop = onMirror((now) => {
      if (isOver(now)) done()
    })
    function done(): void {
      stop()
      resolve()
    }
    if (isOver(mirror())) done()
  })
}

/** An incident below a warning may be below what its owner wants to be disturbed by. */
const toldByIncident = (mirror: Mirror, stack: string): boolean =>
  mirror.stacks
    .filter((status) => status.stack === stack)
    .flatMap(({ incidents }) => incidents)
    .some(
      ({ cause, status, severity }) =>
        cause === 'BACKUP_FAILED' && status === 'firing' && severity !== 'info',
    )

const titles: Partial<Record<BackupEnd['outcome'], string>> = {
  failed: 'Backup failed',
  partial: 'Backup is not whole',
  damaged: 'Backup is damaged',
}

async function tell(parts: BackupNoticeParts, stack: string, end: BackupEnd): Promise<void> {
  const title = titles[end.outcome]
  if (title === undefined) return
  await show(parts, stack, title, [end.sentence, ...end.problems.slice(0, mostProblems)])
}

async function show(
  { notifier, open }: BackupNoticeParts,
  stack: string,
  title: string,
  lines: readonly string[],
): Promise<void> {
  await notifier.show({
    key: `backup:${stack}`,
    title: `${stack}: ${withoutStop(title)}`,
    body: [...lines, 'Next: click to see the backups.'].join('\n'),
    urgency: 'normal',
    actions: [],
    onAction: open,
  })
}
