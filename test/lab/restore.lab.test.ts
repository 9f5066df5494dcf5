import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { operationSchema, planProposalSchema } from '../../shared/ipc/contract.ts'
import { aKeptStack, scrapesItself } from './a-kept-stack.ts'
import { type Lab, startLab } from './engines.ts'
import { run } from './run.ts'
import { sentinel } from './sentinel.ts'

// What a snapshot holds is put back on a real engine: a real volume and a real Prometheus, byte for
// byte; undone; rolled back; killed in the middle and gone on with.

const project = 'back'
let lab: Lab
let directory: string
let snapshot: string

const docker = (...args: string[]) => lab.docker(['--context', 'desktop-linux', ...args])
const shell = (script: string, service = 'writer') =>
  docker('exec', `${project}-${service}-1`, 'busybox', 'sh', '-c', script)
const config = () => join(directory, 'prometheus.yml')

/** Everything in a volume that a restore answers for, as one text. */
async function contentOf(volume: string, without = ''): Promise<string> {
  const find = `cd /v && find . ${without} -exec busybox stat -c '%n %f %u %g' {} + | sort && find . ${without} -type f -exec sha256sum {} + | sort && find . -type l -exec busybox readlink {} +`
  const args = ['run', '--rm', '-v', `${volume}:/v:ro`, '--entrypoint', 'busybox', 'busybox:1.37']
  return (await docker(...args, 'sh', '-c', find)).stdout
}
const dataContent = () => contentOf(`${project}_data`)

async function running(): Promise<string[]> {
  const { stdout } = await docker('ps', '--format', '{{.Names}}')
  return stdout.split('\n').filter(Boolean).sort()
}

async function get(path: string): Promise<string> {
  const wget = ['busybox', 'wget', '-q', '-T', '20', '-O', '-']
  const url = `http://127.0.0.1:9090${path}`
  return (await lab.machine.run('host', [...wget, url], { env: lab.env })).stdout
}

async function samples(atLeast = 0): Promise<number> {
  for (;;) {
    const said = await get('/api/v1/query?query=count_over_time(up%5B1d%5D)').catch(() => '')
    const count = Number(/"value":\[[^,]+,"(\d+)"\]/.exec(said)?.[1] ?? 'NaN')
    if (count >= atLeast) return count
    await pause(200)
  }
}

async function carryOut(...args: string[]) {
  const said = await sentinel(lab, [...args, '--yes', '--json'])
  expect(said.stdout, said.stderr).not.toBe('')
  const parsed = operationSchema.safeParse(JSON.parse(said.stdout))
  if (!parsed.success) throw new Error(said.stdout)
  return parsed.data
}

async function dryRun(...args: string[]) {
  const said = await sentinel(lab, [...args, '--dry-run', '--json'])
  expect(said.stdout, said.stderr).not.toBe('')
  return planProposalSchema.parse(JSON.parse(said.stdout))
}

beforeAll(async () => {
  lab = await startLab()
  directory = join(lab.stackDirectory, project)
  await mkdir(directory)
  const idle = { writer: 'data:/data', idle: 'data:/data:ro' }
  await writeFile(join(directory, 'compose.yml'), aKeptStack(project, { idle }))
  await writeFile(config(), scrapesItself())
  await docker('compose', '-f', join(directory, 'compose.yml'), 'up', '-d')
  await docker('stop', '-t', '1', `${project}-idle-1`)
  await shell(
    'cd /data && mkdir -p sub/deep && echo one > one && echo two > sub/two && echo x > sub/deep/x && ln -s ../one sub/link && chown 1000:1000 sub/two && chmod 600 sub/two && chmod 1777 sub && chown 99:99 . && chmod 750 .',
  )
  const adopted = await sentinel(lab, ['adopt', project, '--json'])
  expect(adopted.code, adopted.stderr + adopted.stdout).toBe(0)
  const { file } = JSON.parse(adopted.stdout) as { file: string }
  const stack = parse(await readFile(file, 'utf8')) as object
  const backup = { mayStop: ['writer'] }
  await writeFile(file, stringify({ ...stack, backup }))
  await samples(5)
  const taken = await sentinel(lab, ['backup', '--json'])
  // The terminal has no systemd: that part alone is missing.
  const { snapshot: id, problems } = JSON.parse(taken.stdout) as {
    snapshot: string
    problems: string[]
  }
  expect(problems.filter((one) => !one.includes('systemd'))).toEqual([])
  snapshot = id
})
afterAll(() => lab?.close())

async function changeData(): Promise<void> {
  await shell(
    'cd /data && echo other > one && rm -r sub/deep && echo new > new && mkdir -p more/and && echo y > more/and/more && chmod 700 . && rm sub/link && ln -s /etc sub/link',
  )
}

const restoreData = () => ['restore', snapshot, '--only', `volume:${project}_data`]

describe('a volume', () => {
  let right: string
  let wrong: string
  let ran: string[]

  beforeAll(async () => {
    right = await dataContent()
    ran = await running()
    await changeData()
    wrong = await dataContent()
    expect(wrong).not.toBe(right)
  })

  test('comes back byte for byte, with what ran and nothing else; and is undone', async () => {
    const plan = await dryRun(...restoreData())
    expect(plan.kind, JSON.stringify(plan)).toBe('plan')
    if (plan.kind !== 'plan') return
    expect(plan.steps.map(({ kind }) => kind)).toEqual([
      ...['CheckSnapshot', 'StopServices', 'TakeSnapshot', 'RestoreVolume'],
      ...['StartServices', 'VerifyRestored'],
    ])
    const counts = '1 created, 2 replaced, 2 deleted, 1 unchanged'
    expect(plan.steps[3]?.what).toContain(counts)

    const view = await carryOut(...restoreData())
    expect(view.outcome, JSON.stringify(view, null, 1)).toBe('done')
    expect(await dataContent()).toBe(right)
    expect(await running()).toEqual(ran)

    const undone = await carryOut('undo', view.id)
    expect(undone.outcome, JSON.stringify(undone, null, 1)).toBe('done')
    expect(await dataContent()).toBe(wrong)
    expect(await running()).toEqual(ran)
  })

  test.each([40, 400])(
    'killed %d ms after it was begun, it is gone on with or rolled back to the byte',
    async (delayMs) => {
      expect(await dataContent()).toBe(wrong)
      const killed = await killedAfter(delayMs, 'RestoreVolume', restoreData())
      const back = await carryOutSettled('roll-back', killed)
      expect(back, String(delayMs)).toBe('rolled-back')
      expect(await dataContent()).toBe(wrong)
      expect(await running()).toEqual(ran)

      const again = await killedAfter(delayMs, 'RestoreVolume', restoreData())
      expect(await carryOutSettled('continue', again)).toBe('done')
      expect(await dataContent()).toBe(right)
      expect(await running()).toEqual(ran)
      expect((await carryOut('undo', again)).outcome).toBe('done')
      expect((await docker('ps', '-aq', '--filter', 'label=io.odin-sentinel.helper')).stdout).toBe(
        '',
      )
    },
  )
})

const operationsDirectory = () => join(lab.directory, 'home/.local/state/odin-sentinel/operations')

/** Kills the command line so long after the intent of this step is in the journal. */
async function killedAfter(delayMs: number, kind: string, args: string[]): Promise<string> {
  const before = await readdir(operationsDirectory()).catch((): string[] => [])
  const cli = join(import.meta.dirname, '../../electron/cli.ts')
  const [program, ...rest] = lab.machine.inside(
    'terminal',
    [process.execPath, cli, ...args, '--yes', '--json'],
    join(import.meta.dirname, '../..'),
  )
  const child = spawn(program, rest, { env: { ...lab.env }, stdio: 'ignore' })
  const ended = once(child, 'close')
  let id: string | undefined
  while (child.exitCode === null) {
    const now = await readdir(operationsDirectory()).catch((): string[] => [])
    id = now.find((one) => !before.includes(one))
    if (id !== undefined && (await hasBegun(id, kind))) break
    await pause(5)
  }
  await pause(delayMs)
  if (child.exitCode === null) await lab.machine.signal(child, 'SIGKILL')
  await ended
  if (id === undefined) throw new Error('nothing was begun')
  return id
}

async function hasBegun(id: string, kind: string): Promise<boolean> {
  const directory = join(operationsDirectory(), id)
  const plan = await readFile(join(directory, 'plan.json'), 'utf8').catch(() => '')
  if (plan === '') return false
  const { steps } = (JSON.parse(plan) as { plan: { steps: { kind: string }[] } }).plan
  const index = steps.findIndex((step) => step.kind === kind)
  const journal = await readFile(join(directory, 'journal.jsonl'), 'utf8').catch(() => '')
  return journal.includes(`"type":"intent","step":${index}`)
}

/** How it ended; one that had come to its end before it was killed is undone or left as it is. */
async function carryOutSettled(way: 'continue' | 'roll-back', id: string): Promise<string> {
  const said = await sentinel(lab, [way, id, '--json'])
  if (said.stdout === '' && said.stderr.includes('waits')) {
    if (way === 'continue') return 'done'
    return (await carryOut('undo', id)).outcome === 'done' ? 'rolled-back' : 'not undone'
  }
  expect(said.stdout, said.stderr).not.toBe('')
  return operationSchema.parse(JSON.parse(said.stdout)).outcome
}

describe('Prometheus', () => {
  const live = "-not -name lock -not -name queries.active -not -path './snapshots*'"
  const data = () => contentOf(`${project}_prometheus`, live)

  test('gets the blocks of the snapshot and nothing of later; and back again', async () => {
    const before = await samples(8)
    await docker('stop', `${project}-prometheus-1`)
    const wrong = await data()
    expect(wrong).toContain('wal')
    const to = join(lab.directory, 'extracted')
    await sentinel(lab, ['restore', snapshot, '--only', 'prometheus', '--to', to])

    const plan = await dryRun('restore', snapshot, '--only', 'prometheus')
    expect(plan.kind === 'plan' && plan.warnings.join(' ')).toMatch(
      /Samples of back\/prometheus after .* are lost; they are kept in the snapshot/,
    )
    const view = await carryOut('restore', snapshot, '--only', 'prometheus')
    expect(view.outcome, JSON.stringify(view, null, 1)).toBe('done')
    const extracted = (await readdir(to))[0] ?? ''
    const find = `find . ${live} -type f -exec sha256sum {} + | sort`
    const wanted = await run('sh', ['-c', find], { cwd: join(to, extracted) })
    expect((await data()).split('\n').filter((line) => /^[0-9a-f]{64} /.test(line))).toEqual(
      wanted.stdout.split('\n').filter(Boolean),
    )
    await docker('start', `${project}-prometheus-1`)
    const restored = await samples(1)
    expect(restored).toBeLessThan(before)
    await docker('stop', `${project}-prometheus-1`)

    expect((await carryOut('undo', view.id)).outcome).toBe('done')
    expect(await data()).toBe(wrong)
    await docker('start', `${project}-prometheus-1`)
    expect(await samples(before)).toBeGreaterThanOrEqual(before)
  })

  test('that is mounted as a single file runs what is in it again', async () => {
    await writeFile(`${config()}.new`, scrapesItself({ interval: '2s' }))
    await rename(`${config()}.new`, config())
    await docker('restart', `${project}-prometheus-1`)
    await samples()
    expect(await get('/api/v1/status/config')).toContain('scrape_interval: 2s')
    const view = await carryOut('restore', snapshot, '--only', config())
    expect(view.outcome, JSON.stringify(view, null, 1)).toBe('done')
    expect(view.steps.map(({ kind }) => kind)).toEqual([
      ...['CheckSnapshot', 'TakeSnapshot', 'PutBackFiles', 'VerifyRestored'],
    ])
    expect(await readFile(config(), 'utf8')).toBe(scrapesItself())
    await samples()
    expect(await get('/api/v1/status/config')).toContain('scrape_interval: 1s')
    expect((await carryOut('undo')).outcome).toBe('done')
    await samples()
    expect(await get('/api/v1/status/config')).toContain('scrape_interval: 2s')
  })

  test('that would not start with it leaves the choice, and all is as before after the way back', async () => {
    const good = await readFile(config(), 'utf8')
    await writeFile(config(), 'scrape_configs: {this is: [no configuration')
    const taken = await sentinel(lab, ['backup', '--only', 'configuration', '--json'])
    const { snapshot: bad } = JSON.parse(taken.stdout) as { snapshot: string }
    await writeFile(config(), good)
    await docker('restart', `${project}-prometheus-1`)
    const ran = await running()
    const view = await carryOut('restore', bad, '--only', config())
    expect(view.outcome, JSON.stringify(view, null, 1)).toBe('stopped')
    expect(await carryOutSettled('roll-back', view.id)).toBe('rolled-back')
    expect(await readFile(config(), 'utf8')).toBe(good)
    expect(await running()).toEqual(ran)
    await samples()
    expect(await get('/api/v1/status/config')).toContain('scrape_interval: 2s')
  })
})
