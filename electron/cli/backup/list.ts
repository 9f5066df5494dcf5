import { shortId } from '../../../shared/domain/short-id.ts'
import type { Manifest, SnapshotEntry } from '../../../shared/domain/snapshot.ts'
import { snapshotsOf } from '../../../shared/plan/whole-snapshot.ts'
import { dashboardTitles, type NamedDashboard } from '../../backup/look/dashboard-titles.ts'
import type { Repository } from '../../backup/repository/repository.ts'
import { asBytes, asDuration, counted } from '../../backup/run/say.ts'
import { snapshotView } from '../../sentinel/backups/backup-views.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import type { Paint } from '../reporters/paint.ts'
import { table } from '../reporters/table.ts'
import { visibleName } from '../reporters/visible.ts'
import { type GlobalOptions, printer } from '../session.ts'
import { type BackupSite, findRepository, openedRepository, pick } from './backup-site.ts'
import { brokenText, localTime, marksText, next, whyText } from './backup-words.ts'
import { cancellable } from './run-here.ts'

type Found = Awaited<ReturnType<Repository['snapshots']>>
type Space = Awaited<ReturnType<Repository['space']>>

/** Every snapshot of the stack, newest first, and what cannot be read. */
export async function snapshots(site: BackupSite, options: GlobalOptions): Promise<ExitCode> {
  const repository = await findRepository(site)
  const all: Found = (await repository?.snapshots()) ?? { sound: [], broken: [] }
  const found: Found = { ...all, sound: snapshotsOf(all.sound, site.stack.name) }
  const space = (await repository?.space()) ?? null
  const { stack, directory } = site
  printer(site.session, options).either((paint) => listText(site, found, space, paint), {
    stack: stack.name,
    repository: directory,
    space,
    snapshots: found.sound.map(snapshotView),
    broken: found.broken,
  })
  const isDamaged = found.sound.some(({ marks }) => marks.damaged !== undefined)
  return isDamaged || found.broken.length > 0 ? exitCodes.findings : exitCodes.fine
}

function listText(
  site: BackupSite,
  { sound, broken }: Found,
  space: Space | null,
  paint: Paint,
): string {
  const { name } = site.stack
  if (sound.length + broken.length === 0) {
    return `There are no snapshots of ${name} yet.\n${next(paint, site.hint('backup'))}`
  }
  const head = ['ID', 'WHEN', 'WHY', 'SIZE', 'NEW', 'STATE'].map((cell) => paint('dim', cell))
  const rows = sound.map((entry) => [
    paint('bold', shortId(entry.id)),
    localTime(entry.manifest.startedAt),
    whyText(entry),
    asBytes(entry.manifest.sizeBytes),
    asBytes(entry.manifest.addedBytes),
    marksText(entry, paint),
  ])
  const [newest] = sound
  return [
    ...(rows.length > 0 ? [table([head, ...rows])] : []),
    ...broken.map((one) => paint('red', brokenText(one))),
    '',
    `${counted(sound.length + broken.length, 'snapshot')} of ${name} in ${site.directory}${space ? `: ${asBytes(space.ownBytes)}, ${asBytes(space.freeBytes)} free` : ''}.`,
    ...(broken.length > 0 ? [next(paint, site.hint('verify'))] : []),
    ...(broken.length === 0 && newest
      ? [next(paint, site.hint(`show ${shortId(newest.id)}`))]
      : []),
  ].join('\n')
}

/** What one snapshot holds, and what became of it. */
export async function show(
  site: BackupSite,
  options: GlobalOptions,
  asked: string,
): Promise<ExitCode> {
  const repository = await openedRepository(site)
  const entry = await pick(site, repository, asked)
  const { engine, images, machine, writtenBy, stack } = entry.manifest
  const dashboards = await dashboardsIn(site, repository, entry)
  printer(site.session, options).either((paint) => snapshotText(site, entry, dashboards, paint), {
    ...snapshotView(entry),
    dashboards,
    stack,
    machine,
    writtenBy,
    engine,
    images,
    damagedPacks: entry.marks.damaged?.packs ?? [],
  })
  return entry.marks.damaged ? exitCodes.findings : exitCodes.fine
}

/** None where the list cannot be read: the rest is worth being shown all the same. */
async function dashboardsIn(
  site: BackupSite,
  repository: Repository,
  { id, manifest }: SnapshotEntry,
): Promise<NamedDashboard[]> {
  if (!manifest.components.some(({ kind }) => kind === 'grafana')) return []
  const files = await repository.files(id).catch(() => [])
  return cancellable(site, (signal) => dashboardTitles(repository, files, signal))
}

function snapshotText(
  site: BackupSite,
  entry: SnapshotEntry,
  dashboards: readonly NamedDashboard[],
  paint: Paint,
): string {
  const { id, manifest, marks, storedBytes } = entry
  const { startedAt, finishedAt, engine, images, components, gaps } = manifest
  const short = shortId(id)
  const lasted = Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt))
  const facts = [
    ['name', id],
    ['taken', `${localTime(startedAt)}, ${whyText(entry)}, in ${asDuration(lasted)}`],
    [
      'from',
      engine
        ? `${engine.context} (${engine.kind} ${engine.version}, engine ${engine.id.slice(0, 12)})`
        : 'files of this machine alone; no engine answered',
    ],
    ['by', `Odin Sentinel ${manifest.writtenBy} on ${manifest.machine}`],
    [
      'size',
      `${counted(manifest.files, 'file')}, ${asBytes(manifest.sizeBytes)}; ${asBytes(storedBytes)} packed, ${asBytes(manifest.addedBytes)} of them new`,
    ],
    ['state', marksText(entry, paint)],
    ...(marks.verifiedAt ? [['verified', verifiedText(marks.verifiedAt, manifest)]] : []),
    ...(marks.provenAt
      ? [['proven', `${localTime(marks.provenAt)}${recoverText(marks.recoverMilliseconds)}`]]
      : []),
  ].map((row) => row.map(visibleFact))
  const parts = components.map((one) => [
    one.id,
    one.title,
    counted(one.files, 'file'),
    asBytes(one.sizeBytes),
    consistencyWords[one.consistency],
  ])
  const pictures = Object.entries(images).map(([service, { image, digests }]) => [
    service,
    image,
    digests[0]?.replace(/^.*@/, '') ?? '',
  ])
  const head = (...cells: string[]) => cells.map((cell) => paint('dim', cell))
  return [
    `Snapshot ${paint('bold', short)} of ${visibleName(manifest.stack)}`,
    table(facts, '  '),
    '',
    table([head('PART', 'WHAT', 'FILES', 'SIZE', 'READ'), ...parts.map(visibleRow)], '  '),
    ...(pictures.length > 0
      ? ['', table([head('SERVICE', 'IMAGE', 'DIGEST'), ...pictures.map(visibleRow)], '  ')]
      : []),
    ...(dashboards.length > 0
      ? [
          '',
          table(
            [
              head('DASHBOARD', 'BY ITSELF'),
              ...dashboards.map(({ title, uid }) => visibleRow([title, `--only dashboard:${uid}`])),
            ],
            '  ',
          ),
        ]
      : []),
    ...(gaps.length > 0 ? ['', paint('yellow', 'What is not in it:')] : []),
    ...gaps.map(({ sentence }) => `  · ${visibleName(sentence)}`),
    ...(marks.damaged ? ['', paint('red', 'What is lost or changed:')] : []),
    ...(marks.damaged?.packs ?? []).map((pack) => `  pack ${pack}`),
    ...(marks.damaged?.files ?? []).map((file) => `  ${visibleName(file)}`),
    '',
    next(paint, site.hint(`browse ${short}`)),
  ].join('\n')
}

const consistencyWords: Readonly<
  Record<SnapshotEntry['manifest']['components'][number]['consistency'], string>
> = {
  live: 'while in use',
  snapshot: 'from a copy by the program itself',
  stopped: 'while nobody used it',
  exported: 'from its API',
}

const recoverText = (milliseconds: number | undefined): string =>
  milliseconds === undefined ? '' : `, back in ${asDuration(milliseconds)}`

const visibleRow = (row: readonly string[]): string[] => row.map(visibleName)

/** Facts carry our own colours. */
const visibleFact = (cell: string): string => cell.replace(/[\r\n]/g, ' ')

/** What it shares with earlier ones may have been read before it was taken. */
const verifiedText = (at: string, { startedAt }: Pick<Manifest, 'startedAt'>): string =>
  at < startedAt ? `every byte read since ${localTime(at)}` : localTime(at)
