import { resolve } from 'node:path'
import { shortId } from '../../../shared/domain/short-id.ts'
import type { Browsed, SnapshotChange } from '../../../shared/ipc/backup-view.ts'
import { shellWord } from '../../../shared/kit/shell-word.ts'
import { withoutStop } from '../../../shared/kit/without-stop.ts'
import { browse as browsed } from '../../backup/look/browse.ts'
import { withDashboardTitles } from '../../backup/look/dashboard-titles.ts'
import { type Extracted, extract as extracted } from '../../backup/look/extract.ts'
import { gatherFor } from '../../backup/order-here.ts'
import { asBytes, counted } from '../../backup/run/say.ts'
import { CommandProblem, type ExitCode, exitCodes } from '../exit-codes.ts'
import type { Paint } from '../reporters/paint.ts'
import { table } from '../reporters/table.ts'
import { visible, visibleName } from '../reporters/visible.ts'
import { type GlobalOptions, printer } from '../session.ts'
import { type BackupSite, needKey, openedRepository, pick } from './backup-site.ts'
import { localTime, next } from './backup-words.ts'
import { cancellable } from './run-here.ts'

// The commands that look into snapshots: browse, diff, extract.

/** What a person copies from a shell begins with a slash: it is a path of this machine. */
const inSnapshot = (path: string): string =>
  path.startsWith('/') && path !== '/' ? `configuration${path}` : path

/** What is in one directory of a snapshot. Only its papers are read, no pack. */
export async function browse(
  site: BackupSite,
  options: GlobalOptions,
  asked: string,
  path = '',
): Promise<ExitCode> {
  const repository = await openedRepository(site)
  const entry = await pick(site, repository, asked)
  const { id, manifest } = entry
  const files = await repository.files(id).catch(async (error) => {
    await needKey(site, [entry])
    throw error
  })
  const untitled = wrongPath(() => browsed(files, manifest.components, inSnapshot(path)))
  const entries = await cancellable(site, (signal) =>
    withDashboardTitles(repository, files, untitled, signal),
  )
  printer(site.session, options).either((paint) => entriesText(site, id, entries, paint), {
    snapshot: id,
    path: inSnapshot(path),
    entries,
  })
  return exitCodes.fine
}

/** What is thrown of a path that is not there is the person's to mend. */
function wrongPath<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw new CommandProblem(visibleName((error as Error).message), exitCodes.wrongUsage)
  }
}

function entriesText(
  site: BackupSite,
  id: string,
  entries: readonly Browsed[],
  paint: Paint,
): string {
  const [first] = entries
  if (!first) return 'The directory is empty.'
  const rows = entries.map(({ name, type, files, sizeBytes, mtime, linkTo, title }) => [
    type === 'file' || type === 'symlink'
      ? visibleName(name)
      : paint('bold', `${visibleName(name)}/`),
    files === undefined ? '' : counted(files, 'file'),
    type === 'symlink' ? '' : asBytes(sizeBytes),
    mtime === null ? '' : localTime(mtime),
    linkTo === undefined ? visibleName(title ?? '') : `-> ${visibleName(linkTo)}`,
  ])
  const command = first.type === 'file' || first.type === 'symlink' ? 'extract' : 'browse'
  const to = command === 'extract' ? ' --to DIR' : ''
  const path = shellWord(visibleName(first.path))
  return [table(rows), next(paint, site.hint(`${command} ${shortId(id)} ${path}${to}`))].join('\n')
}

/** From one snapshot to another, or to what is there now. */
export async function diff(
  site: BackupSite,
  options: GlobalOptions,
  asked: string,
  against: string | undefined,
): Promise<ExitCode> {
  const repository = await openedRepository(site)
  const from = await pick(site, repository, asked)
  const to = against === undefined ? undefined : await pick(site, repository, against)
  await needKey(site, to ? [from, to] : [from])
  const gather = gatherFor(site.parts.place, async () => (await site.secrets()).grafanaToken)
  const { stack, stackFile } = site
  const { compareSnapshot } = await import('../../backup/run/compare.ts')
  const changes = await cancellable(site, (signal) =>
    compareSnapshot(repository, from.id, to?.id ?? null, { stack, stackFile }, gather, signal),
  )
  const print = printer(site.session, options)
  if (options.json) print.either(() => '', { from: from.id, to: to?.id ?? null, changes })
  else {
    const names = `${shortId(from.id)} to ${to ? shortId(to.id) : 'what is there now'}`
    for (const line of changesLines(changes, names, print.paint)) print.verbatim(line)
    if (!to) print.line('\nData of programs is compared between two snapshots only.')
  }
  return exitCodes.fine
}

const changeLooks: Readonly<
  Record<SnapshotChange['change'], { sign: string; style: Parameters<Paint>[0] }>
> = {
  added: { sign: '+', style: 'green' },
  removed: { sign: '-', style: 'red' },
  changed: { sign: '~', style: 'yellow' },
  mode: { sign: 'm', style: 'yellow' },
}

function changesLines(changes: readonly SnapshotChange[], names: string, paint: Paint): string[] {
  if (changes.length === 0) return [`Nothing differs from ${names}.`]
  return [
    `${counted(changes.length, 'difference')} from ${names}.`,
    ...changes.flatMap(({ component, path, change, sizeBefore, sizeAfter, diff: patch }) => {
      const { sign, style } = changeLooks[change]
      const sizes = change === 'mode' ? 'mode or owner' : sizesText(sizeBefore, sizeAfter)
      const head = `${paint(style, sign)} ${visibleName(`${component}/${path}`)}  ${paint('dim', sizes)}`
      return [head, ...(patch === null ? [] : patchLines(patch, paint))]
    }),
  ]
}

function sizesText(before: number | null, after: number | null): string {
  if (before === null || after === null) return asBytes(before ?? after ?? 0)
  return before === after ? asBytes(after) : `${asBytes(before)} → ${asBytes(after)}`
}

/** As diff -u writes it, without the rule that the library puts above. */
function patchLines(patch: string, paint: Paint): string[] {
  const lines = patch.trimEnd().split('\n')
  return lines
    .filter((line) => !/^=+$/.test(line))
    .map((line) => {
      const style = styleOf(line)
      return style ? paint(style, visible(line)) : visible(line)
    })
}

function styleOf(line: string): Parameters<Paint>[0] | undefined {
  if (/^(---|\+\+\+) /.test(line)) return 'bold'
  if (line.startsWith('@@')) return 'cyan'
  if (line.startsWith('+')) return 'green'
  return line.startsWith('-') ? 'red' : undefined
}

/** Writes what is at a path into a directory; nothing there is overwritten. */
export async function extract(
  site: BackupSite,
  options: GlobalOptions & { to: string },
  asked: string,
  path: string,
): Promise<ExitCode> {
  const repository = await openedRepository(site)
  const entry = await pick(site, repository, asked)
  await needKey(site, [entry])
  const to = resolve(options.to)
  const wanted = inSnapshot(path)
  const list = site.hint(`browse ${shortId(entry.id)}`)
  const done = await cancellable(site, (signal) =>
    extracted(repository, entry, wanted, to, signal).catch((error: Error) => {
      const isWrongPath = error.message.startsWith(`There is no ${wanted} `)
      const code = isWrongPath ? exitCodes.wrongUsage : exitCodes.planFailed
      const why = `${withoutStop(visibleName(error.message))}${isWrongPath ? `; ${list} lists what is` : ''}.`
      const cut = `Cancelled; what lies in ${to} until now is not whole.`
      throw new CommandProblem(signal.aborted ? cut : why, code)
    }),
  )
  printer(site.session, options).either((paint) => extractedText(done, paint), {
    snapshot: entry.id,
    path: wanted,
    to,
    ...done,
  })
  return done.problems.length > 0 ? exitCodes.findings : exitCodes.fine
}

function extractedText(done: Extracted, paint: Paint): string {
  const { files, places, problems, ownersNotKept, setuidCleared } = done
  const notes = [
    ...(ownersNotKept > 0
      ? [`${counted(ownersNotKept, 'file')} belong to you now: only root can give files away.`]
      : []),
    ...setuidCleared.map((file) => `${visibleName(file)} runs with your own rights now.`),
  ]
  return [
    `${paint('green', '●')} ${counted(files, 'file')} in ${places.map(visibleName).join(', ')}.`,
    ...notes.map((note) => `  · ${note}`),
    ...problems.map((problem) => `  ${paint('red', '■')} ${visibleName(problem)}`),
  ].join('\n')
}
