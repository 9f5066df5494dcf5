import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from './eventually.ts'
import { openStage, type Stage } from './stage.ts'

const screenshots = join(import.meta.dirname, 'screenshots')

// One app for all: a page that is loaded anew and backups that are put there anew forget everything.
let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

async function openBackups(holds: 'some' | 'none' = 'some'): Promise<Page> {
  const page = await stage.page()
  await stage.app.evaluate(
    (_, to) => void Reflect.get(globalThis, 'fakeGuard').keepBackups(to),
    holds,
  )
  await page.reload()
  await page.getByRole('navigation', { name: 'Pages' }).getByText('Backups').click()
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  return page
}

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).first()
const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent ?? '')
const calls = () => stage.app.guard((guard) => guard.kept?.calls ?? [])

test('a backup is begun, shows how far it is, is cancelled and says so', async () => {
  const page = await openBackups()
  await button(page, 'Back up now').click()
  await page.getByText('Backing up: preparing').waitFor()
  expect(await button(page, 'Back up now').isDisabled()).toBe(true)
  await stage.app.guard((guard) => guard.kept?.advance(0.42))
  await page.getByText('42 %').waitFor()
  await page.getByText('Backing up: reading').waitFor()
  expect(await page.getByRole('progressbar').getAttribute('value')).toBe('42')
  await page.getByText(/^about \d+ s$/).waitFor()
  await button(page, 'Cancel').click()
  await page
    .getByText(/^Backup cancelled today .* What was written until then is gone\.$/)
    .waitFor()
  expect(await calls()).toEqual(['start odin_lab backup', 'cancel'])
})

test('a backup that failed is the first thing the page says', async () => {
  const page = await openBackups()
  await button(page, 'Verify').click()
  await page.getByText('Verifying: preparing').waitFor()
  await stage.app.guard((guard) => guard.kept?.end('done'))
  await page.getByText(/^Verification done today/).waitFor()
  await button(page, 'Back up now').click()
  await stage.app.guard((guard) => guard.kept?.end('failed'))
  await page.getByRole('heading', { level: 1, name: /^The backup of/ }).waitFor()
  await page.getByText('/home/ada/.local/share has 212 MiB left.').waitFor()
})

test('the keyboard walks calendar, list, files and back', async () => {
  const page = await openBackups()
  const days = page.getByRole('region', { name: 'Calendar of backups' })
  const today = days.locator('[tabindex="0"]')
  await today.focus()
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('Enter')
  await button(page, 'Show all').click()
  const list = page.getByRole('list', { name: 'Backups' })
  await list.locator('[tabindex="0"]').focus()
  const first = await focused(page)
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  const third = await focused(page)
  expect(third).not.toBe(first)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: /^Backup of/ }).waitFor()
  expect(await focused(page)).toContain('All backups')
  await button(page, 'Files').press('Enter')
  const component = page.getByRole('list').getByText('configuration', { exact: true })
  await component.waitFor()
  await page.locator('.file-lines button').first().focus()
  for (const name of ['home', 'ada', 'odin']) {
    await page.keyboard.press('Enter')
    await page.locator('.file-name', { hasText: new RegExp(`^${name}$`) }).waitFor()
    await eventually('the keyboard is there', async () =>
      (await focused(page)).startsWith(name) ? true : undefined,
    )
  }
  await page.keyboard.press('Enter')
  const names = await eventually('the directory is listed', async () => {
    const all = await page.locator('.file-name').allTextContents()
    return all.includes('compose.yaml') ? all : undefined
  })
  expect(names.slice(0, 3)).toEqual(['grafana', 'prometheus', '.env'])
  await page.keyboard.press('Backspace')
  await page.locator('.file-name', { hasText: /^odin$/ }).waitFor()
  await eventually('the keyboard is where it came from', async () =>
    (await focused(page)).startsWith('odin') ? true : undefined,
  )
  await page.keyboard.press('Escape')
  await eventually('the keyboard is back at the same backup', async () =>
    (await focused(page)) === third ? true : undefined,
  )
  expect((await calls()).filter((call) => call.startsWith('browse'))).toEqual([
    'browse ',
    'browse configuration',
    'browse configuration/home',
    'browse configuration/home/ada',
    'browse configuration/home/ada/odin',
    'browse configuration/home/ada',
  ])
})

test('a backup is compared with what is there now and with another, and pinned', async () => {
  const page = await openBackups()
  await page.getByRole('list', { name: 'Backups' }).getByRole('button').nth(2).click()
  await button(page, 'Differences').click()
  await page.getByText('image: grafana/grafana:12.0.1').waitFor()
  await page.getByText('GF_SECURITY_ADMIN_PASSWORD: ••••••').waitFor()
  await page.getByRole('combobox').selectOption({ index: 3 })
  await page.getByText(/^Nothing differs from the backup of/).waitFor()
  await button(page, 'Pin…').click()
  await page.keyboard.type('before the move')
  await page.keyboard.press('Enter')
  await button(page, 'Unpin').waitFor()
  await button(page, 'What is in it').click()
  await page.getByText('before the move').waitFor()
  const made = await calls()
  expect(made[0]).toBe('diff now')
  expect(made[1]).toMatch(/^diff 20/)
  expect(made[2]).toBe('pin before the move')
})

test('the schedule is edited by choice and as a cron line, checked, and saved', async () => {
  const page = await openBackups('none')
  await page.getByRole('heading', { name: 'No backup yet.' }).waitFor()
  await button(page, 'Set a schedule…').click()
  await button(page, 'Add a time').click()
  const line = page.getByLabel('cron')
  expect(await line.inputValue()).toBe('15 2 * * *')
  await page.getByLabel('How often').selectOption('Every week')
  expect(await line.inputValue()).toBe('15 2 * * 0')
  await line.fill('0 25 * * *')
  await page.getByText('The hour is 25, expected 0 to 23.').waitFor()
  expect(await button(page, 'Save').isDisabled()).toBe(true)
  await line.fill('30 */6 * * *')
  await page.getByText('Due every 6 hours, 30 min past.').waitFor()
  await page.getByLabel('Daily').fill('14')
  await button(page, 'Save').click()
  await page.getByRole('heading', { name: 'No backup yet.' }).waitFor()
  const plan = {
    schedule: ['30 */6 * * *'],
    keep: { last: 3, hourly: 24, daily: 14, weekly: 4, monthly: 6 },
    onBattery: false,
    drill: null,
  }
  const [saved = ''] = await calls()
  expect(saved.slice(0, 14)).toBe('plan odin_lab ')
  expect(JSON.parse(saved.slice(14))).toEqual(plan)
})

test('a backup begun in the tray says how far it is, and is told when it fails', async () => {
  const labels = async () => (await stage.tray.menu()).map(({ label }) => label)
  await stage.app.guard((guard) => void guard.keepBackups('some'))
  await eventually('it is offered', async () =>
    (await labels()).some((label) => /^Last good backup: /.test(label)) ? true : undefined,
  )
  await stage.tray.press('Back up now')
  await stage.app.guard((guard) => guard.kept?.begun())
  await stage.app.guard((guard) => guard.kept?.advance(0.47))
  await eventually('it is told', async () =>
    (await labels()).includes('Backing up: 40 %') ? true : undefined,
  )
  await stage.app.guard((guard) => guard.kept?.end('failed'))
  const notice = await stage.notices.notice()
  expect(notice.title).toBe('odin_lab: Backup failed')
  expect(notice.body).toContain('expected 1.7 GiB to be free')
  const page = await stage.page()
  await page.getByRole('navigation', { name: 'Pages' }).getByText('Timeline').click()
  stage.notices.press(notice.id, 'default')
  await page.getByRole('list', { name: 'Backups' }).waitFor()
})

const places: readonly [name: string, reach: (page: Page) => Promise<void>][] = [
  ['list', async () => {}],
  [
    'sheet',
    async (page) => {
      await page.getByRole('list', { name: 'Backups' }).getByRole('button').nth(4).click()
    },
  ],
  ['files', (page) => button(page, 'Files').click()],
  [
    'differences',
    async (page) => {
      await button(page, 'Differences').click()
      await page.getByText('image: grafana/grafana:12.0.1').waitFor()
    },
  ],
  [
    'schedule',
    async (page) => {
      await button(page, /^All backups/).click()
      await button(page, 'Change…').click()
      await page.getByText(/^2 would go, \d+ stay\.$/).waitFor()
      await page.getByLabel('Daily').fill('3')
      await page.getByText('once saved').waitFor()
    },
  ],
]

test('it looks right in light and dark, wide and narrow', async () => {
  await mkdir(screenshots, { recursive: true })
  const page = await openBackups()
  for (const [name, reach] of places) {
    await reach(page)
    for (const [width, height] of [
      [1100, 720],
      [720, 640],
    ] as const) {
      await stage.app.evaluate(
        ({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setContentSize(...size),
        [width, height] as [number, number],
      )
      await page.waitForFunction((wanted) => innerWidth === wanted, width)
      const seen: Buffer[] = []
      for (const theme of ['light', 'dark'] as const) {
        await stage.app.evaluate(({ nativeTheme }, source) => {
          nativeTheme.themeSource = source
        }, theme)
        await page.waitForFunction(
          (dark) => matchMedia('(prefers-color-scheme: dark)').matches === dark,
          theme === 'dark',
        )
        const path = join(screenshots, `e2e-backups-${name}-${width}-${theme}.png`)
        seen.push(await page.screenshot({ path }))
      }
      const wider = await page.evaluate(
        () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
      )
      expect(wider, `${name} fits into ${width}`).toBe(false)
      expect(seen[0]?.equals(seen[1] ?? Buffer.alloc(0)), 'light and dark differ').toBe(false)
    }
  }
})
