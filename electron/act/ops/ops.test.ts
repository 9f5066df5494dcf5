import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Home } from '../../../shared/domain/stack.ts'
import type { Step, StepKind } from '../../../shared/plan/plan.ts'
import type { OperationSite } from '../ops.ts'
import { acceptHomeOp } from './accept-home.ts'
import { keepCopyOp } from './keep-copy.ts'
import { selectContextOp } from './select-context.ts'
import { startDesktopOp } from './start-desktop.ts'
import { verifyEngineOp } from './verify-engine.ts'
import { waitForEngineOp } from './wait-for-engine.ts'

type StepOf<K extends StepKind> = Extract<Step, { kind: K }>

let directory: string
let site: OperationSite
const cause = 'test'

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ops-'))
  const keepDirectory = join(directory, 'keep')
  site = { id: 'test', keepDirectory, signal: new AbortController().signal }
})
afterEach(() => rm(directory, { recursive: true, force: true }))

describe('KeepCopy', () => {
  const copyOf = (file: string) => join(site.keepDirectory, file)
  const step = (): StepOf<'KeepCopy'> => ({
    kind: 'KeepCopy',
    file: join(directory, 'config.json'),
    cause,
  })

  test('keeps the content for its owner alone, and the first copy only', async () => {
    const { file } = step()
    await writeFile(file, 'first')
    await chmod(file, 0o640)
    await keepCopyOp.run(step(), site)
    await keepCopyOp.verify(step(), site)
    await writeFile(file, 'second')
    await keepCopyOp.run(step(), site)
    await keepCopyOp.rollback(step(), site)
    expect(await readFile(copyOf(file), 'utf8')).toBe('first')
    expect((await stat(copyOf(file))).mode & 0o777).toBe(0o600)
  })

  test('notes that there was no file', async () => {
    await keepCopyOp.precondition(step(), site)
    await keepCopyOp.run(step(), site)
    await keepCopyOp.verify(step(), site)
    expect(await readFile(`${copyOf(step().file)}.was-absent`, 'utf8')).toBe('')
  })

  test('a file that changed while it was copied fails', async () => {
    await writeFile(step().file, 'first')
    await keepCopyOp.run(step(), site)
    await writeFile(step().file, 'second')
    await expect(keepCopyOp.verify(step(), site)).rejects.toThrow(/was changed while/)
  })

  test('a file that cannot be read stops the plan before it began', async () => {
    await expect(keepCopyOp.precondition({ ...step(), file: directory }, site)).rejects.toThrow(
      /EISDIR/,
    )
  })
})

describe('SelectContext', () => {
  const step: StepOf<'SelectContext'> = {
    kind: 'SelectContext',
    configDirectory: '/docker',
    from: 'default',
    to: 'desktop-linux',
    cause,
  }

  function aConfig(current: string) {
    const written: string[] = []
    const op = selectContextOp({
      configuredContext: async () => current,
      async selectContext({ to }) {
        written.push(to)
        current = to
      },
    })
    return { op, written }
  }

  test('selects, verifies, and puts back', async () => {
    const { op, written } = aConfig('default')
    await op.precondition(step, site)
    await op.run(step, site)
    await op.verify(step, site)
    await op.rollback(step, site)
    expect(written).toEqual(['desktop-linux', 'default'])
  })

  test('where it already is, it writes nothing', async () => {
    const { op, written } = aConfig('desktop-linux')
    await op.precondition(step, site)
    await op.run(step, site)
    expect(written).toEqual([])
  })

  test('a third context means that the plan is out of date, and is not overruled', async () => {
    const { op, written } = aConfig('colima')
    await expect(op.precondition(step, site)).rejects.toThrow(
      'Docker context is colima, expected default: the world has changed since the plan was approved.',
    )
    await op.rollback(step, site)
    expect(written).toEqual([])
  })

  test('a way back that fails names the file, the value and the copy', async () => {
    const op = selectContextOp({
      configuredContext: async () => 'desktop-linux',
      selectContext: async () => {
        throw new Error('The disk is full.')
      },
    })
    const copy = join(site.keepDirectory, '/docker/config.json')
    await expect(op.rollback(step, site)).rejects.toThrow(
      `The disk is full. Set "currentContext" in /docker/config.json to "default" by hand; the copy from before is ${copy}.`,
    )
  })
})

describe('StartDesktop', () => {
  const step: StepOf<'StartDesktop'> = {
    kind: 'StartDesktop',
    unit: 'docker-desktop.service',
    cause,
  }

  function aUnit(exists: boolean, active: string, after = 'active') {
    const starts: string[] = []
    const op = startDesktopOp({
      state: async () => ({ exists, active }),
      async start(unit) {
        starts.push(unit)
        active = after
      },
    })
    return { op, starts }
  }

  test('starts it once, and leaves it up', async () => {
    const { op, starts } = aUnit(true, 'inactive')
    for (const part of [op.precondition, op.run, op.run, op.verify, op.rollback]) {
      await part(step, site)
    }
    expect(starts).toEqual(['docker-desktop.service'])
  })

  test('says that there is no such unit, and that it did not come up', async () => {
    await expect(aUnit(false, 'inactive').op.precondition(step, site)).rejects.toThrow(
      'There is no docker-desktop.service for this user',
    )
    const { op } = aUnit(true, 'inactive', 'failed')
    await op.run(step, site)
    await expect(op.verify(step, site)).rejects.toThrow('is failed, expected active')
  })
})

describe('WaitForEngine and VerifyEngine', () => {
  const endpoint = 'unix:///d.sock'
  const wait: StepOf<'WaitForEngine'> = {
    kind: 'WaitForEngine',
    endpoint,
    engineId: 'E1',
    seconds: 60,
    cause,
  }

  /** A clock that moves only while somebody pauses. */
  function waitingFor(answers: (string | Error)[]) {
    let now = 0
    let asked = 0
    const op = waitForEngineOp(
      async () => {
        const answer = answers[Math.min(asked, answers.length - 1)] ?? ''
        asked += 1
        if (answer instanceof Error) throw answer
        return answer
      },
      () => now,
      async (milliseconds) => {
        now += milliseconds
      },
    )
    return { op, asked: () => asked }
  }

  test('tries until it answers', async () => {
    const { op, asked } = waitingFor([new Error('refused'), new Error('refused'), 'E1'])
    await op.run(wait, site)
    expect(asked()).toBe(3)
  })

  test('gives up when the time is over, with the last reason', async () => {
    const { op } = waitingFor([new Error('connection refused.')])
    await expect(op.run(wait, site)).rejects.toThrow(
      'The engine at unix:///d.sock did not answer within 60 s: connection refused.',
    )
  })

  test('another engine is not waited for', async () => {
    const { op, asked } = waitingFor(['E2'])
    await expect(op.run(wait, site)).rejects.toThrow('is E2, expected E1')
    expect(asked()).toBe(1)
  })

  test('cancelling ends the wait', async () => {
    const cancel = new AbortController()
    const op = waitForEngineOp(async () => {
      cancel.abort()
      throw new Error('refused')
    })
    await expect(op.run(wait, { ...site, signal: cancel.signal })).rejects.toThrow(/cancelled/)
  })

  test('verifying asks the engine and not the name', async () => {
    const step: StepOf<'VerifyEngine'> = { kind: 'VerifyEngine', endpoint, engineId: 'E1', cause }
    await verifyEngineOp(async () => 'E1').verify(step, site)
    await expect(verifyEngineOp(async () => 'E2').verify(step, site)).rejects.toThrow(
      'Engine at unix:///d.sock is E2, expected E1.',
    )
  })
})

describe('AcceptHome', () => {
  const home = (context: string): Home => ({
    context,
    engineId: `engine of ${context}`,
    engineKind: 'native',
    endpoint: `unix:///${context}.sock`,
  })
  const step = (): StepOf<'AcceptHome'> => ({
    kind: 'AcceptHome',
    stackFile: join(directory, 'stack.yaml'),
    from: home('a'),
    to: home('b'),
    cause,
  })
  /** A stack file of which only the first line matters. */
  const op = acceptHomeOp({
    homeIn: (text) => home(text.split('\n')[0] ?? ''),
    acceptHome: (text, { context }) => [context, ...text.split('\n').slice(1)].join('\n'),
  })
  const text = () => readFile(step().stackFile, 'utf8')

  test('writes the new home, keeps a copy, and takes it back', async () => {
    await writeFile(step().stackFile, 'a\n# mine\n')
    await op.precondition(step(), site)
    await op.run(step(), site)
    await op.verify(step(), site)
    expect(await text()).toBe('b\n# mine\n')
    expect(await readFile(join(site.keepDirectory, step().stackFile), 'utf8')).toBe('a\n# mine\n')
    await op.rollback(step(), site)
    expect(await text()).toBe('a\n# mine\n')
  })

  test('undoing what never happened changes nothing', async () => {
    await writeFile(step().stackFile, 'a\n# mine\n')
    await op.rollback(step(), site)
    expect(await text()).toBe('a\n# mine\n')
  })

  test('an edit made since then is not overwritten', async () => {
    await writeFile(step().stackFile, 'a\n')
    await op.run(step(), site)
    await writeFile(step().stackFile, 'b\n# edited\n')
    await expect(op.rollback(step(), site)).rejects.toThrow(/left alone.*keep/)
    expect(await text()).toBe('b\n# edited\n')
  })

  test('another home than the plan was made for, or no file, is refused', async () => {
    await expect(op.precondition(step(), site)).rejects.toThrow(/no stack file/)
    await writeFile(step().stackFile, 'c\n')
    await expect(op.precondition(step(), site)).rejects.toThrow(/the world has changed/)
  })
})
