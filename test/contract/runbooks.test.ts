import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { findingCodes } from '../../shared/assess/finding.ts'
import { runbookWords } from '../../shared/assess/runbook/runbook-words.ts'

const directory = new URL('../../assets/runbooks/', import.meta.url)
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

test.each(['docker compose -p odin down -v', 'docker volume rm x', 'sudo rm -r ~/x'])(
  'would notice %s',
  (command) => {
    expect(destructive.some((forbidden) => forbidden.test(`\n${command}\n`))).toBe(true)
  },
)
