import { shortId } from '../../../shared/domain/short-id.ts'
import { componentKinds } from '../../../shared/domain/snapshot.ts'
import { sentenceOf } from '../../../shared/kit/sentence-of.ts'
import type { BackupOutcome } from '../../backup/order.ts'
import { planTidying } from '../../backup/run/tidy.ts'
import { goneSentence, isGone } from '../../sentinel/backups/what-is-kept.ts'
import { CommandProblem, type ExitCode, exitCodes } from '../exit-codes.ts'
import type { Paint } from '../reporters/paint.ts'
import { visibleName } from '../reporters/visible.ts'
import { type GlobalOptions, printer } from '../session.ts'
import { type BackupSite, findRepository, openedRepository, pick } from './backup-site.ts'
import { brokenText, next, outcomeText } from './backup-words.ts'
import { complain, exitCodeOf, ledgersOf, runHere } from './run-here.ts'

// The commands that work on the repository: backup, verify, prune.

export type BackupOptions = GlobalOptions & {
  only?: string[]
  note?: string
  pin?: string
  beginAnew?: boolean
}

export async function backup(site: BackupSite, options: BackupOptions): Promise<ExitCode> {
  const { only, note, pin } = options
  for (const one of only ?? []) refuseUnknownPart(one)
  if (!options.beginAnew) await refuseWhereGone(site)
  const outcome = await runHere(site, {
    kind: 'backup',
    reason: 'manual',
    ...(note?.trim() && { note: note.trim() }),
    ...(pin !== undefined && { pin: pin.trim() || byHand }),
    ...(only && { only }),
  })
  if (outcome.snapshot !== undefined) {
    // That nobody can note it down makes no snapshot worse.
    await rememberWhere(site).catch((error) => complain(site, sentenceOf(error)))
  }
  const print = printer(site.session, options)
  print.either((paint) => takenText(site, outcome, paint), outcome)
  return exitCodeOf[outcome.outcome]
}

/** Why somebody pinned it who did not say. */
export const byHand = 'by hand'

async function refuseWhereGone(site: BackupSite): Promise<void> {
  const open = () => findRepository(site)
  const where = { directoryOf: () => site.directory, open, ledgers: ledgersOf(site) }
  if (!(await isGone(site.stack, where))) return
  throw new CommandProblem(goneSentence(site.directory), exitCodes.planFailed)
}

/** So that one that is gone the next time is missed. */
async function rememberWhere(site: BackupSite): Promise<void> {
  const { id } = await openedRepository(site)
  const repository = { directory: site.directory, id }
  await ledgersOf(site).change(site.stack.name, (ledger) => ({ ...ledger, repository }))
}

/** A kind, or the id of one part: `volume:odin_grafana`. */
function refuseUnknownPart(part: string): void {
  const kinds: readonly string[] = componentKinds
  if (kinds.includes(part) || kinds.includes(part.slice(0, part.indexOf(':')))) return
  throw new CommandProblem(
    `"${visibleName(part)}" is no part of a backup, expected ${kinds.join(', ')}, or one of them such as volume:odin_grafana.`,
    exitCodes.wrongUsage,
  )
}

function takenText(site: BackupSite, outcome: BackupOutcome, paint: Paint): string {
  const lines = [outcomeText(outcome, paint)]
  const { snapshot } = outcome
  if (snapshot !== undefined) {
    const id = shortId(snapshot)
    lines.push(`  It is ${paint('bold', id)} in ${site.directory}.`)
    lines.push(next(paint, site.hint(`show ${id}`)))
  } else if (outcome.outcome === 'cancelled') {
    lines.push('  Nothing was lost; what was written until then takes no space.')
    lines.push(next(paint, site.hint('backup')))
  }
  return lines.join('\n')
}

/** Of one snapshot, what reading it again has shown. */
type Verdict = {
  id: string
  sound: boolean
  packs: readonly string[]
  files: readonly string[]
  problem?: string
}

export async function verify(
  site: BackupSite,
  options: GlobalOptions,
  asked: string | undefined,
): Promise<ExitCode> {
  const repository = await openedRepository(site)
  const one = asked === undefined ? undefined : await pick(site, repository, asked)
  const outcome = await runHere(site, { kind: 'verify', ...(one && { snapshot: one.id }) })
  const isOver = outcome.outcome === 'done' || outcome.outcome === 'damaged'
  const verdicts = isOver ? await verdictsOn(site, one?.id) : []
  printer(site.session, options).either((paint) => verifiedText(site, outcome, verdicts, paint), {
    ...outcome,
    snapshots: verdicts,
  })
  return exitCodeOf[outcome.outcome]
}

async function verdictsOn(site: BackupSite, only: string | undefined): Promise<Verdict[]> {
  const { sound, broken } = await (await openedRepository(site)).snapshots()
  const of = ({ id }: { id: string }) => only === undefined || id === only
  return [
    ...sound.filter(of).map(({ id, marks: { damaged } }): Verdict => {
      const { packs = [], files = [] } = damaged ?? {}
      return { id, sound: damaged === undefined, packs, files }
    }),
    ...broken.filter(of).map(
      ({ id, sentence }): Verdict => ({
        id,
        sound: false,
        packs: [],
        files: [],
        problem: sentence,
      }),
    ),
  ]
}

function verifiedText(
  site: BackupSite,
  outcome: BackupOutcome,
  verdicts: readonly Verdict[],
  paint: Paint,
): string {
  if (outcome.outcome !== 'damaged') return outcomeText(outcome, paint)
  const damaged = verdicts.filter(({ sound }) => !sound)
  const sound = verdicts.filter((one) => one.sound)
  const usable = sound[0] ?? damaged.find(({ problem }) => problem === undefined)
  return [
    outcomeText({ ...outcome, problems: [] }, paint),
    ...damaged.flatMap((one) => damageLines(one, paint)),
    sound.length > 0
      ? `Sound: ${sound.map(({ id }) => shortId(id)).join(', ')}.`
      : paint('red', 'No other snapshot that was read is sound.'),
    next(paint, `${site.hint('backup')} keeps what is there now.`),
    ...(usable
      ? [
          `      ${site.hint(`extract ${shortId(usable.id)} / --to DIR`)} brings back what is sound.`,
        ]
      : []),
  ].join('\n')
}

function damageLines({ id, packs, files, problem }: Verdict, paint: Paint): string[] {
  if (problem !== undefined) return [`  ${paint('red', brokenText({ id, sentence: problem }))}`]
  return [
    `  ${paint('red', `${shortId(id)} is damaged`)}`,
    ...packs.map((pack) => `    pack ${pack}`),
    ...files.map((file) => `    lost ${visibleName(file)}`),
  ]
}

export type PruneOptions = GlobalOptions & { dryRun?: boolean }

export async function prune(site: BackupSite, options: PruneOptions): Promise<ExitCode> {
  const repository = await openedRepository(site)
  const dryRun = options.dryRun ?? false
  const plan = await planTidying(repository, site.stack, Date.now())
  const outcome = await runHere(site, { kind: 'prune', dryRun })
  const hasGone = outcome.outcome === 'done' && !dryRun && plan.forget.length > 0
  printer(site.session, options).either(
    (paint) =>
      [
        outcomeText({ ...outcome, problems: [] }, paint),
        ...plan.forget.map(
          ({ id, reason }) => `  ${paint('yellow', '-')} ${shortId(id)}  ${timeIn(id)}  ${reason}`,
        ),
        ...plan.keep.map(
          ({ id, reasons }) =>
            `  ${paint('green', '+')} ${shortId(id)}  ${timeIn(id)}  ${visibleName(reasons.join(', '))}`,
        ),
        ...(hasGone
          ? [
              `It stays in ${site.directory}/trash for a week; RECOVER.md there says how to undo it.`,
            ]
          : []),
        ...(dryRun && plan.forget.length > 0 ? [next(paint, site.hint('prune'))] : []),
      ].join('\n'),
    { ...outcome, dryRun, ...plan },
  )
  return exitCodeOf[outcome.outcome]
}

const timeIn = (id: string): string =>
  id
    .slice(0, 16)
    .replace('T', ' ')
    .replace(/-(\d\d)$/, ':$1')
