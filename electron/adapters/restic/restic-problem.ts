/** What restic has ended with: its exit codes since 0.17.1 (restic docs, "Exit codes"). */
export type ResticEnd =
  | 'failed'
  | 'not-all-read'
  | 'no-repository'
  | 'locked'
  | 'wrong-password'
  | 'interrupted'
  | 'absent'
  | 'too-old'

const ends: Readonly<Record<number, ResticEnd>> = {
  3: 'not-all-read',
  10: 'no-repository',
  11: 'locked',
  12: 'wrong-password',
  130: 'interrupted',
}

export class ResticProblem extends Error {
  readonly end: ResticEnd

  constructor(end: ResticEnd, sentence: string, options?: ErrorOptions) {
    super(sentence, options)
    this.name = 'ResticProblem'
    this.end = end
  }
}

const words: Readonly<Record<ResticEnd, (at: string, why: string) => string>> = {
  failed: (at, why) => `restic failed on the second copy in ${at}${why}.`,
  'not-all-read': (at, why) =>
    `Not all snapshots could be read for the second copy in ${at}${why}.`,
  'no-repository': (at) =>
    `There is no restic repository in ${at}. Is its disk mounted? odin-sentinel second-copy --init makes one.`,
  locked: (at) =>
    `Somebody else is working on the second copy in ${at}; try again when it has ended.`,
  'wrong-password': (at) =>
    `The password does not open the restic repository in ${at}. odin-sentinel second-copy-key password takes another.`,
  interrupted: (at) =>
    `The second copy in ${at} was interrupted; what was copied until then is kept.`,
  absent: () =>
    'The program restic is not there. A second copy needs version 0.17 or newer: install it from your distribution or from github.com/restic/restic/releases.',
  'too-old': (_at, why) => `A second copy needs restic 0.17 or newer${why}.`,
}

/** An exit code in words. What nobody knows is a failure. */
export function resticProblem(
  code: number | null,
  repository: string,
  said: string,
): ResticProblem {
  const end = ends[code ?? 1] ?? 'failed'
  const why = said === '' ? (code === null ? ': it was killed' : '') : `: ${said}`
  return new ResticProblem(end, words[end](shownRepository(repository), why))
}

export const resticAbsent = (cause: unknown): ResticProblem =>
  new ResticProblem('absent', words.absent('', ''), { cause })

export const resticTooOld = (version: string): ResticProblem =>
  new ResticProblem(
    'too-old',
    words['too-old'](
      '',
      `, and version ${version} is here: take a newer one from github.com/restic/restic/releases, or "restic self-update" where it was not installed as a package`,
    ),
  )

/** Without the password that may stand in it: "rest:https://ada:<secret>@nas/". */
export const shownRepository = (repository: string): string =>
  repository.replace(/(\/\/[^/@:]*):[^/@]*@/, '$1:<secret>@')
