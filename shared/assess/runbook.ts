import type { StatusView } from '../ipc/status.ts'

type Filling = (status: StatusView) => string | null | undefined

/** What a page may name in double braces, and what stands there while it is not known. */
export const runbookWords: Readonly<Record<string, { fill: Filling; otherwise: string }>> = {
  'stack.name': { fill: ({ stack }) => stack, otherwise: 'the stack' },
  'stack.file': { fill: ({ stackFile }) => stackFile, otherwise: 'STACK_FILE' },
  'home.context': { fill: ({ home }) => home?.context, otherwise: 'HOME_CONTEXT' },
  'home.engineId': { fill: ({ home }) => home?.engineId, otherwise: 'HOME_ENGINE_ID' },
  'home.endpoint': {
    fill: ({ engines }) => engines.find(({ home }) => home)?.endpoint,
    otherwise: 'HOME_ENDPOINT',
  },
  'current.context': { fill: ({ current }) => current?.context, otherwise: 'CURRENT_CONTEXT' },
}

/**
 * A runbook page with the names of this machine in its commands. Docker's own format
 * templates (`{{.ID}}`, `{{json .State}}`) stay as they are.
 */
export function fillRunbook(markdown: string, status?: StatusView): string {
  return markdown.replaceAll(/\{\{([a-z]+\.[a-zA-Z]+)\}\}/g, (whole, word: string) => {
    const filling = runbookWords[word]
    if (filling === undefined) return whole
    return (status && filling.fill(status)) || filling.otherwise
  })
}
