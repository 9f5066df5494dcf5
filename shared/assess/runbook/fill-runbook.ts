import type { findingCodes } from '../finding.ts'
import { type RunbookMatter, runbookWords } from './runbook-words.ts'

/**
 * A runbook page with the names of this machine in its commands. Docker's own format
 * templates (`{{.ID}}`, `{{json .State}}`) stay as they are.
 */
export function fillRunbook(markdown: string, matter: RunbookMatter = {}): string {
  return markdown.replaceAll(/\{\{([a-z]+\.[a-zA-Z]+)\}\}/g, (whole, name: string) => {
    const word = runbookWords[name]
    if (word === undefined) return whole
    return word.fill(matter) || fillRunbook(word.otherwise, matter)
  })
}

type Page = { code: (typeof findingCodes)[number]; markdown: string }

/** All pages as one document: a list of what is in it, then page after page, one level down. */
export function runbookBook(
  pages: readonly Page[],
  matter: Omit<RunbookMatter, 'code'>,
  writtenAt: string,
): string {
  const name = matter.status?.stack
  const filled = pages.map(({ code, markdown }) => ({
    code,
    text: oneLevelDown(fillRunbook(markdown, { ...matter, code })).trimEnd(),
  }))
  return [
    `# Runbooks${name ? ` of ${name}` : ''}`,
    `Written ${writtenAt} by Odin Sentinel, for what it saw then: names, contexts and files in the commands are those of that time.`,
    '## What is in here',
    filled.map(({ code, text }) => `- ${code}: ${firstSentence(text)}`).join('\n'),
    ...filled.map(({ text }) => text),
  ].join('\n\n')
}

/** Lines of a shell that begin with a number sign are no headings. */
function oneLevelDown(markdown: string): string {
  let isCode = false
  return markdown
    .split('\n')
    .map((line) => {
      if (line.startsWith('```')) isCode = !isCode
      return !isCode && /^#{1,5} /.test(line) ? `#${line}` : line
    })
    .join('\n')
}

function firstSentence(page: string): string {
  const paragraph = page.split('\n').find((line) => line !== '' && !line.startsWith('#')) ?? ''
  return /^.*?[.:](?=\s|$)/.exec(paragraph)?.[0].replace(/:$/, '.') ?? paragraph
}
