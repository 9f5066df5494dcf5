import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fillRunbook } from '../../shared/assess/runbook.ts'
import type { Channel, Params, Reply } from '../../shared/ipc/contract.ts'
import type { Sentinel } from '../sentinel/surface.ts'

/** One for each channel of the contract: a channel without a handler does not compile. */
export type Handlers = { [C in Channel]: (params: Params<C>) => Promise<Reply<C>> }

export function handlersFor(
  sentinel: Sentinel,
  runbooks: string,
  notifyTest: () => Promise<unknown>,
): Handlers {
  return {
    'mirror:get': async () => sentinel.mirror(),
    'plan:propose': ({ stack, intent }) => sentinel.propose(stack, intent),
    'plan:execute': ({ hash }) => attempt(() => sentinel.execute(hash)),
    'plan:cancel': () => attempt(() => sentinel.cancel()),
    'incident:snooze': ({ incident, until }) => attempt(() => sentinel.snooze(incident, until)),
    'context:move-on-purpose': ({ hours }) => attempt(() => sentinel.moveOnPurpose(hours)),
    'countdown:cancel': () => attempt(() => sentinel.cancelCountdown()),
    'notification:test': () => attempt(notifyTest),
    'stack:adopt': ({ project }) =>
      attempt(() => sentinel.adopt(project === undefined ? {} : { projects: [project] })),
    'runbook:read': async ({ code }) => ({
      // `code` has been parsed against the list of codes, so it cannot be a path.
      markdown: fillRunbook(
        await readFile(join(runbooks, `${code}.md`), 'utf8'),
        sentinel.mirror().stacks[0],
      ),
    }),
  }
}

async function attempt(deed: () => unknown): Promise<{ problem: string | null }> {
  try {
    await deed()
    return { problem: null }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}
