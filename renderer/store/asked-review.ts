import type { Mirror, Params } from '../../shared/ipc/contract.ts'
import { type Tab, tabs } from './ui.ts'

/** `#page=backups` comes from a click on the notice of a backup. */
export function askedPage(hash: string): Tab | undefined {
  const page = new URLSearchParams(hash.replace(/^#/, '')).get('page')
  return tabs.find((tab) => tab === page)
}

/** `#operation=<id>` comes from the tray while an operation waits. */
export const askedOperation = (hash: string): string | undefined =>
  new URLSearchParams(hash.replace(/^#/, '')).get('operation') ?? undefined

/** What is to be reviewed: `#review=<stack>` of a notification, `#recover=<stack>` of the tray. */
export function askedReview(
  hash: string,
  mirror: Mirror | null,
): Params<'plan:propose'> | undefined {
  const asked = new URLSearchParams(hash.replace(/^#/, ''))
  const recovered = asked.get('recover')
  const stack = recovered ?? asked.get('review')
  const status = mirror?.stacks.find((one) => one.stack === stack)
  if (stack === null || status === undefined) return undefined
  if (recovered !== null) return { stack, intent: { kind: 'recover' } }
  for (const { status: state, remedy } of status.incidents) {
    if (state === 'firing' && remedy.kind === 'plan') return { stack, intent: remedy.intent }
  }
  return undefined
}
