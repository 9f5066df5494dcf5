import { readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { eventually } from './eventually.ts'
import { openStage, type Stage } from './stage.ts'

// The app as people get it, its real loop and adapters, on the machine of the demo: a switch of
// the context is a change of a file, and the way back is the app's own. With ODIN_APP set, the
// packaged app is the one that is started.

const demo = () =>
  openStage({ world: 'demo', args: ['--by-hand', '--hidden'] }).then(async (stage) => {
    await stage.tray.activate()
    const page = await stage.page()
    // What the first button does: this is right as it is now.
    const adopted = await page.evaluate(() =>
      Reflect.get(window, 'sentinel').ask('stack:adopt', { project: 'odin' }),
    )
    expect(adopted).toEqual({ problem: null })
    await tooltip(stage, /14/)
    return stage
  })

async function configFile(stage: Stage): Promise<string> {
  const temporary = join(stage.desktop.home, 'tmp')
  const [world] = (await readdir(temporary)).filter((name) => name.startsWith('odin-demo-'))
  return join(temporary, world ?? 'no demo world', 'home/.docker/config.json')
}

/** As the CLI does it: a new file beside the old one, renamed over it. */
async function contextUse(stage: Stage, name: string | undefined): Promise<void> {
  const file = await configFile(stage)
  const config = JSON.parse(await readFile(file, 'utf8'))
  if (name === undefined) delete config.currentContext
  else config.currentContext = name
  await writeFile(`${file}.new`, JSON.stringify(config))
  await rename(`${file}.new`, file)
}

const currentContext = async (stage: Stage): Promise<string | undefined> =>
  JSON.parse(await readFile(await configFile(stage), 'utf8')).currentContext

const tooltip = (stage: Stage, words: RegExp) =>
  eventually(`the tray says ${words}`, async () => {
    const said = await stage.tray.tooltip()
    return words.test(said) ? said : undefined
  })

test('a switched context is one notice, and its button leads back', async () => {
  await using stage = await demo()
  await contextUse(stage, undefined)
  const notice = await stage.notices.notice((one) => /default/.test(one.title))
  expect(notice.title).toMatch(/^DEMO: /)
  expect(notice.title).toContain('desktop-linux')
  stage.notices.press(notice.id, 'remedy')
  const end = await stage.notices.notice((one) => one.title.endsWith('over'))
  expect(end.replaces).toBe(notice.id)
  expect(await currentContext(stage)).toBe('desktop-linux')
  expect(new Set(stage.notices.caught.map(({ id }) => id)).size).toBe(1)
})

test('the tray says what is wrong and leads back', async () => {
  await using stage = await demo()
  await contextUse(stage, 'default')
  await tooltip(stage, /^DEMO: .*default/)
  await stage.tray.press(/^Switch back/)
  await eventually('the context is restored', async () =>
    (await currentContext(stage)) === 'desktop-linux' ? true : undefined,
  )
  await tooltip(stage, /14/)
})

test('a click on the notice leads to the plan, and the plan back home', async () => {
  await using stage = await demo()
  await contextUse(stage, 'default')
  const notice = await stage.notices.notice((one) => /default/.test(one.title))
  stage.notices.press(notice.id, 'default')
  const page = await stage.page()
  await page.getByRole('heading', { name: 'Switch back' }).waitFor()
  await page.getByRole('button', { name: /^Approve/ }).click()
  await eventually('the context is restored', async () =>
    (await currentContext(stage)) === 'desktop-linux' ? true : undefined,
  )
})
