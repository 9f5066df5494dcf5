import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { eventually } from './eventually.ts'
import { openStage, type Stage } from './stage.ts'

const screenshots = join(import.meta.dirname, 'screenshots')

const windows = (stage: Stage) =>
  stage.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)

test('the window looks right in light and dark', async () => {
  await mkdir(screenshots, { recursive: true })
  await using stage = await openStage()
  const page = await stage.page()
  for (const world of ['fine', 'switched', 'blind'] as const) {
    await stage.app.evaluate((_, to) => Reflect.get(globalThis, 'fakeGuard').become(to), world)
    const sentence = await stage.tray.tooltip()
    await page.getByText(sentence).first().waitFor()
    const seen: Buffer[] = []
    for (const theme of ['light', 'dark'] as const) {
      await stage.app.evaluate(({ nativeTheme }, source) => {
        nativeTheme.themeSource = source
      }, theme)
      await page.waitForFunction(
        (dark) => matchMedia('(prefers-color-scheme: dark)').matches === dark,
        theme === 'dark',
      )
      seen.push(await page.screenshot({ path: join(screenshots, `${world}-${theme}.png`) }))
    }
    expect(seen[0]?.equals(seen[1] ?? Buffer.alloc(0)), 'light and dark differ').toBe(false)
  }
})

test('closing destroys the window, and it can be opened again', async () => {
  await using stage = await openStage()
  const page = await stage.page()
  const closed = page.waitForEvent('close')
  await stage.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  await closed
  await eventually('it is gone', async () => (await windows(stage)) === 0 || undefined)
  await stage.tray.press('Open Odin Sentinel')
  await stage.page()
  expect(await windows(stage)).toBe(1)
})

test('the window shows what the loop says, without being asked', async () => {
  await using stage = await openStage()
  const page = await stage.page()
  await stage.app.guard((guard) => guard.become('blind'))
  await page.getByText('The Docker configuration cannot be read.').first().waitFor()
})

test('the keyboard reaches the way back first, and walks a menu', async () => {
  await using stage = await openStage()
  const page = await stage.page()
  await stage.app.guard((guard) => guard.become('switched'))
  await page.getByRole('button', { name: 'Switch back' }).waitFor()
  const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '')
  const seen: string[] = []
  while (seen.length < 12 && seen.at(-1) !== 'Snooze') {
    await page.keyboard.press('Tab')
    seen.push(await focused())
  }
  expect(seen.indexOf('Switch back')).toBeGreaterThan(-1)
  expect(seen.indexOf('Switch back')).toBeLessThan(seen.indexOf('Snooze'))
  await page.keyboard.press('Enter')
  await eventually(
    'the first choice has it',
    async () => (await focused()) === 'For 1 hour' || undefined,
  )
  await page.keyboard.press('ArrowDown')
  expect(await focused()).toBe('Until tomorrow')
  await page.keyboard.press('ArrowDown')
  expect(await focused()).toBe('For 1 hour')
  await page.keyboard.press('Escape')
  await eventually('the menu is closed', async () => (await focused()) === 'Snooze' || undefined)
})

test('a second start shows the window of the first and ends', async () => {
  await using stage = await openStage({ args: ['--hidden'] })
  await stage.tray.item()
  expect(await windows(stage)).toBe(0)
  // Playwright takes hold of a process before it ends; that it ended is what counts here.
  await stage.launchAgain().catch(() => {})
  await stage.page()
  expect(await windows(stage)).toBe(1)
})

test.each(['SIGTERM', 'menu'] as const)('%s stops the loop first and ends with 0', async (way) => {
  await using stage = await openStage({ args: ['--hidden'] })
  await stage.tray.item()
  const child = stage.app.process()
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  await stage.app.guard((guard) => {
    // The loop has been stopped when this is printed, and the process is still there to print it.
    Object.defineProperty(guard, 'stopped', {
      set: () => process.stderr.write('the loop has stopped\n'),
    })
  })
  const said = new Promise<void>((resolve) => {
    child.stderr?.on('data', (chunk) => {
      if (String(chunk).includes('the loop has stopped')) resolve()
    })
  })
  if (way === 'SIGTERM') child.kill('SIGTERM')
  else await stage.tray.press('Quit')
  await said
  expect(await ended).toBe(0)
})
