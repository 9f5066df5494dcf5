import { z } from 'zod'
import { maskSecrets } from '../../../shared/text/mask-secrets.ts'
import {
  isAtLeast,
  lastSaid,
  type ResticStatus,
  type ResticSummary,
  readLine,
  versionIn,
} from './restic-lines.ts'
import { ResticProblem, resticProblem, resticTooOld } from './restic-problem.ts'
import { type ResticEnded, runRestic } from './run-restic.ts'

export type ResticDoor = {
  program?: string
  /** "/mnt/disk", "sftp:…", "s3:…", "rest:…"; may hold a password, and is never an argument. */
  repository: string
  password: string
  /** What its backend asks for: AWS_ACCESS_KEY_ID and the like. */
  access: Readonly<Record<string, string>>
  env: NodeJS.ProcessEnv
  /** Another one only for tests with what this machine has. */
  least?: readonly [number, number]
}

export type CopyWanted = {
  /** Absolute, in this order. */
  paths: readonly string[]
  without: readonly string[]
  host: string
  tag: string
}

/** One restic repository. Everything rejects with a `ResticProblem`, or when it is aborted. */
export interface Restic {
  /** Rejects where it is not there, or too old. */
  version(signal: AbortSignal): Promise<string>
  /** Makes the repository. Rejects where there is one. */
  init(signal: AbortSignal): Promise<void>
  /** Copies what is new. What could not be read is told beside. */
  backup(
    wanted: CopyWanted,
    onStatus: (status: ResticStatus) => void,
    signal: AbortSignal,
  ): Promise<{ summary: ResticSummary; problems: readonly string[] }>
  /** Checks its structure, and reads this part of its data: `part` of `of`. */
  check(part: number, of: number, signal: AbortSignal): Promise<void>
  /** Removes locks of those who are gone; restic itself decides who that is. */
  unlockStale(signal: AbortSignal): Promise<void>
}

const leastVersion = [0, 17] as const
const snapshotsAnswer = z.array(z.object({ id: z.string() })).nullable()

export function restic(door: ResticDoor): Restic {
  const { program = 'restic', repository, least = leastVersion } = door
  const env = environment(door)

  const hidden = (text: string): string =>
    maskSecrets(
      [door.password, ...Object.values(door.access)]
        .filter((secret) => secret.length >= 4)
        .reduce((all, secret) => all.replaceAll(secret, '<secret>'), text),
      'stderr',
    )

  function expectGood({ code, said }: ResticEnded): void {
    if (code !== 0) throw resticProblem(code, repository, hidden(lastSaid(said)))
  }

  const run = (
    args: readonly string[],
    signal: AbortSignal,
    more: { input?: string; onLine?: (line: string) => void } = {},
  ) => runRestic({ program, args, env, signal, ...more })

  /** The last copy, whose unchanged files need not be read again. */
  async function parentOf({ host, tag }: CopyWanted, signal: AbortSignal): Promise<string[]> {
    let text = ''
    const args = ['snapshots', '--json', '--latest', '1', '--host', host, '--tag', tag]
    expectGood(
      await run(args, signal, {
        onLine: (line) => {
          text += line
        },
      }),
    )
    const { data } = snapshotsAnswer.safeParse(JSON.parse(text || 'null'))
    const last = data?.at(-1)
    return last ? ['--parent', last.id] : []
  }

  return {
    async version(signal) {
      let text = ''
      await run(['version', '--json'], signal, {
        onLine: (line) => {
          text += `${line}\n`
        },
      })
      const version = versionIn(text)
      if (version === undefined) {
        throw new ResticProblem('failed', `${program} does not say which version it is.`)
      }
      if (!isAtLeast(version, least)) throw resticTooOld(version)
      return version
    },
    async init(signal) {
      // The second format alone can be told not to compress.
      expectGood(await run(['init', '--repository-version', '2'], signal))
    },
    async backup(wanted, onStatus, signal) {
      const args = [
        ...['backup', '--json', '--compression', 'off', '--files-from-raw', '-'],
        ...['--host', wanted.host, '--tag', wanted.tag],
        ...wanted.without.flatMap((path) => ['--exclude', escaped(path)]),
        ...(await parentOf(wanted, signal)),
      ]
      let summary: ResticSummary | undefined
      const ended = await run(args, signal, {
        input: wanted.paths.map((path) => `${path}\0`).join(''),
        onLine(line) {
          const said = readLine(line)
          if (said?.type === 'status') onStatus(said.status)
          if (said?.type === 'summary') summary = said.summary
        },
      })
      const isPartial = ended.code === 3 && summary !== undefined
      if (!isPartial) expectGood(ended)
      if (!summary) throw new ResticProblem('failed', 'restic ended without saying what it copied.')
      const problems = ended.said
        .map((line) => readLine(line))
        .flatMap((said) => (said?.type === 'problem' ? [hidden(said.sentence)] : []))
      return { summary, problems: isPartial ? problems : [] }
    },
    async check(part, of, signal) {
      expectGood(await run(['check', `--read-data-subset=${part}/${of}`], signal))
    },
    async unlockStale(signal) {
      expectGood(await run(['unlock'], signal))
    },
  }
}

/** Of this machine's own settings for restic nothing is taken over: they are for something else. */
function environment({ env, access, repository, password }: ResticDoor): NodeJS.ProcessEnv {
  const others = Object.entries(env).filter(([name]) => !name.startsWith('RESTIC_'))
  return {
    ...Object.fromEntries(others),
    ...access,
    RESTIC_REPOSITORY: repository,
    RESTIC_PASSWORD: password,
    RESTIC_PROGRESS_FPS: '4',
  }
}

/** Patterns of restic are those of Go's filepath.Match. */
const escaped = (path: string): string => path.replaceAll(/[\\*?[\]$]/g, '\\$&')
