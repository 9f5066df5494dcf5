import type { Mirror, Params } from '../../shared/ipc/contract.ts'
import { type Tab, tabs } from './ui.ts'

/** `#page=backups` comes from a click on the notice of a backup. */
export function askedPage(hash: string): Tab | undefined {
  const page = new URLSearchParams(hash.replace(/^#/, '')).get('page')
  return tabs.find((tab) => tab === page)
}

/** What the shell wants shown: `#review=<stack>` comes from a click on a notification. */
export function askedReview(
  hash: string,
  mirror: Mirror | null,
): Params<'plan:propose'> | undefined {
  const stack = new URLSearchParams(hash.replace(/^#/, '')).get('review')
  const status = mirror?.stacks.find((one) => one.stack === stack)
  if (stack === null || status === undefined) return undefined
  for (const { status: state, remedy } of status.incidents) {
    if (state === 'firing' && remedy.kind === 'plan') return { stack, intent: remedy.intent }
  }
  return undefined
}
