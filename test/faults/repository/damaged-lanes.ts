import { mkdtemp, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { layoutOf } from '../../../electron/backup/repository/layout.ts'
import type { Damage } from '../../../electron/backup/repository/repository.ts'
import { shelf } from '../../../electron/backup/repository/shelf.ts'
import { isDamaged, verifySnapshots } from '../../../electron/backup/repository/verify.ts'
import { aRepository, backUp, noSignal } from '../../support/a-repository.ts'
import { type Random, seededRandom } from '../../support/seeded-random.ts'
import { someSources } from './repository-child.ts'

// Many times one thing in a repository is damaged, and each time the check says which.

/** In memory, where it is quick. */
const memory = '/dev/shm'

/** Repositories that are the same, as the checks of several take little longer than those of one. */
const laneCount = 3

export type Lane = {
  directory: string
  /** Of all snapshots, and of the newest one its own. */
  packs: string[]
  papers: string[]
  newest: string
  whole: Map<string, Buffer>
}

export async function openLanes(): Promise<{ lanes: Lane[]; close(): Promise<void> }> {
  const root = await mkdtemp(join(memory, 'damage-'))
  const names = Array.from({ length: laneCount }, (_, index) => join(root, `lane-${index}`))
  return {
    lanes: await Promise.all(names.map(aLane)),
    close: () => rm(root, { recursive: true, force: true }),
  }
}

async function aLane(directory: string): Promise<Lane> {
  const repository = await aRepository(directory)
  const [configuration, , volume] = someSources(1)
  if (!configuration || !volume) throw new Error('There is nothing to back up.')
  await backUp(repository, configuration)
  const { id } = await backUp(repository, ...someSources(2).slice(0, 1), volume)
  const all = await readdir(directory, { recursive: true, withFileTypes: true })
  const paths = all.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name))
  const packs = paths.filter((path) => path.startsWith(join(directory, 'packs'))).sort()
  const papers = paths.filter((path) => path.startsWith(join(directory, 'snapshots'))).sort()
  const whole = new Map<string, Buffer>()
  for (const path of [...packs, ...papers]) whole.set(path, await readFile(path))
  return { directory, packs, papers, newest: id, whole }
}

export const check = async ({ directory }: Lane): Promise<Damage[]> => {
  const layout = layoutOf(directory)
  const onShelf = shelf(layout, {})
  const found = await verifySnapshots(await onShelf.ids(), {
    layout,
    filesOf: (id) => onShelf.files(id),
    signal: noSignal(),
    onBytes() {},
  })
  return found.filter(isDamaged)
}

const named = (found: readonly Damage[]): Set<string> =>
  new Set(
    found.flatMap(({ snapshot, packs: bad, papers: torn }) => [
      ...bad,
      ...torn.map((paper) => `${snapshot}/${paper}`),
    ]),
  )

const nameOf = ({ directory, packs }: Lane, path: string) =>
  packs.includes(path)
    ? basename(path).slice(0, 64)
    : path.slice(join(directory, 'snapshots').length + 1)

/** Damages one or two files; says which, and how. */
type Damaging = (random: Random, lane: Lane) => Promise<{ how: string; paths: string[] }>

const anyOf = (random: Random, { packs, papers }: Lane) =>
  random.oneOf(random.chance(0.5) ? packs : papers)

const damages: Damaging[] = [
  async function flipped(random, lane) {
    const path = anyOf(random, lane)
    const content = Buffer.from(lane.whole.get(path) ?? '')
    const at = random.upTo(content.length)
    content[at] = (content[at] ?? 0) ^ (1 << random.upTo(8))
    await replace(path, content)
    return { how: `bit of byte ${at} flipped`, paths: [path] }
  },
  async function cutOff(random, lane) {
    const path = anyOf(random, lane)
    const length = random.upTo(lane.whole.get(path)?.length ?? 0)
    await truncate(path, length)
    return { how: `cut off at ${length}`, paths: [path] }
  },
  async function appended(random, lane) {
    const path = anyOf(random, lane)
    const more = Buffer.from(Array.from({ length: 1 + random.upTo(40) }, () => random.upTo(256)))
    await replace(path, Buffer.concat([lane.whole.get(path) ?? more, more]))
    return { how: `${more.length} bytes appended`, paths: [path] }
  },
  async function swapped(random, { packs, papers, whole }) {
    const [one, other] = random.chance(0.7) ? twoOf(random, packs) : twoOf(random, papers)
    if (whole.get(one)?.equals(whole.get(other) ?? Buffer.of())) return { how: 'same', paths: [] }
    await rename(one, `${one}.away`)
    await rename(other, one)
    await rename(`${one}.away`, other)
    return { how: 'swapped', paths: [one, other] }
  },
  async function gone(random, lane) {
    const path = anyOf(random, lane)
    await rm(path)
    return { how: 'gone', paths: [path] }
  },
]

export const replace = async (path: string, content: Uint8Array) => {
  await rm(path)
  await writeFile(path, content)
}

function twoOf(random: Random, all: readonly string[]): [string, string] {
  const one = random.upTo(all.length)
  const other = (one + 1 + random.upTo(all.length - 1)) % all.length
  return [all[one] ?? '', all[other] ?? '']
}

async function damageOnce(random: Random, of: Lane): Promise<string | undefined> {
  const { how, paths } = await random.oneOf(damages)(random, of)
  if (paths.length === 0) return damageOnce(random, of)
  const found = named(await check(of))
  const expected = paths.map((path) => nameOf(of, path))
  const snapshotOf = (name: string) => name.split('/')[0]
  const torn = expected.filter((name) => name.endsWith('META.sha256')).map(snapshotOf)
  const strangers = [...found].filter(
    (name) => !expected.some((one) => snapshotOf(one) === snapshotOf(name)),
  )
  for (const path of paths) {
    await rm(path, { force: true })
    await writeFile(path, of.whole.get(path) ?? '')
  }
  // Where two papers disagree and one is META.sha256, nobody can tell which of them is wrong.
  const isNamed = (name: string) =>
    found.has(name) ||
    (torn.includes(snapshotOf(name)) &&
      [...found].some((one) => snapshotOf(one) === snapshotOf(name)))
  const isRight = expected.every(isNamed) && strangers.length === 0
  return isRight ? undefined : `${expected.join(', ')} ${how}, found ${[...found].join(', ')}`
}

/** What was not found, or not named rightly, of so many damages; other seeds are other damages. */
export async function damageTimes(
  lanes: readonly Lane[],
  times: number,
  firstSeed: number,
): Promise<string[]> {
  const missed: string[] = []
  let damaged = 0
  await Promise.all(
    lanes.map(async (of, index) => {
      const random = seededRandom(firstSeed + index)
      while (damaged < times) {
        damaged += 1
        const miss = await damageOnce(random, of)
        if (miss !== undefined) missed.push(miss)
      }
    }),
  )
  return missed
}
