import { expect, test } from 'vitest'
import { addBackupRecipient } from './add-backup-recipient.ts'
import { parseStackFile } from './stack-file.ts'
import { usualBackup } from './stack-schema.ts'

const head = `# mine
version: 1
name:   'odin'   # the cellar
home: { context: a, engineId: "b",   endpoint: unix:///d }
projects:
- { name: odin, workingDir: /srv/odin, starts: [
    { files: [ docker-compose.yml ],   services: { a: { image: x } } } ] }
`
const ours = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p'

const backupIn = (text: string) => {
  const parsed = parseStackFile(text)
  return parsed.ok ? parsed.value.backup : parsed.error
}

test('a recipient is added to a file that says nothing about backups', () => {
  const text = addBackupRecipient(head, ours)
  expect(text.startsWith(head.trimEnd())).toBe(true)
  expect(backupIn(text)).toEqual({ ...usualBackup, recipients: [ours] })
})

test('and beside others, with all comments', () => {
  const section = `backup:
  # the big disk
  repository: /mnt/disk # really
  recipients:
    - age1other # Ada's
# the end
stayHome: { enabled: false }
`
  const text = addBackupRecipient(head + section, ours)
  expect(text.startsWith(head)).toBe(true)
  expect(text).toContain('# the big disk\n  repository: /mnt/disk # really')
  expect(text).toContain("- age1other # Ada's")
  expect(text.endsWith('# the end\nstayHome: { enabled: false }\n')).toBe(true)
  expect(backupIn(text)).toEqual({
    ...usualBackup,
    repository: '/mnt/disk',
    recipients: ['age1other', ours],
  })
  expect(addBackupRecipient(text, ours)).toBe(text)
})

test('what is no recipient, or no stack file, is refused with a sentence', () => {
  expect(() => addBackupRecipient(head, 'AGE-SECRET-KEY-1QQ')).toThrow(/must be an age recipient/)
  expect(() => addBackupRecipient('name: [', ours)).toThrow(/The stack file is not valid/)
})
