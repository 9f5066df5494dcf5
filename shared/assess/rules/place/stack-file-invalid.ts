import type { Finding } from '../../finding.ts'
import type { Situation } from '../../situation.ts'

/** The stack file was edited into something that cannot be used. Needs no stack to be said. */
export function stackFileInvalid({
  stackFileProblem: invalid,
  stack,
}: Pick<Partial<Situation>, 'stackFileProblem' | 'stack'>): Finding[] {
  if (invalid === undefined) return []
  return [
    {
      code: 'STACK_FILE_INVALID',
      severity: 'warning',
      subject: `file:${invalid.file}`,
      sentence: `${invalid.file} cannot be used, expected a valid stack file.`,
      evidence: {
        problem: invalid.problem,
        consequence: stack ? 'the last good version stays in force' : 'it guards nothing',
      },
      remedy: { kind: 'runbook', code: 'STACK_FILE_INVALID' },
    },
  ]
}
