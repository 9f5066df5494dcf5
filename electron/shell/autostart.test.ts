import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openAutostart, startCommand } from './autostart.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'autostart-'))
})
afterEach(() => rm(home, { recursive: true, force: true }))

const open = (command: readonly string[] = ['/opt/odin/odin-sentinel', '--hidden']) =>
  openAutostart({ directory: join(home, 'autostart'), kept: join(home, 'kept'), command })
const file = () => join(home, 'autostart/io.github.odin-sentinel.desktop')
const text = () => readFile(file(), 'utf8')
const exec = async () => /^Exec=(.*)$/m.exec(await text())?.[1]

test('it is off, and looking leaves no trace', async () => {
  expect((await open()).on).toBe(false)
  expect(await readdir(home)).toEqual([])
})

test('turned on it is an entry that the desktop may read, turned off it is gone', async () => {
  const autostart = await open()
  await autostart.turn(true)
  expect(autostart.on).toBe(true)
  expect(await text()).toMatchInlineSnapshot(`
    "[Desktop Entry]
    Type=Application
    Name=Odin Sentinel
    Comment=Guards the monitoring stack against the wrong Docker engine
    Exec="/opt/odin/odin-sentinel" "--hidden"
    Terminal=false
    X-GNOME-Autostart-enabled=true
    "
  `)
  expect((await stat(file())).mode & 0o777).toBe(0o644)
  expect((await open()).on).toBe(true)
  await autostart.turn(false)
  expect((await open()).on).toBe(false)
  expect(await readdir(join(home, 'autostart'))).toEqual([])
  expect(await readdir(home)).not.toContain('kept')
})

test.each([
  ['/opt/Odin Sentinel/odin', '"/opt/Odin Sentinel/odin"'],
  ['/opt/100%/odin', '"/opt/100%%/odin"'],
  ["/opt/it's/odin", `"/opt/it's/odin"`],
  // Once for the quotes, once for the string.
  ['/opt/"$a`/odin', '"/opt/\\\\"\\\\$a\\\\`/odin"'],
  ['/opt/back\\slash', '"/opt/back\\\\\\\\slash"'],
  ['/opt/two\nlines', '"/opt/two\\nlines"'],
])('%j is written as the specification says', async (path, written) => {
  await (await open([path])).turn(true)
  expect(await exec()).toBe(written)
})

test.each(['Hidden=true', 'X-GNOME-Autostart-enabled=false'])(
  'an entry with %s is off, as a desktop has turned it off',
  async (line) => {
    const autostart = await open()
    await autostart.turn(true)
    await writeFile(file(), `${(await text()).replace(/X-GNOME.*\n/, '')}${line}\n`)
    expect((await open()).on).toBe(false)
  },
)

test('an entry that starts another copy of the app is not ours, and is kept when replaced', async () => {
  await (await open(['/old/odin', '--hidden'])).turn(true)
  const old = await text()
  const autostart = await open()
  expect(autostart.on).toBe(false)
  await autostart.turn(true)
  expect(await exec()).toBe('"/opt/odin/odin-sentinel" "--hidden"')
  const [copy] = await readdir(join(home, 'kept'))
  expect(await readFile(join(home, 'kept', copy ?? ''), 'utf8')).toBe(old)
})

test('what cannot be written is said, and nothing has changed', async () => {
  // A file where the directory should be: refused to root as well.
  await writeFile(join(home, 'autostart'), '')
  const autostart = await open()
  await expect(autostart.turn(true)).rejects.toThrow(/cannot be written/)
  expect(autostart.on).toBe(false)
})

const running = { platform: 'linux', env: {}, execPath: '/opt/odin/odin' }

test('the command starts this very app, out of sight', () => {
  expect(startCommand(running, [])).toEqual(['/opt/odin/odin', '--hidden'])
  expect(startCommand(running, ['/home/a/odin', '--no-sandbox'])).toEqual([
    '/opt/odin/odin',
    '/home/a/odin',
    '--no-sandbox',
    '--hidden',
  ])
  const image = { ...running, env: { APPIMAGE: '/home/a/Odin.AppImage' } }
  expect(startCommand(image, [])).toEqual(['/home/a/Odin.AppImage', '--hidden'])
})

test('where an entry would start nothing, there is none', () => {
  expect(startCommand({ ...running, platform: 'darwin' }, [])).toBeUndefined()
  expect(startCommand({ ...running, env: { FLATPAK_ID: 'x' } }, [])).toBeUndefined()
  expect(startCommand({ ...running, env: { SNAP: '/snap/x' } }, [])).toBeUndefined()
  expect(startCommand({ ...running, execPath: '/a=b/odin' }, [])).toBeUndefined()
  expect(startCommand({ ...running, execPath: '/100%/odin' }, [])).toBeUndefined()
})
