import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { findingCodes } from '../../shared/assess/finding.ts'
import { runbookWords } from '../../shared/assess/runbook/runbook-words.ts'

const directory = new URL('../../assets/runbooks/', import.meta.url)
const cli = fileURLToPath(new URL('../../electron/cli.ts', import.meta.url))
const pages = readdirSync(directory)
const read = (page: string): string => readFileSync(new URL(page, directory), 'utf8')

/** What takes something away that cannot be brought back. */
const destructive = [
  /--remove-orphans/,
  /compose[^\n`]* down\b/,
  /\bprune\b/,
  /\b(?:volume|image|container|network|docker|compose|git) rm\b/,
  /(?:^|\n|`|sudo )rm /,
  /--force\b|\s-f\s*\n/,
  /\b(?:mkfs|dd|shred|truncate) /,
  /reset --hard/,
]

test('every code has a page, and every page a code', () => {
  expect(pages.sort()).toEqual(findingCodes.map((code) => `${code}.md`).sort())
})

test.each(pages)('%s can be read and followed', (page) => {
  const text = read(page)
  expect(text.startsWith(`# ${page.replace('.md', '')}\n`)).toBe(true)
  for (const part of ['## Why it happens', '## Look', '## Mend']) expect(text).toContain(part)
  for (const forbidden of destructive) expect(text).not.toMatch(forbidden)
})

test.each(pages)('%s names only words that can be filled in', (page) => {
  const words = [...read(page).matchAll(/\{\{([a-z]+\.[a-zA-Z]+)\}\}/g)].map((match) => match[1])
  for (const word of words) expect(Object.keys(runbookWords)).toContain(word)
})

test('commands of ours that a page names are there', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [cli, '--help'])
  const commands = new Set([...stdout.matchAll(/^ {2}([a-z-]+)/gm)].map((match) => match[1]))
  for (const page of pages) {
    for (const [, command] of read(page).matchAll(/(?<!\/)odin-sentinel ([a-z][a-z-]+)/g)) {
      expect(commands, `${page}: ${command}`).toContain(command)
    }
  }
}, 60_000)

test.each(['docker compose -p odin down -v', 'docker volume rm x', 'sudo rm -r ~/x'])(
  'would notice %s',
  (command) => {
    expect(destructive.some((forbidden) => forbidden.test(`\n${command}\n`))).toBe(true)
  },
)
