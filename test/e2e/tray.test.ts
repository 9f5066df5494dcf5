import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { TrayWatcher } from './desktop/tray-watcher.ts'
import { eventually } from './eventually.ts'
import { openStage, type Stage } from './stage.ts'

const labels = async (stage: Stage) => (await stage.tray.menu()).map((item) => item.label)

const icons = join(import.meta.dirname, '../../assets/tray')

/** The file under assets/tray that the tray shows, found by comparing pixels in Electron itself. */
async function iconName(stage: Stage): Promise<string> {
  const { width, argb } = await stage.tray.icon()
  for (const name of ['ok', 'warning', 'critical', 'unknown']) {
    const png = await readFile(join(icons, `${name}${width === 64 ? '@2x' : ''}.png`))
    const expected = await stage.app.evaluate(
      ({ nativeImage }, base64) =>
        nativeImage.createFromBuffer(Buffer.from(base64, 'base64')).toBitmap().toString('base64'),
      png.toString('base64'),
    )
    if (alike(argb, Buffer.from(expected, 'base64'))) return name
  }
  return 'no known icon'
}

/** One is ARGB in network order, the other BGRA premultiplied: compare what is opaque in both. */
function alike(argb: Buffer, bgra: Buffer): boolean {
  if (argb.length !== bgra.length) return false
  let different = 0
  for (let at = 0; at < argb.length; at += 4) {
    const opaque = argb[at] === 255
    if (opaque !== (bgra[at + 3] === 255)) different++
    else if (opaque) {
      for (const [one, other] of [
        [1, 2],
        [2, 1],
        [3, 0],
      ] as const) {
        if (Math.abs((argb[at + one] ?? 0) - (bgra[at + other] ?? 0)) > 8) different++
      }
    }
  }
  return different < argb.length / 4 / 50
}

test('each verdict has its icon and its sentence', async () => {
  await using stage = await openStage({ args: ['--hidden'] })
  const expected = [
    ['fine', 'ok', 'Context is desktop-linux and all 3 services run.'],
    ['warned', 'warning', 'Service grafana is unhealthy.'],
    ['blind', 'unknown', 'The Docker configuration cannot be read.'],
    [
      'switched',
      'critical',
      'Docker context is default, expected desktop-linux; 14 of 14 services are out of sight.',
    ],
  ] as const
  for (const [world, icon, sentence] of expected) {
    await stage.app.evaluate((_, to) => Reflect.get(globalThis, 'fakeGuard').become(to), world)
    await eventually(
      `the icon is ${icon}`,
      async () => (await iconName(stage)) === icon || undefined,
    )
    expect(await stage.tray.tooltip()).toBe(sentence)
  }
})

test('the menu marks current and home, and offers only what can be done now', async () => {
  await using stage = await openStage({ args: ['--hidden'] })
  expect(await labels(stage)).toEqual([
    'Context is desktop-linux and all 3 services run.',
    '',
    '○ default',
    '● desktop-linux (current, home)',
    '',
    'I am moving…',
    '',
    'Send a test notification',
    'Start with the session',
    'Open Odin Sentinel',
    'Quit',
  ])
  await stage.app.guard((guard) => guard.become('switched'))
  const menu = await eventually('Switch back is offered', async () => {
    const now = await labels(stage)
    return now.includes('Switch back') ? now : undefined
  })
  expect(menu).toContain('● default (current)')
  expect(menu).toContain('○ desktop-linux (home)')
  expect(menu).toContain('Snooze 1 hour')
})

test('pressing Switch back restores the context', async () => {
  await using stage = await openStage({ args: ['--hidden'] })
  await stage.app.guard((guard) => guard.become('switched'))
  await stage.tray.press('Switch back')
  await eventually(
    'all is well again',
    async () => (await stage.tray.tooltip()).startsWith('Context is desktop-linux') || undefined,
  )
  expect(await stage.app.guard((guard) => guard.calls)).toEqual([
    'propose odin_lab {"kind":"switch-back"}',
    'execute aaaa',
  ])
  expect(await labels(stage)).not.toContain('Switch back')
})

test('a refused switch back opens the window, where the reason is', async () => {
  await using stage = await openStage({ args: ['--hidden'] })
  await stage.app.guard((guard) => {
    guard.refuses = true
    guard.become('switched')
  })
  await stage.tray.press('Switch back')
  await stage.page()
})

test('snoozing and moving are passed on, and taken back', async () => {
  await using stage = await openStage({ args: ['--hidden'] })
  await stage.app.guard((guard) => guard.become('switched'))
  await stage.tray.press('Snooze until tomorrow')
  await stage.tray.press('End snooze')
  await stage.tray.press('For 4 hours')
  await stage.tray.press('I have moved: guard again')
  const calls = await eventually('all were passed on', async () => {
    const made = await stage.app.guard((guard) => guard.calls)
    return made.length === 4 ? made : undefined
  })
  expect(calls).toEqual([
    'snooze CONTEXT_SWITCHED@context:current/1 tomorrow',
    'snooze CONTEXT_SWITCHED@context:current/1 off',
    'move 4',
    'move 0',
  ])
})

test('starting with the session is off until it is ticked, and can be taken back', async () => {
  await using stage = await openStage({ args: ['--hidden'] })
  const config = join(stage.desktop.home, 'config')
  const entry = join(config, 'autostart/io.github.odin-sentinel.desktop')
  const ticked = (wanted: boolean) =>
    eventually(`it is ${wanted ? '' : 'not '}ticked`, async () => {
      const menu = await stage.tray.menu()
      return (
        menu.find(({ label }) => label.startsWith('Start with'))?.ticked === wanted || undefined
      )
    })
  await ticked(false)
  expect(existsSync(entry)).toBe(false)
  await stage.tray.press('Start with the session')
  await ticked(true)
  const words = /^Exec=(.*)$/m.exec(await readFile(entry, 'utf8'))?.[1]?.match(/[^"]+(?=" |"$)/g)
  expect(words?.at(-1)).toBe('--hidden')
  expect(words?.slice(0, 2).map((path) => existsSync(path))).toEqual([true, true])
  await stage.tray.press('Start with the session')
  await ticked(false)
  expect(existsSync(entry)).toBe(false)
})

test('the menu is left alone while it says the same', async () => {
  await using stage = await openStage({ args: ['--hidden'] })
  const before = (await stage.tray.menu()).map((item) => item.id)
  await stage.app.guard((guard) => guard.tick())
  expect((await stage.tray.menu()).map((item) => item.id)).toEqual(before)
})

test('a click on the icon opens the window', async () => {
  await using stage = await openStage({ args: ['--hidden'] })
  await stage.tray.item()
  expect(stage.app.windows()).toHaveLength(0)
  await stage.tray.activate()
  await stage.page()
})

test('without a tray host the window opens, says so, and closing only puts it aside', async () => {
  await using stage = await openStage({ tray: false, args: ['--hidden'] })
  const page = await stage.page()
  await page.getByText(/tray/i).first().waitFor()
  await stage.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  expect(
    await stage.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length),
  ).toBe(1)
})

test('a tray host that comes late gets the icon', async () => {
  await using stage = await openStage({ tray: false })
  await stage.page()
  const late = await TrayWatcher.start(stage.desktop.busAddress)
  try {
    const { owner } = await late.item()
    expect(owner).toMatch(/^:/)
    expect(await late.tooltip()).toMatch(/^Context is desktop-linux/)
    expect(late.count).toBe(1)
  } finally {
    await late.stop()
  }
})
