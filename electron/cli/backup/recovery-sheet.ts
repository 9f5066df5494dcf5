import { relative } from 'node:path'
import { shellWord } from '../../../shared/kit/shell-word.ts'

type SheetFacts = {
  stack: string
  repository: string
  recipient: string
  keyFile: string
  machine: string
  /** ISO 8601. */
  at: string
}

/** What a person prints or writes down. No secret is on it. */
export function recoverySheet(facts: SheetFacts): string {
  const { stack, repository, recipient, keyFile, machine, at } = facts
  const keyIn = shellWord(relative(repository, keyFile))
  return `RECOVERY SHEET for the snapshots of ${stack}

It is shown once. Without the passphrase nobody reads the encrypted snapshots, you neither.
Keep these three in a place that outlives this machine: on paper, or in a password manager.

  1. The passphrase that was just given. It is kept nowhere.
  2. A copy of ${keyFile}
     It is the key, locked with the passphrase: of no use to whoever has only one of the two.
  3. This sheet.

  key         ${recipient}
  repository  ${repository}
  made        ${at.slice(0, 10)} on ${machine}

To read them on another machine, with tar, zstd, awk, sha256sum and age, in a copy of the repository:

  age -d -o key.txt ${keyIn}
  AGE_IDENTITY=key.txt sh recover.sh latest /tmp/back
  rm key.txt

To read them with Odin Sentinel there: odin-sentinel backup-key unlock`
}
