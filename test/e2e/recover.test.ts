import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { recoveredChanges, recoveredFile, someForeseen } from '../support/a-recovery.ts'
import { eventually } from './eventually.ts'
import { takePictures as takePicturesOf } from './pictures.ts'
import { openStage, type Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).first()
const calls = () => stage.app.guard((guard) => guard.calls)
const advance = () => stage.app.guard((guard) => guard.recovery.advance())

/** The incident that a recovery cures, seen from the overview. */
async function openIncident(): Promise<Page> {
  const page = await stage.page()
  await stage.app.evaluate((_, seen) => Object.assign(Reflect.get(globalThis, 'fakeGuard'), seen), {
    changes: recoveredChanges,
    foreseen: someForeseen,
    recovers: true,
    calls: [],
  })
  await stage.app.guard((guard) => {
    guard.recovery.operation = null
    guard.recovery.waiting = []
    guard.become('fine')
    guard.become('switched')
  })
  await page.reload()
  await button(page, 'Recover…').waitFor()
  return page
}

const takePictures = (page: Page, name: string) => takePicturesOf(stage.app, page, `e2e-${name}`)

test('the configuration of a recovery may come from elsewhere', async () => {
  const page = await openIncident()
  await button(page, 'Recover…').click()
  const from = page.getByLabel('Configuration from')
  await from.waitFor()
  expect(await from.locator('option').allTextContents()).toEqual([
    'Accepted text',
    expect.stringMatching(/^Snapshot of Thursday.* 19 /),
    'Last good commit 4f1c2aa, Scrape the GPU exporter by its name',
  ])
  const field = page.getByLabel('Type odin_lab to carry this out')
  await field.fill('odin_lab')
  // By the keyboard alone; the next key goes where this one went.
  await from.focus()
  await page.keyboard.press('End')
  await page.getByText('From commit 4f1c2aa08f2b.').waitFor()
  expect(await from.evaluate((select) => select === document.activeElement)).toBe(true)
  expect(await from.inputValue()).toBe('git')
  expect(await field.inputValue(), 'what was typed said yes to another plan').toBe('')
  expect((await calls()).filter((call) => call.startsWith('propose')).at(-1)).toBe(
    'propose odin_lab {"kind":"recover","filesFrom":"git"}',
  )
  await takePictures(page, 'recover-from-commit')
  await page.keyboard.press('ArrowUp')
  await page.getByText('From snapshot').first().waitFor()
  await page.keyboard.press('Escape')
  await button(page, 'Recover…').waitFor()
})

test('a recovery is read, said yes to by name, stopped, and gone on with', async () => {
  const page = await openIncident()
  await button(page, 'Recover…').click()
  await page.getByText('Stops 1 unit and 4 containers, starts 3 services').waitFor()
  const topics = await page.getByRole('heading', { level: 2 }).allTextContents()
  expect(topics.slice(0, 4)).toEqual([
    'Kept first',
    'Samples recorded elsewhere',
    'Units that do containers’ work',
    'Strays on other engines',
  ])
  // What is there now goes, what was accepted comes back.
  const lines = page.getByRole('figure', { name: `What would change in ${recoveredFile}` })
  const rows = await lines.getByRole('row').allTextContents()
  expect(rows).toContain('6−removed:       - targets: [host.docker.internal:9836]')
  expect(rows).toContain('6+added:       - targets: [nvidia-gpu-exporter:9835]')
  await page.getByText('1 line would go (−), 1 line would come back (+).').waitFor()
  await takePictures(page, 'recover-review')

  const carryOut = button(page, 'Carry out')
  const field = page.getByLabel('Type odin_lab to carry this out')
  expect(await carryOut.isDisabled()).toBe(true)
  await page.keyboard.press('Enter')
  await field.fill('odin')
  expect(await carryOut.isDisabled()).toBe(true)
  await field.fill('odin_lab')
  await field.press('Enter')
  expect((await calls()).filter((call) => call.startsWith('execute'))).toEqual([])
  await carryOut.click()

  await page.getByText('Step 1 of 9.').waitFor()
  await advance()
  await advance()
  await page.getByText('Step 3 of 9.').waitFor()
  await page.getByText('41 208 samples of 2 h 12 min, 3 blocks.').waitFor()
  await page.getByText('920 ms').waitFor()
  await takePictures(page, 'recover-progress')
  await button(page, 'Stop after this step').click()
  await page.getByText('Step 3 of 9. It stops when this step is at its end.').waitFor()
  await advance()
  await page.getByRole('heading', { name: 'How does it go on?' }).waitFor()
  await page.getByText('9 steps: 3 done, 6 not begun.').waitFor()
  await takePictures(page, 'recover-stopped')
  await page.getByText('Do the rest by hand').click()
  await page.getByText('context use desktop-linux').waitFor()
  await takePictures(page, 'recover-by-hand')

  await button(page, 'Go on').click()
  await page.getByText('Step 4 of 9.').waitFor()
  for (let step = 4; step <= 9; step += 1) await advance()
  await page.getByText('All 9 steps are done.').waitFor()
  await page.getByText('/operations/20261123T120000Z-3f9a0c').waitFor()
  await takePictures(page, 'recover-done')
  expect((await calls()).filter((call) => /^(execute|cancel|settle)/.test(call))).toEqual([
    'execute bbbb',
    'cancel',
    'settle 20261123T120000Z-3f9a0c continue',
  ])
})

test('an operation of a process that was killed waits in a banner, by keyboard too', async () => {
  const page = await openIncident()
  await stage.app.guard((guard) => guard.recovery.wasKilled())
  await page.getByText('Recover odin_lab stopped before its end.').waitFor()
  await takePictures(page, 'recover-banner')
  await button(page, 'Go on or roll back…').focus()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'How does it go on?' }).waitFor()
  await takePictures(page, 'recover-waits')
  // Back has the keyboard: a second Enter settles nothing.
  expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('Back')

  await button(page, 'Leave as it is…').click()
  await button(page, 'Not now').click()
  expect((await calls()).filter((call) => call.startsWith('settle'))).toEqual([])
  await button(page, 'Roll back').focus()
  await page.keyboard.press('Enter')
  await page.getByText('It was interrupted; what had been done was rolled back.').waitFor()
  await page.getByText('9 steps: 3 rolled back, 6 skipped.').waitFor()
  expect(await page.getByText('stopped before its end').count()).toBe(0)
})

test('the tray leads to the review and to the operation that waits', async () => {
  const page = await openIncident()
  const labels = async () => (await stage.tray.menu()).map(({ label }) => label)
  await stage.tray.press('Recover…')
  await page.getByRole('heading', { name: 'Recover odin_lab' }).waitFor()
  await stage.app.guard((guard) => guard.recovery.wasKilled())
  await eventually('it is told', async () =>
    (await labels()).includes('An operation waits: Recover odin_lab') ? true : undefined,
  )
  await stage.tray.press('Go on or roll back…')
  await page.getByRole('heading', { name: 'How does it go on?' }).waitFor()
})

test('what would break elsewhere is told before anything moves', async () => {
  const page = await openIncident()
  await button(page, 'What would break on…').click()
  await page.getByRole('button', { name: 'default', exact: true }).click()
  await page.getByText('2 things would break on default.').waitFor()
  const groups = await page.getByRole('heading', { level: 2 }).allTextContents()
  expect(groups).toEqual(['Would break2', 'Cannot be told1', 'Would be different1'])
  await page.getByText('extra_hosts: ["host.docker.internal:host-gateway"]').waitFor()
  await takePictures(page, 'simulation')

  await stage.app.evaluate(
    (_, foreseen) => Object.assign(Reflect.get(globalThis, 'fakeGuard'), { foreseen }),
    { ...someForeseen, foreseen: [] },
  )
  await page.keyboard.press('Escape')
  await button(page, 'What would break on…').click()
  await page.getByRole('button', { name: 'default', exact: true }).click()
  await page.getByText('Nothing that Sentinel knows of would break on default.').waitFor()

  await stage.app.guard((guard) => {
    guard.foreseen = null
  })
  await page.keyboard.press('Escape')
  await button(page, 'What would break on…').click()
  await page.getByRole('button', { name: 'default', exact: true }).click()
  await page.getByText('There is no other engine.').waitFor()
})

test('a backup is put back whole, by component and by file, and the restore undone', async () => {
  const page = await openIncident()
  await stage.app.evaluate(
    (_, undoable) => {
      const guard = Reflect.get(globalThis, 'fakeGuard')
      Object.assign(guard, { undoable })
      guard.keepBackups('some')
    },
    [
      {
        id: '20261120T090000Z-aaaaaa',
        title: 'Restore odin_lab from a backup',
        stack: 'odin_lab',
        endedAt: '2026-11-20T09:03:00.000Z',
        until: '2026-11-27T09:03:00.000Z',
      },
    ],
  )
  const reload = async () => {
    await page.reload()
    await page.getByRole('navigation', { name: 'Pages' }).getByText('Backups').click()
  }
  await reload()
  await takePictures(page, 'restore-undoable')
  await button(page, 'Undo restore…').click()
  await page.getByRole('heading', { name: 'Undo the restore' }).waitFor()
  await page.keyboard.press('Escape')
  const openNewest = () =>
    page.getByRole('list', { name: 'Backups' }).getByRole('button').first().click()
  await openNewest()
  await page.getByRole('button', { name: 'Restore…', exact: true }).first().click()
  await page.getByRole('heading', { name: 'Restore odin_lab from a backup' }).waitFor()
  await page.keyboard.press('Escape')
  await page
    .getByRole('button', { name: /^Restore .+…$/ })
    .first()
    .waitFor()
  await takePictures(page, 'restore-contents')
  await page
    .getByRole('button', { name: /^Restore .+…$/ })
    .first()
    .click()
  await page.getByRole('heading', { name: 'Restore odin_lab from a backup' }).waitFor()
  await page.keyboard.press('Escape')
  await button(page, 'Files').click()
  await page.locator('.file-line', { hasText: 'configuration' }).click()
  await button(page, 'Restore home…').waitFor()
  await takePictures(page, 'restore-files')
  await button(page, 'Restore home…').click()
  await page.getByRole('heading', { name: 'Restore odin_lab from a backup' }).waitFor()
  expect(await button(page, 'Carry out').isDisabled()).toBe(true)
  const intents = (await calls())
    .filter((call) => call.startsWith('propose odin_lab '))
    .map((call) => JSON.parse(call.slice('propose odin_lab '.length)))
  const snapshot = intents[1]?.snapshot
  expect(intents).toEqual([
    { kind: 'undo-restore', operation: '20261120T090000Z-aaaaaa' },
    { kind: 'restore', snapshot },
    { kind: 'restore', snapshot, only: [expect.any(String)] },
    { kind: 'restore', snapshot, only: ['configuration/home'] },
  ])
})

test('all runbooks are saved as one document', async () => {
  const page = await openIncident()
  await button(page, 'Runbook').click()
  await page.getByRole('heading', { level: 1 }).waitFor()
  await button(page, 'Save all runbooks…').click()
  await page.getByText(/odin-sentinel-runbooks-\d{4}-\d\d-\d\d\.md/).waitFor()
  await takePictures(page, 'runbook')
})
