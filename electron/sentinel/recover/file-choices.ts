import type { Situation } from '../../../shared/assess/situation.ts'
import type { Stack } from '../../../shared/domain/stack.ts'
import type { PlanProposal } from '../../../shared/ipc/contract.ts'
import type { RecoverIntent } from '../../../shared/plan/recover.ts'
import { isVerified, newestWhole, snapshotsOf } from '../../../shared/plan/whole-snapshot.ts'
import { commitWith } from '../../adapters/git/committed-file.ts'
import { lastGoodCommit } from '../../adapters/git/work-tree.ts'
import type { Repository } from '../../backup/repository/repository.ts'
import type { AcceptedContents } from '../changes/accepted-contents.ts'
import { type DriftedOf, treesOf, withinMs } from './git-trees.ts'
import { driftedFiles } from './plan-recovery.ts'
import { snapshotFileAt } from './snapshot-file.ts'

export type FileChoices = NonNullable<(PlanProposal & { kind: 'plan' })['filesFrom']>
type Choice = FileChoices['choices'][number]

type FileChoicesParts = {
  contents: AcceptedContents
  hashOf: (file: string) => Promise<string | null>
  openRepository: (stack: Stack) => Promise<Repository | undefined>
}

/** Where the configuration of a recovery may come from; undefined while nothing has drifted. */
export type ChoicesOfFiles = (
  situation: Situation,
  intent: RecoverIntent,
) => Promise<FileChoices | undefined>

/** So many are looked into, and so many are told: older ones are asked for by name. */
const mostLookedInto = 12
const mostTold = 4

/** Only what would change something is told. A source that cannot be asked is left out. */
export function fileChoices(parts: FileChoicesParts): ChoicesOfFiles {
  return async (situation, intent) => {
    const { stack } = situation
    const drifted = await driftedFiles(situation, parts.hashOf)
    if (drifted.files.length === 0) return undefined
    const repository = await parts.openRepository(stack).catch(() => undefined)
    const sound = repository
      ? await repository.snapshots().then(
          (all) => all.sound,
          () => [],
        )
      : []
    const { filesFrom = 'accepted' } = intent
    const latest = newestWhole(sound, stack.name)?.id
    return {
      chosen: filesFrom === 'latest' && latest !== undefined ? latest : filesFrom,
      choices: [
        ...(await acceptedText(parts.contents, drifted)),
        ...(await snapshots(repository, snapshotsOf(sound, stack.name), drifted)),
        ...(await lastGoodCommits(drifted)),
      ],
    }
  }
}

async function acceptedText(contents: AcceptedContents, { files }: DriftedOf): Promise<Choice[]> {
  for (const { file, sha256 } of files) {
    const isKept =
      (await contents.of(sha256)) ?? (await commitWith(file, sha256, AbortSignal.timeout(withinMs)))
    if (isKept) return [{ kind: 'accepted', value: 'accepted' }]
  }
  return []
}

async function snapshots(
  repository: Repository | undefined,
  own: ReturnType<typeof snapshotsOf>,
  { files }: DriftedOf,
): Promise<Choice[]> {
  const told: Choice[] = []
  for (const { id, manifest } of own.filter(isVerified).slice(0, mostLookedInto)) {
    if (told.length === mostTold) break
    const listed = (await repository?.files(id).catch(() => undefined)) ?? []
    const isOther = files.some(({ file, now }) => {
      const held = snapshotFileAt(listed, file)
      return held !== undefined && held.sha256 !== now
    })
    if (isOther) told.push({ kind: 'snapshot', value: id, at: manifest.startedAt })
  }
  return told
}

/** One choice for all work trees; told by the commit of the first that has one. */
async function lastGoodCommits({ files, acceptedAt }: DriftedOf): Promise<Choice[]> {
  const signal = AbortSignal.timeout(withinMs)
  const { trees } = await treesOf(files, signal)
  for (const [root, places] of trees) {
    const commit = await lastGoodCommit(root, places, acceptedAt, signal).catch(() => undefined)
    if (commit) {
      const { id, subject } = commit
      return [{ kind: 'commit', value: 'git', commit: id, subject, trees: trees.size }]
    }
  }
  return []
}
