import { shortId } from '../../../shared/domain/short-id.ts'
import type { SnapshotEntry } from '../../../shared/domain/snapshot.ts'
import type { Stack } from '../../../shared/domain/stack.ts'
import { shellWord } from '../../../shared/kit/shell-word.ts'
import { snapshotsOf } from '../../../shared/plan/whole-snapshot.ts'
import { places } from '../../adapters/disk/places.ts'
import type { DockerPlace } from '../../adapters/docker/config-file.ts'
import type { BackupSecrets } from '../../backup/process/process-talk.ts'
import type { Repository } from '../../backup/repository/repository.ts'
import { openRepositoryOf } from '../../backup/repository-of.ts'
import { repositoryDirectoryOf } from '../../backup/run/repository-directory.ts'
import { type StackFiles, stackFiles } from '../../sentinel/keep/stack-files.ts'
import type { StackInForce } from '../../sentinel/keep/stack-in-force.ts'
import { CommandProblem, type ExitCode, exitCodes } from '../exit-codes.ts'
import { visibleName } from '../reporters/visible.ts'
import type { GlobalOptions, Session } from '../session.ts'

/** What the backup commands are given beside the session. */
export type BackupParts = {
  /** Whose Docker, and whose directories. */
  place: DockerPlace
  /** Of a stack, from the keyring; asked for when they are needed. */
  secretsOf(stack: string): Promise<BackupSecrets>
  /** Takes what others leave, from now on: long work disturbs nobody. */
  easeOff(): Promise<void>
  /** Of Odin Sentinel, for the manifest. */
  version: string
}

/** Where a command works: its one stack, and what is kept of it. No engine is asked. */
export type BackupSite = {
  session: Session
  stderr: NodeJS.WriteStream
  parts: BackupParts
  stack: Stack
  stackFile: string
  files: StackFiles
  /** Where the snapshots lie, or would. */
  directory: string
  secrets(): Promise<BackupSecrets>
  /** What to type next, for the same stack. */
  hint(command: string): string
}

/** Finds the stack by its file alone, so that it works while no engine answers. */
export async function atStack(
  given: { session: Session; stderr: NodeJS.WriteStream; parts: BackupParts },
  options: GlobalOptions,
  work: (site: BackupSite) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { parts, stderr } = given
  const { config, state, data } = places(parts.place.env, parts.place.homeDirectory)
  const files = stackFiles({
    configDirectory: config,
    stateDirectory: state,
    ...(options.stack && { given: options.stack }),
  })
  try {
    await files.start(() => {})
    const { stack, file, problem } = theOne(files.inForce())
    if (problem !== undefined) stderr.write(`odin-sentinel: ${file}: ${visibleName(problem)}\n`)
    let secrets: Promise<BackupSecrets> | undefined
    const which = options.stack ? ` --stack ${options.stack.map(shellWord).join(' --stack ')}` : ''
    return await work({
      ...given,
      stack,
      stackFile: file,
      files,
      directory: repositoryDirectoryOf(stack, data),
      secrets() {
        secrets ??= parts.secretsOf(stack.name)
        return secrets
      },
      hint: (command) => `odin-sentinel ${command}${which}`,
    })
  } finally {
    await files.stop()
  }
}

function theOne(all: readonly StackInForce[]): StackInForce & { stack: Stack } {
  const adopted = all.filter((one) => one.stack !== undefined)
  const [first, second] = adopted
  if (second) {
    const names = adopted.map(({ stack }) => stack?.name).join(', ')
    throw new CommandProblem(
      `There are several stacks: ${names}. Say which one with --stack NAME.`,
      exitCodes.wrongUsage,
    )
  }
  if (first?.stack) return { ...first, stack: first.stack }
  const [broken] = all
  const why = broken?.problem
    ? `${broken.file}: ${visibleName(broken.problem)}`
    : 'No stack has been adopted; odin-sentinel adopt learns it from the engine it runs on.'
  throw new CommandProblem(why, exitCodes.wrongUsage)
}

/** Undefined where none has been made yet. */
export async function findRepository(site: BackupSite): Promise<Repository | undefined> {
  const { identity } = await site.secrets()
  return openRepositoryOf(site.stack, site.parts.place, identity)
}

export async function openedRepository(site: BackupSite): Promise<Repository> {
  const repository = await findRepository(site)
  if (repository) return repository
  throw new CommandProblem(
    `There are no snapshots of ${site.stack.name} yet; ${site.hint('backup')} takes the first.`,
    exitCodes.wrongUsage,
  )
}

/** The snapshot that is meant by an end of its name, or by "latest". */
export async function pick(
  site: BackupSite,
  repository: Repository,
  asked: string,
): Promise<SnapshotEntry> {
  const { sound, broken } = await repository.snapshots()
  const list = `${site.hint('snapshots')} lists them.`
  const wrong = (sentence: string) => new CommandProblem(sentence, exitCodes.wrongUsage)
  const wanted = asked.trim().toLowerCase()
  if (wanted === 'latest') {
    const [newest] = snapshotsOf(sound, site.stack.name)
    if (newest) return newest
    throw wrong(`There is no sound snapshot of ${site.stack.name}; ${list}`)
  }
  // Of a name that has nothing else in it, an end can be told.
  if (!/^[\w:.-]{1,64}$/.test(wanted)) {
    throw wrong(`"${visibleName(asked).slice(0, 64)}" is no name of a snapshot; ${list}`)
  }
  const [damaged, ...others] = broken.filter(({ id }) => id.toLowerCase().endsWith(wanted))
  const isSound = sound.some(({ id }) => id.toLowerCase().endsWith(wanted))
  if (damaged && !isSound && others.length === 0) {
    throw new CommandProblem(
      `Snapshot ${visibleName(damaged.id)} cannot be read: ${visibleName(damaged.sentence)}`,
      exitCodes.findings,
    )
  }
  return repository.find(wanted).catch((error: Error) => {
    throw wrong(`${visibleName(error.message)} ${list}`)
  })
}

/** Without the key everything that is encrypted would look like damage. */
export async function needKey(site: BackupSite, entries: readonly SnapshotEntry[]): Promise<void> {
  const sealed = entries.find(({ manifest }) => manifest.encrypted)
  const { identity } = await site.secrets()
  if (!sealed || identity !== undefined) return
  throw new CommandProblem(
    `Snapshot ${shortId(sealed.id)} is encrypted, and its key is not on this machine; ${site.hint('backup-key unlock')} brings it here.`,
    exitCodes.couldNotSee,
  )
}
