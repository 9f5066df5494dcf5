import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Tab, tabs } from '../../renderer/store/ui.ts'
import { tabWords } from '../../renderer/store/wording.ts'
import { monitoringOf } from '../support/mirrors.ts'
import { openStage, type Stage } from './stage.ts'

let stage: Stage
let page: Page
const complaints: string[] = []

beforeAll(async () => {
  stage = await openStage()
  page = await stage.page()
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      console.error(`The content policy forbids ${blockedURI} by ${violatedDirective}.`),
    )
  })
})
afterAll(() => stage[Symbol.asyncDispose]())

async function open(tab: Tab): Promise<void> {
  await page
    .getByRole('navigation', { name: 'Pages' })
    .getByRole('button', { name: new RegExp(`^${tabWords[tab]}`) })
    .click()
  await page.locator('main.page').waitFor()
  await page.waitForFunction(() => !/is on its way|Writing/.test(document.body.textContent ?? ''))
}

const seen = {
  'with everything seen': { ...monitoringOf('crowded'), stack: 'odin_lab' },
  'with little seen': { ...monitoringOf('unknown'), stack: 'odin_lab' },
  'with nothing seen beyond the containers': null,
}

test.each(Object.entries(seen))('every page opens %s, and nothing complains', async (_, view) => {
  await stage.app.evaluate(
    (_electron, to) => void Object.assign(Reflect.get(globalThis, 'fakeGuard'), { seen: to }),
    view,
  )
  await stage.app.guard((guard) => guard.become('switched'))
  await page.reload()
  await page.getByRole('navigation', { name: 'Pages' }).waitFor()
  for (const tab of tabs) {
    await open(tab)
    expect(await page.locator('main.page').innerText(), tab).not.toBe('')
    const wider = await page.evaluate(
      () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
    )
    expect(wider, `${tab} is wider than the window`).toBe(false)
  }
  expect(complaints).toEqual([])
})

test('a report is saved where it says, and what it says is in the file', async () => {
  await open('reports')
  await page.getByRole('button', { name: 'Save as Markdown' }).click()
  const said = await page.getByText(/^Saved as /).innerText()
  const path = /Saved as (.+)\.$/.exec(said)?.[1] ?? ''
  expect(await readFile(path, 'utf8')).toBe('# Incident report\n')
  expect(complaints).toEqual([])
})

test('a test notification is sent, and the window says how it was shown', async () => {
  await open('overview')
  await page.getByRole('button', { name: 'Send a test notification' }).click()
  await stage.notices.notice(({ title }) => title === 'Odin Sentinel: a test')
  const banner = page.getByText(/^Test notification Shown by /)
  await banner.waitFor()
  await page.getByRole('button', { name: 'Dismiss' }).click()
  await banner.waitFor({ state: 'detached' })
  expect(complaints).toEqual([])
})

test('the listener that would hear a violation does hear one', async () => {
  await page.evaluate(() => {
    const style = document.createElement('style')
    style.textContent = 'body { color: red }'
    document.head.append(style)
  })
  await page.waitForFunction(() => true)
  expect(complaints.join()).toContain('style-src')
})
