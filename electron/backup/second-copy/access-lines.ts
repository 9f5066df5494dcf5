/** A line that cannot be taken, without what may be a secret in it. */
export class AccessProblem extends Error {
  constructor(sentence: string) {
    super(sentence)
    this.name = 'AccessProblem'
  }
}

/** What would change which program runs, or how. */
const notAllowed = /^(PATH|HOME|SHELL|IFS|LD_.*|NODE_.*|RESTIC_(REPOSITORY|PASSWORD).*)$/

/** What a backend of restic asks for, as `KEY=VALUE` lines: "AWS_ACCESS_KEY_ID=…". */
export function accessIn(text: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const [index, line] of text.split('\n').entries()) {
    const trimmed = line.trim().replace(/^export\s+/, '')
    if (trimmed === '' || trimmed.startsWith('#')) continue
    const [, key, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(trimmed) ?? []
    if (key === undefined || value === undefined) {
      throw new AccessProblem(`Line ${index + 1} is not KEY=VALUE, as in AWS_ACCESS_KEY_ID=….`)
    }
    if (notAllowed.test(key)) {
      throw new AccessProblem(
        `Line ${index + 1} sets ${key}, which is nothing that a backend asks for.`,
      )
    }
    found[key] = value.replace(/^(["'])(.*)\1$/, '$2')
  }
  return found
}
