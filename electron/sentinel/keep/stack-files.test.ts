import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Stack } from '../../../shared/domain/stack.ts'
import { renderStackFile } from '../../../shared/stack/render-stack-file.ts'
import { type StackFiles, stackFiles } from './stack-files.ts'
import type { StackInForce } from './stack-in-force.ts'

let root: string
let running: StackFiles[] = []

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'stack-files-'))
  running = []
})
afterEach(async () => {
  await Promise.all(running.map((files) => files.stop()))
  await rm(root, { recursive: true, force: true })
})

const aStack = (name: string, context = 'desktop-linux'): Stack => ({
  name,
  home: { context, engineId: 'e1', engineKind: 'native', endpoint: 'unix:///d.sock' },
  projects: [
    {
      name: 'odin',
      workingDir: '/srv/odin',
      starts: [
        { files: [], envFiles: [], services: [{ name: 'a', image: 'b', ports: [], config: [] }] },
      ],
    },
  ],
  stayHome: { enabled: false, countdownSeconds: 30 },
})
const config = () => join(root, 'config')
const inConfig = (name: string) => join(config(), name)

/** Starts to guard; `until` resolves with the first telling, past or coming, that fits. */
async function guard(given?: readonly string[]) {
  const files = stackFiles({
    configDirectory: config(),
    stateDirectory: join(root, 'state'),
    ...(given && { given }),
    settleMs: 10,
    everyMs: 600_000,
    now: () => Date.UTC(2026, 10, 23, 12),
  })
  running.push(files)
  let latest: readonly StackInForce[] = []
  let waiting: (() => void)[] = []
  await files.start((stacks) => {
    latest = stacks
    for (const wake of waiting.splice(0)) wake()
  })
  const until = async (fits: (stacks: readonly StackInForce[]) => boolean) => {
    while (!fits(latest)) {
      await new Promise<void>((wake) => {
        waiting = [...waiting, wake]
      })
    }
    return latest
  }
  return { files, until }
}

test('a directory that is not there yet means no stacks, and its coming is seen', async () => {
  const { files, until } = await guard()
  expect(files.inForce()).toEqual([])
  await mkdir(config())
  await writeFile(inConfig('stack.yaml'), renderStackFile(aStack('odin')))
  expect(await until((stacks) => stacks.length === 1)).toEqual([
    { file: inConfig('stack.yaml'), stack: aStack('odin') },
  ])
})

describe('with a good file', () => {
  beforeEach(async () => {
    await mkdir(config())
    await writeFile(inConfig('stack.yaml'), renderStackFile(aStack('odin')))
  })

  test('an edit comes into force, in place or by rename', async () => {
    const { until } = await guard()
    await writeFile(inConfig('stack.yaml'), renderStackFile(aStack('odin', 'two')))
    await until(([one]) => one?.stack?.home.context === 'two')
    for (const context of ['three', 'four']) {
      await writeFile(inConfig('.new'), renderStackFile(aStack('odin', context)))
      await rename(inConfig('.new'), inConfig('stack.yaml'))
      await until(([one]) => one?.stack?.home.context === context)
    }
  })

  test('a broken edit leaves the last good stack in force, also after a restart', async () => {
    const first = await guard()
    await writeFile(inConfig('stack.yaml'), 'version: 1\nnaem: odin\n')
    const broken = await first.until(([one]) => one?.problem !== undefined)
    expect(broken).toEqual([
      {
        file: inConfig('stack.yaml'),
        stack: aStack('odin'),
        problem:
          'Line 1, column 1: home is missing, expected keys and values. 2 more problems follow. The version read at 2026-11-23T12:00:00.000Z stays in force.',
      },
    ])
    await first.files.stop()
    const second = await guard()
    expect(second.files.inForce()).toEqual(broken)
    await writeFile(inConfig('stack.yaml'), renderStackFile(aStack('odin', 'two')))
    expect(await second.until(([one]) => one?.problem === undefined)).toEqual([
      { file: inConfig('stack.yaml'), stack: aStack('odin', 'two') },
    ])
  })

  test('a file that is gone keeps guarding, also after a restart, until it is let go', async () => {
    const first = await guard()
    await rm(inConfig('stack.yaml'))
    const [one] = await first.until(([stack]) => stack?.problem !== undefined)
    expect(one).toMatchObject({ stack: aStack('odin') })
    expect(one?.problem).toMatch(
      /^It is gone; .* remove .*last-good\/[0-9a-f]{16}\.json to let it go\.$/,
    )
    await first.files.stop()
    const second = await guard()
    expect(second.files.inForce()).toEqual([one])
    await second.files.letGo(inConfig('stack.yaml'))
    expect(second.files.inForce()).toEqual([])
  })

  test('a stack that moves to another file is let go at the old one', async () => {
    const { until, files } = await guard()
    await rename(inConfig('stack.yaml'), inConfig('odin.stack.yaml'))
    await until(([one]) => one?.file === inConfig('odin.stack.yaml'))
    await files.lookNow()
    expect(files.inForce()).toEqual([{ file: inConfig('odin.stack.yaml'), stack: aStack('odin') }])
  })

  test('the whole directory may go and come back', async () => {
    const { until } = await guard()
    await rename(config(), join(root, 'aside'))
    await until(([one]) => one?.problem !== undefined)
    await mkdir(config())
    await writeFile(inConfig('stack.yaml'), renderStackFile(aStack('odin', 'two')))
    await until(([one]) => one?.stack?.home.context === 'two')
    await writeFile(inConfig('stack.yaml'), renderStackFile(aStack('odin', 'three')))
    await until(([one]) => one?.stack?.home.context === 'three')
  })

  test('several stacks stand side by side, each name once', async () => {
    await writeFile(inConfig('b.stack.yaml'), renderStackFile(aStack('b')))
    await writeFile(inConfig('c.stack.yaml'), renderStackFile(aStack('odin', 'other')))
    await writeFile(inConfig('notes.yaml'), 'not a stack')
    const { files } = await guard()
    expect(files.inForce()).toEqual([
      { file: inConfig('stack.yaml'), stack: aStack('odin') },
      { file: inConfig('b.stack.yaml'), stack: aStack('b') },
      {
        file: inConfig('c.stack.yaml'),
        problem: `The stack name odin is already that of ${inConfig('stack.yaml')}, so this file guards nothing; give it another name.`,
      },
    ])
  })

  test('writing keeps a copy, and each stack has its file', async () => {
    const { files } = await guard()
    const before = await readFile(inConfig('stack.yaml'), 'utf8')
    const again = await files.write(aStack('odin', 'two'))
    expect(again).toEqual({
      file: inConfig('stack.yaml'),
      text: files.render(aStack('odin', 'two')),
      keptCopy: join(root, 'state', 'kept', 'stack.yaml.bak-20261123T120000Z'),
    })
    expect(await readFile(again.keptCopy ?? '', 'utf8')).toBe(before)
    const third = await files.write(aStack('odin', 'three'))
    expect(third.keptCopy).toBe(`${again.keptCopy}.2`)

    const other = await files.write(aStack('thor'))
    expect(other).toEqual({ file: inConfig('thor.stack.yaml'), text: files.render(aStack('thor')) })
    expect(files.inForce().map(({ stack }) => stack?.home.context)).toEqual([
      'three',
      'desktop-linux',
    ])
    expect(await readdir(config())).toEqual(['stack.yaml', 'thor.stack.yaml'])
  })
})

test('a linked file is followed to where it is edited', async () => {
  await mkdir(config())
  await mkdir(join(root, 'dotfiles'))
  await writeFile(join(root, 'dotfiles', 'odin.yaml'), renderStackFile(aStack('odin')))
  await symlink('../dotfiles/odin.yaml', inConfig('stack.yaml'))
  const { until } = await guard()
  await writeFile(join(root, 'dotfiles', 'odin.yaml'), renderStackFile(aStack('odin', 'two')))
  await until(([one]) => one?.stack?.home.context === 'two')
})

test('given files are the only ones, and where a stack is written', async () => {
  await mkdir(config())
  await writeFile(inConfig('stack.yaml'), renderStackFile(aStack('odin')))
  const mine = join(root, 'mine.yaml')
  const { files } = await guard([mine])
  expect(files.inForce()).toEqual([
    { file: mine, problem: 'There is no such file; adopt writes one.' },
  ])
  await files.write(aStack('thor'))
  expect(files.inForce()).toEqual([{ file: mine, stack: aStack('thor') }])
})

test('what has never been good guards nothing, and says so', async () => {
  await mkdir(inConfig('stack.yaml'), { recursive: true })
  await writeFile(inConfig('b.stack.yaml'), '')
  const { files } = await guard()
  expect(files.inForce().map(({ problem, stack }) => [stack, problem])).toEqual([
    [
      undefined,
      'It cannot be read: it is a directory. No good version is known, so it guards nothing.',
    ],
    [
      undefined,
      'Line 1, column 1: The file is empty, expected a stack; adopt writes one. No good version is known, so it guards nothing.',
    ],
  ])
})
