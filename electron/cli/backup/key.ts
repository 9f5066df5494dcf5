import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { addBackupRecipient } from '../../../shared/stack/add-backup-recipient.ts'
import { ArchiveDamaged } from '../../adapters/archive/archive-problem.ts'
import {
  newIdentity,
  recipientOf,
  unwrapIdentity,
  WrongPassphrase,
  wrapIdentity,
} from '../../adapters/archive/sealed-text.ts'
import { diskProblem } from '../../adapters/disk/disk-problem.ts'
import { backupIdentityName, type SecretStore } from '../../adapters/secrets/secret-store.ts'
import { isKeyFileOf, keepKeyFile, keyFilesIn } from '../../backup/repository/key-files.ts'
import { createRepository } from '../../backup/repository/open-repository.ts'
import { counted } from '../../backup/run/say.ts'
import { CommandProblem, type ExitCode, exitCodes } from '../exit-codes.ts'
import { readSecret } from '../read-secret.ts'
import type { Paint } from '../reporters/paint.ts'
import { visibleName } from '../reporters/visible.ts'
import { type GlobalOptions, printer } from '../session.ts'
import { type BackupSite, findRepository } from './backup-site.ts'
import { next } from './backup-words.ts'
import { recoverySheet } from './recovery-sheet.ts'

// The keys of encrypted snapshots: backup-key new, backup-key unlock.

/** As few as make sense where a guess takes a second. */
const fewestSigns = 10

/**
 * Makes a key, so that everything new is encrypted. Cut off in the middle it goes on with the same
 * key: it is kept before anything is encrypted to it.
 */
export async function newKey(
  site: BackupSite,
  options: GlobalOptions,
  store: SecretStore,
): Promise<ExitCode> {
  const { stack, directory } = site
  const known = await store.read(backupIdentityName(stack.name))
  const own = known === undefined ? undefined : await recipientOf(known)
  const recipients = stack.backup?.recipients ?? []
  const [used] = recipients
  if (used !== undefined && (own === undefined || recipients.includes(own))) {
    throw new CommandProblem(
      `The snapshots of ${stack.name} are encrypted already, to ${used}. ${site.hint('backup-key unlock')} keeps its key on this machine.`,
      exitCodes.wrongUsage,
    )
  }
  const passphrase = await newPassphrase(site)
  const { identity, recipient } =
    known !== undefined && own !== undefined
      ? { identity: known, recipient: own }
      : await newIdentity()
  const repository =
    (await findRepository(site)) ?? (await createRepository(directory, { recipients: [] }))
  const { sound } = await repository.snapshots()
  const keyFile = await keepKeyFile(directory, recipient, await wrapIdentity(identity, passphrase))
  const kept = await store.keep(backupIdentityName(stack.name), identity)
  const { file, keptCopy } = await site.files.edit(stack.name, (text) =>
    addBackupRecipient(text, recipient),
  )
  const sheet = recoverySheet({
    stack: stack.name,
    repository: directory,
    recipient,
    keyFile,
    machine: hostname(),
    at: new Date().toISOString(),
  })
  const plain = sound.filter(({ manifest }) => !manifest.encrypted).length
  const print = printer(site.session, options)
  if (options.json) {
    print.either(() => '', { stack: stack.name, recipient, keyFile, kept, file, keptCopy, sheet })
    return exitCodes.fine
  }
  print.verbatim(`\n${sheet}\n`)
  print.line(madeText(site, { file, keptCopy, kept, plain }, print.paint))
  return exitCodes.fine
}

type Made = { file: string; keptCopy: string | undefined; kept: string; plain: number }

function madeText(site: BackupSite, { file, keptCopy, kept, plain }: Made, paint: Paint): string {
  return [
    `${paint('green', '●')} New snapshots of ${site.stack.name} are encrypted from now on.`,
    `  · ${kept}`,
    `  · ${file} names the key.${keptCopy === undefined ? '' : ` The file before it is ${keptCopy}.`}`,
    ...(plain === 0
      ? []
      : [`  · ${counted(plain, 'snapshot')} before it can be read without a key, until pruned.`]),
    next(paint, site.hint('backup')),
  ].join('\n')
}

/** Asked for twice where somebody types; the first line of a pipe otherwise. */
async function newPassphrase(site: BackupSite): Promise<string> {
  const { stdin } = site.session
  const from = { stdin, stdout: site.stderr }
  const passphrase = await readSecret(from, `New passphrase for ${site.stack.name}: `)
  if ([...passphrase].length < fewestSigns) {
    throw new CommandProblem(
      `The passphrase is too short, expected at least ${fewestSigns} signs: four or five words by chance are good. Nothing was changed.`,
      exitCodes.wrongUsage,
    )
  }
  if (stdin.isTTY && (await readSecret(from, 'The same again: ')) !== passphrase) {
    throw new CommandProblem('The two are not the same. Nothing was changed.', exitCodes.wrongUsage)
  }
  return passphrase
}

/** Brings the key to this machine: out of the repository, or of a file that was kept elsewhere. */
export async function unlockKey(
  site: BackupSite,
  options: GlobalOptions,
  store: SecretStore,
  given: string | undefined,
): Promise<ExitCode> {
  const { stack, directory } = site
  const name = backupIdentityName(stack.name)
  const recipients = stack.backup?.recipients ?? []
  const files = given === undefined ? await keyFilesIn(directory) : [resolve(given)]
  if (files.length === 0) {
    throw new CommandProblem(
      `There is no key in ${directory}/keys. Give the file that was kept: ${site.hint('backup-key unlock FILE')}.`,
      exitCodes.wrongUsage,
    )
  }
  const isNamed = (file: string) => recipients.some((one) => isKeyFileOf(file, one))
  const likelyFirst = [...files.filter(isNamed), ...files.filter((file) => !isNamed(file))]
  const from = { stdin: site.session.stdin, stdout: site.stderr }
  const passphrase = await readSecret(from, `Passphrase for ${stack.name}: `)
  const { identity, file } = await opened(likelyFirst, passphrase)
  const recipient = await recipientOf(identity)
  await refuseToLose(await store.read(name), recipient, directory)
  const kept = await store.keep(name, identity)
  const isUsed = recipients.includes(recipient)
  const print = printer(site.session, options)
  print.either(
    (paint) =>
      [
        `${paint('green', '●')} The key ${recipient} is open.`,
        `  · ${kept}`,
        ...(isUsed
          ? []
          : [
              `  · New snapshots are not encrypted to it: ${site.stackFile} does not name it under backup.recipients.`,
            ]),
        next(paint, site.hint('snapshots')),
      ].join('\n'),
    { stack: stack.name, recipient, keyFile: file, kept, isUsed },
  )
  return exitCodes.fine
}

async function opened(
  files: readonly string[],
  passphrase: string,
): Promise<{ identity: string; file: string }> {
  const problems: string[] = []
  for (const file of files) {
    const locked = await readFile(file).catch((error) => {
      throw diskProblem(error, file, `${file} cannot be read`)
    })
    try {
      return { identity: await unwrapIdentity(locked, passphrase), file }
    } catch (error) {
      const isKnown = error instanceof WrongPassphrase || error instanceof ArchiveDamaged
      if (!isKnown) throw error
      problems.push(`${file}: ${error.message}`)
    }
  }
  throw new CommandProblem(visibleName(problems.join(' ')), exitCodes.wrongUsage)
}

/** Another key that is kept here and lies nowhere else would be gone for good. */
async function refuseToLose(
  known: string | undefined,
  recipient: string,
  directory: string,
): Promise<void> {
  if (known === undefined) return
  const other = await recipientOf(known)
  if (other === recipient) return
  const files = await keyFilesIn(directory)
  if (files.some((file) => isKeyFileOf(file, other))) return
  throw new CommandProblem(
    `Another key, ${other}, is kept on this machine and not in ${directory}/keys; it would be lost. Nothing was changed.`,
    exitCodes.planFailed,
  )
}
