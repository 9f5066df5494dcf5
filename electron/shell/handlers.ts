import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findingCodes } from '../../shared/assess/finding.ts'
import { fillRunbook, runbookBook } from '../../shared/assess/runbook/fill-runbook.ts'
import type { RunbookMatter } from '../../shared/assess/runbook/runbook-words.ts'
import type { Period } from '../../shared/ipc/contract.ts'
import { sentenceOf } from '../../shared/kit/sentence-of.ts'
import type { Sentinel } from '../sentinel/surface.ts'
import { backupHandlers } from './backup-handlers.ts'
import { attempt, type Handlers } from './handlers-kit.ts'
import { writeForPerson } from './write-for-person.ts'

export function handlersFor(
  sentinel: Sentinel,
  runbooks: string,
  notifyTest: () => Promise<string>,
): Handlers {
  // `code` has been parsed against the list of codes, so it cannot be a path.
  const page = (code: string) => readFile(join(runbooks, `${code}.md`), 'utf8')
  return {
    'mirror:get': async () => sentinel.mirror(),
    'plan:propose': ({ stack, intent }) => sentinel.propose(stack, intent),
    'plan:differences': async ({ hash, files }) => {
      try {
        return { differences: await sentinel.differences(hash, files), problem: null }
      } catch (error) {
        return { differences: [], problem: sentenceOf(error) }
      }
    },
    'stack:simulate': async ({ stack, context }) => {
      try {
        return { simulation: await sentinel.simulate(stack, context), problem: null }
      } catch (error) {
        return { simulation: null, problem: sentenceOf(error) }
      }
    },
    'plan:execute': ({ hash }) => attempt(() => sentinel.execute(hash)),
    'plan:cancel': () => attempt(() => sentinel.cancel()),
    'operation:settle': ({ id, direction }) => attempt(() => sentinel.settle(id, direction)),
    'operation:undoable': async ({ stack }) => ({
      undoable: (await sentinel.undoable()).filter((one) => one.stack === stack),
    }),
    'incident:snooze': ({ incident, until }) => attempt(() => sentinel.snooze(incident, until)),
    'context:move-on-purpose': ({ hours }) => attempt(() => sentinel.moveOnPurpose(hours)),
    'countdown:cancel': () => attempt(() => sentinel.cancelCountdown()),
    'notification:test': async () => {
      try {
        return { sentence: await notifyTest(), problem: null }
      } catch (error) {
        return { sentence: null, problem: sentenceOf(error) }
      }
    },
    'stack:adopt': ({ project }) =>
      attempt(() => sentinel.adopt(project === undefined ? {} : { projects: [project] })),
    'monitoring:get': async ({ stack }) => ({ view: sentinel.monitoring(stack) }),
    'baseline:accept': ({ stack }) => attempt(() => sentinel.acceptBaseline(stack)),
    'changes:diff': async ({ stack, path }) => {
      try {
        return { changes: await sentinel.changes(stack, path), problem: null }
      } catch (error) {
        return { changes: null, problem: sentenceOf(error) }
      }
    },
    'timeline:get': async ({ since }) => ({ entries: sentinel.timeline(beginOf(since)) }),
    'report:get': async ({ since }) => ({ markdown: await sentinel.report(beginOf(since)) }),
    'report:save': async ({ since }) => {
      try {
        const text = await sentinel.report(beginOf(since))
        return { path: await writeForPerson('odin-sentinel-report', text), problem: null }
      } catch (error) {
        return { path: null, problem: sentenceOf(error) }
      }
    },
    ...backupHandlers(sentinel),
    'runbook:read': async ({ code, stack }) => ({
      markdown: fillRunbook(await page(code), { ...matterOf(sentinel, stack), code }),
    }),
    'runbook:save-all': async ({ stack }) => {
      try {
        const pages = await Promise.all(
          findingCodes.map(async (code) => ({ code, markdown: await page(code) })),
        )
        const book = runbookBook(pages, matterOf(sentinel, stack), new Date().toISOString())
        return { path: await writeForPerson('odin-sentinel-runbooks', `${book}\n`), problem: null }
      } catch (error) {
        return { path: null, problem: sentenceOf(error) }
      }
    },
  }
}

/** The stack that was asked for, else the first. */
function matterOf(sentinel: Sentinel, name: string | undefined): RunbookMatter {
  const { stacks } = sentinel.mirror()
  const status = stacks.find(({ stack }) => name !== undefined && stack === name) ?? stacks[0]
  return { status, stack: (status?.stack && sentinel.stackInForce(status.stack)) || undefined }
}

const beginOf = (since: Period): string =>
  new Date(Date.now() - Number.parseInt(since, 10) * 86_400_000).toISOString()
