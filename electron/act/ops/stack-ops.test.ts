import { createHash } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Step, StepKind } from '../../../shared/plan/plan.ts'
import { anEngineStandIn, type EngineStandIn } from '../../../test/support/an-engine-stand-in.ts'
import { temporaryFor } from '../../adapters/disk/temporary-file.ts'
import { connectHands } from '../../adapters/docker/hands/connect-hands.ts'
import type { OperationSite } from '../ops.ts'
import { putBackFilesOp } from './put-back-files.ts'
import { stopUnitOp, type UnitControl } from './stop-unit.ts'
import { verifyStackOp } from './verify-stack.ts'
import type { OpenHands } from './with-engine.ts'

type StepOf<K extends StepKind> = Extract<Step, { kind: K }>

let root: string
let site: OperationSite
let engine: EngineStandIn
const cause = 'test'
const engineId = 'HOME'
const project = 'odin'

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'so-'))
  site = {
    id: 'test',
    keepDirectory: join(root, 'keep'),
    signal: new AbortController().signal,
  }
  engine = await anEngineStandIn(join(root, 'e.sock'), engineId)
})
afterEach(async () => {
  await engine.stop()
  await rm(root, { recursive: true, force: true })
})

const open: OpenHands = async (endpoint) =>
  connectHands({ kind: 'unix', endpoint, path: endpoint.slice('unix://'.length) })
const on = () => ({ endpoint: engine.endpoint, engineId, cause })

describe('StopUnit', () => {
  function aUnit(active: string, enablement: string) {
    const unit = { exists: true, active, enablement }
    const changes: string[] = []
    const control: UnitControl = {
      state: async () => ({ ...unit }),
      async stop() {
        changes.push('stop')
        unit.active = 'inactive'
      },
      async start() {
        changes.push('start')
        unit.active = 'active'
      },
      async disable() {
        changes.push('disable')
        unit.enablement = 'disabled'
      },
      async enable() {
        changes.push('enable')
        unit.enablement = 'enabled'
      },
    }
    return { op: stopUnitOp(() => control), unit, changes }
  }
  const step: StepOf<'StopUnit'> = {
    ...{ kind: 'StopUnit', unit: 'x.service', scope: 'system', disable: true, cause },
  }

  test('is stopped and disabled, called twice does no more, and comes back as it was', async () => {
    const { op, changes } = aUnit('active', 'enabled')
    await op.run(step, site)
    await op.run(step, site)
    await op.verify(step, site)
    await op.rollback(step, site)
    await op.rollback(step, site)
    expect(changes).toEqual(['disable', 'stop', 'enable', 'start'])
  })

  test('what did not run is not started, and undoing what never happened does nothing', async () => {
    const { op, changes } = aUnit('failed', 'disabled')
    await op.rollback(step, site)
    await op.run(step, site)
    await op.rollback(step, site)
    expect(changes).toEqual([])
  })

  test('a unit that is gone, still runs or is still enabled is said', async () => {
    const { op, unit } = aUnit('active', 'enabled')
    await expect(op.verify(step, site)).rejects.toThrow('x.service is active, expected inactive.')
    unit.active = 'inactive'
    await expect(op.verify(step, site)).rejects.toThrow('still enabled, expected disabled')
    unit.exists = false
    await expect(op.precondition(step, site)).rejects.toThrow('There is no x.service any more')
  })
})

describe('PutBackFiles', () => {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
  const op = putBackFilesOp(async () => Buffer.from('new'), open)
  const file = () => join(root, 'conf', 'prometheus.yml')
  const step = (different: Partial<StepOf<'PutBackFiles'>> = {}): StepOf<'PutBackFiles'> => ({
    kind: 'PutBackFiles',
    files: [
      {
        file: file(),
        source: { from: 'baseline' },
        sha256: sha256('new'),
        replaces: sha256('old'),
      },
    ],
    restarts: [{ project, service: 'prometheus' }],
    ...on(),
    ...different,
  })
  async function anOldFile() {
    await mkdir(join(root, 'conf'))
    await writeFile(file(), 'old')
    await chmod(file(), 0o640)
    return engine.add({ project, service: 'prometheus', state: 'running', mounted: file() })
  }

  test('who has it mounted reads it anew, once, there and back', async () => {
    const prometheus = await anOldFile()
    await op.precondition(step(), site)
    await op.run(step(), site)
    await op.run(step(), site)
    await op.verify(step(), site)
    expect(prometheus).toMatchObject({ holds: 'new', starts: 2 })
    expect((await stat(file())).mode & 0o777).toBe(0o640)
    await op.rollback(step(), site)
    expect(prometheus).toMatchObject({ state: 'running', holds: 'old' })
    expect(await readFile(file(), 'utf8')).toBe('old')
  })

  test('written, but cut off before the restart, it does not pass for done', async () => {
    const prometheus = await anOldFile()
    await writeFile(file(), 'new')
    await expect(op.verify(step(), site)).rejects.toThrow(/has not been restarted yet/)
    await op.run(step(), site)
    await op.verify(step(), site)
    expect(prometheus).toMatchObject({ state: 'running', holds: 'new' })
  })

  test('cut off between stop and start, who was stopped is started, forward and back', async () => {
    const prometheus = await anOldFile()
    engine.onRequest = (_method, path) => {
      if (path.endsWith('/start')) throw new Error('The engine is dead.')
    }
    await expect(op.run(step(), site)).rejects.toThrow(/hung up/)
    engine.onRequest = () => {}
    expect(prometheus.state).toBe('exited')
    await op.rollback(step(), site)
    expect(prometheus).toMatchObject({ state: 'running', holds: 'old' })
  })

  test('undoing what never happened restarts nobody', async () => {
    const prometheus = await anOldFile()
    await op.rollback(step(), site)
    expect(prometheus.starts).toBe(1)
  })

  test('what a killed write left beside it goes, and what others have there stays', async () => {
    await anOldFile()
    await writeFile(temporaryFor(file()), 'half')
    await writeFile(join(root, 'conf', '.prometheus.yml.mine.tmp'), 'mine')
    await op.run(step(), site)
    expect((await readdir(join(root, 'conf'))).sort()).toEqual([
      '.prometheus.yml.mine.tmp',
      'prometheus.yml',
    ])
  })

  test('directories that it made go again, but for what somebody put into them', async () => {
    const [conf, rules] = [join(root, 'conf'), join(root, 'conf', 'rules')]
    const directories = [
      { path: conf, mode: 0o755 },
      { path: rules, mode: 0o711 },
    ]
    const files = step().files.map((one) => ({ ...one, replaces: null }))
    const fresh = step({ directories, files, restarts: [] })
    await op.run(fresh, site)
    expect((await stat(rules)).mode & 0o777).toBe(0o711)
    await writeFile(join(conf, 'mine'), '')
    await op.rollback(fresh, site)
    expect(await readdir(conf)).toEqual(['mine'])
  })

  test('a file that is made anew is for its owner alone where it may hold a secret', async () => {
    const texts = { '.env': 'LEVEL=debug', 'a.yml': 'password: hunter2', 'b.yml': 'level: debug' }
    const textOf = (name: string) => texts[name as keyof typeof texts]
    const remarks: string[] = []
    const files = Object.keys(texts).map((name) => ({
      file: join(root, name),
      source: { from: 'baseline' as const },
      sha256: sha256(textOf(name)),
      replaces: null,
    }))
    const fresh = step({ files, restarts: [] })
    const given = putBackFilesOp(async (put) => Buffer.from(textOf(basename(put.file))), open)
    await given.run(fresh, { ...site, remark: (remark) => remarks.push(remark) })
    const modeOf = async (name: string) => (await stat(join(root, name))).mode & 0o777
    expect(await modeOf('.env')).toBe(0o600)
    expect(await modeOf('a.yml')).toBe(0o600)
    expect(await modeOf('b.yml')).toBe(0o644)
    expect(remarks.at(-1)).toBe(
      `Only the owner can read ${join(root, '.env')}, ${join(root, 'a.yml')}: there may be secrets, and who could read it before was not kept.`,
    )
  })

  test('gone on with, it does not write over what a person has mended meanwhile', async () => {
    const prometheus = await anOldFile()
    engine.onRequest = (_method, path) => {
      if (path.endsWith('/start')) throw new Error('The engine is dead.')
    }
    await expect(op.run(step(), site)).rejects.toThrow(/hung up/)
    engine.onRequest = () => {}
    await writeFile(file(), 'mended')
    await expect(op.run(step(), site)).rejects.toThrow(
      `${file()} was changed since the plan was approved, so it is left alone.`,
    )
    expect(await readFile(file(), 'utf8')).toBe('mended')
    expect(prometheus.state).toBe('exited')
  })

  test('a file that was changed is refused before anything is begun', async () => {
    await anOldFile()
    await writeFile(file(), 'mine')
    const problem = `${file()} was changed since the plan was approved. Look at a new plan.`
    await expect(op.stillAsPlanned?.(step())).rejects.toThrow(problem)
    await expect(op.precondition(step(), site)).rejects.toThrow(problem)
  })
})

test('VerifyStack looks until all is well, and no more often', async () => {
  const left = ['loki is down.', 'grafana is down.']
  let looks = 0
  const op = verifyStackOp(async () => {
    looks += 1
    return looks < 2 ? left : []
  })
  const step: StepOf<'VerifyStack'> = { kind: 'VerifyStack', stack: 'odin', seconds: 60, cause }
  await op.run(step, site)
  await op.verify(step, site)
  expect(looks).toBe(2)
})

test('VerifyStack says what is still wrong when its time is over', async () => {
  const op = verifyStackOp(async () => ['loki is down.', 'grafana is down.'])
  const step: StepOf<'VerifyStack'> = { kind: 'VerifyStack', stack: 'odin', seconds: 0, cause }
  await op.run(step, site)
  await expect(op.verify(step, site)).rejects.toThrow('loki is down. grafana is down.')
})
