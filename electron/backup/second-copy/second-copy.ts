import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Stack } from '../../../shared/domain/stack.ts'
import { sentenceOf } from '../../../shared/kit/sentence-of.ts'
import { withoutStop } from '../../../shared/kit/without-stop.ts'
import type { CopyWanted, Restic, ResticDoor } from '../../adapters/restic/restic.ts'
import { ResticProblem, shownRepository } from '../../adapters/restic/restic-problem.ts'
import { type Repository, RepositoryBusy } from '../repository/repository.ts'
import { asBytes, counted } from '../run/say.ts'
import type { CarryOut, OrderSite } from '../run/site.ts'
import { accessIn } from './access-lines.ts'

export type SecondCopyParts = {
  restic: (door: Pick<ResticDoor, 'repository' | 'password' | 'access'>) => Restic
  password: string | undefined
  /** KEY=VALUE lines. */
  access: string | undefined
  machine: string
  now: () => number
}

/** What is of this moment alone, and what was thrown away. */
const notCopied = new Set(['tmp', 'locks', 'trash'])
/** Of the data of the copy, one part is read again each time. */
const checkParts = 7

/** Copies a repository to where restic can reach, and reads a part of the copy again. */
export const secondCopy =
  (parts: SecondCopyParts): CarryOut<'second-copy'> =>
  async (order, site) => {
    const { stack, check, init = false } = order
    const { say, signal } = site
    const wanted = whereTo(stack)
    const password = passwordOf(parts, stack)
    const restic = parts.restic({
      repository: wanted.to,
      password,
      access: parts.access === undefined ? {} : accessIn(parts.access),
    })
    const at = shownRepository(wanted.to)
    say({ phase: 'preparing', what: `The second copy in ${at}` })
    await restic.version(signal)
    const copied = await unlocked(restic, signal, () =>
      withRepository(restic, init, signal, async () => copy(parts, restic, stack, site)),
    )
    const { summary, problems, snapshots } = copied
    const has = `The second copy of ${stack.name} in ${at} has ${snapshots === 1 ? 'the one snapshot' : `all ${counted(snapshots, 'snapshot')}`}; ${asBytes(summary.addedBytes)} of ${asBytes(summary.bytes)} were new`
    const addedBytes = summary.addedBytes
    if (problems.length > 0) {
      const sentence = `The second copy of ${stack.name} in ${at} lacks what could not be read; the next one tries again.`
      return { outcome: 'partial', sentence, problems, addedBytes }
    }
    if (!check) return { outcome: 'done', sentence: `${has}.`, problems: [], addedBytes }
    const part = partToCheck(parts.now(), wanted.checkEveryDays)
    say({ phase: 'verifying', what: `Part ${part} of ${checkParts} of the second copy in ${at}` })
    try {
      await unlocked(restic, signal, () => restic.check(part, checkParts, signal))
    } catch (error) {
      if (signal.aborted || error instanceof RepositoryBusy) throw error
      const sentence = `The second copy in ${at} is not sound: ${withoutStop(sentenceOf(error))}.`
      return { outcome: 'failed', sentence, problems: [`${has}.`], addedBytes }
    }
    const read = `part ${part} of ${checkParts} of its data was read again and is sound`
    return { outcome: 'done', sentence: `${has}; ${read}.`, problems: [], addedBytes }
  }

/** Another part each time it is due, so that all are read in seven checks. */
export const partToCheck = (now: number, everyDays: number): number =>
  (Math.floor(now / (everyDays * 86_400_000)) % checkParts) + 1

function whereTo({ name, backup }: Stack): NonNullable<NonNullable<Stack['backup']>['secondCopy']> {
  if (backup?.secondCopy) return backup.secondCopy
  throw new Error(
    `The stack file of ${name} names no place for a second copy: add secondCopy: { to: …, schedule: "@daily" } to its section backup.`,
  )
}

function passwordOf({ password }: SecondCopyParts, { name }: Stack): string {
  if (password !== undefined) return password
  throw new Error(
    `There is no password for the second copy of ${name}. odin-sentinel second-copy-key password keeps one.`,
  )
}

/** A lock of somebody who is gone is removed by restic itself; one that is in use is waited for. */
async function unlocked<T>(
  restic: Restic,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isEnd(error, 'locked')) throw error
    await restic.unlockStale(signal)
    return await work().catch((second) => {
      throw isEnd(second, 'locked') ? new RepositoryBusy((second as Error).message) : second
    })
  }
}

/** Only where restic says that there is none, and only if somebody asked for it. */
async function withRepository<T>(
  restic: Restic,
  mayInit: boolean,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!mayInit || !isEnd(error, 'no-repository')) throw error
    await restic.init(signal)
    return await work()
  }
}

const isEnd = (error: unknown, end: ResticProblem['end']): boolean =>
  error instanceof ResticProblem && error.end === end

async function copy(
  { machine }: SecondCopyParts,
  restic: Restic,
  stack: Stack,
  { repository, say, signal }: OrderSite,
) {
  const { paths, snapshots } = await whatToCopy(repository)
  const wanted: CopyWanted = {
    paths,
    without: [],
    host: machine,
    tag: `odin-sentinel-${repository.id}`,
  }
  say({ phase: 'copying', what: `Snapshots of ${stack.name}` })
  const { summary, problems } = await restic.backup(wanted, (status) => say(status), signal)
  return { summary, problems, snapshots }
}

/**
 * Snapshots as they are now, one by one: one that is committed while restic reads would come
 * without the packs that it needs. Packs are all there before their snapshot is, and never change.
 */
async function whatToCopy({ directory }: Repository) {
  const names = (await readdir(directory)).filter((name) => !notCopied.has(name)).toSorted()
  const ids = await readdir(join(directory, 'snapshots'))
  const others = names.filter((name) => name !== 'snapshots')
  return {
    paths: [...others, ...ids.toSorted().map((id) => `snapshots/${id}`)].map((name) =>
      join(directory, name),
    ),
    snapshots: ids.length,
  }
}
