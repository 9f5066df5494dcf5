import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { composeFiles, type Lab, startLab } from './engines.ts'
import { sentinel, statusOf, type Watch, watch } from './sentinel.ts'

// The incident itself: fourteen services left behind by one `docker context use`.

const lasting = [
  ...['prometheus', 'alertmanager', 'pushgateway', 'grafana', 'renderer'],
  ...['node-exporter', 'process-exporter', 'blackbox-exporter', 'cadvisor'],
  ...['nvidia-gpu-exporter', 'docker-exporter', 'claude-exporter'],
  ...['loki', 'promtail'],
]

let lab: Lab
let guard: Watch
let configFile: string

const current = async () => (await lab.docker(['context', 'show'])).stdout.trim()
const config = () => readFile(configFile, 'utf8')

beforeAll(async () => {
  lab = await startLab()
  configFile = join(lab.dockerConfig, 'config.json')
  await lab.bringUp('desktop-linux')
})

afterAll(async () => {
  await guard?.stop()
  await lab?.close()
})

it('adopts fourteen lasting services, the one that ends, and the files in their order', async () => {
  const { code, stdout, stderr } = await sentinel(lab, ['adopt', '--json'])
  expect(code, stderr).toBe(0)
  const { file, stack } = JSON.parse(stdout)
  expect(parse(await readFile(file, 'utf8'))).toBeTypeOf('object')
  expect(stack.home).toMatchObject({
    context: 'desktop-linux',
    engineKind: 'docker-desktop',
    engineId: await lab.desktop.id(),
  })
  expect(stack.projects).toHaveLength(1)
  const [project] = stack.projects
  expect(project).toMatchObject({ name: 'odin', workingDir: lab.stackDirectory })
  expect(project.starts.map((start: { files: string[] }) => start.files)).toEqual(
    composeFiles.map((name) => [join(lab.stackDirectory, name)]),
  )
  for (const start of project.starts)
    expect(start.envFiles).toEqual([join(lab.stackDirectory, 'odin.env')])
  const services: { name: string; oneShot?: boolean; ports: string[]; config: string[] }[] =
    project.starts.flatMap((start: { services: unknown[] }) => start.services)
  expect(
    services
      .filter((one) => !one.oneShot)
      .map((one) => one.name)
      .sort(),
  ).toEqual(lasting.toSorted())
  expect(services.filter((one) => one.oneShot).map((one) => one.name)).toEqual(['grafana-init'])
  const prometheus = services.find((one) => one.name === 'prometheus')
  expect(prometheus).toMatchObject({
    ports: ['9090:9090'],
    config: [join(lab.stackDirectory, 'prometheus.yml')],
  })

  guard = await watch(lab)
  const status = await guard.untilHealth('ok')
  expect(status.services).toHaveLength(15)
  expect((await statusOf(lab)).code).toBe(0)
})

describe('once adopted', () => {
  beforeEach(() => guard.mark())

  it('says at once what `docker context use default` has left behind, and puts it back', async () => {
    await lab.docker(['context', 'use', 'default'])
    const finding = await guard.untilFinding('CONTEXT_SWITCHED', 'firing')
    expect(finding).toMatchObject({
      severity: 'critical',
      subject: 'context:current',
      remedy: { kind: 'plan', intent: { kind: 'switch-back' } },
    })
    expect(finding.evidence['cause']).toContain('docker context use')
    const damage = finding.evidence['out of sight']
    expect(damage).toMatch(/^14 of 14 services/)
    for (const name of lasting) expect(damage).toContain(name)
    const incident = await guard.untilIncident('CONTEXT_SWITCHED', 'firing')
    expect(incident.findings[0]).toBe('CONTEXT_SWITCHED@context:current')
    expect(guard.incidents()).toEqual(['CONTEXT_SWITCHED'])

    const { code, status } = await statusOf(lab)
    expect(code).toBe(1)
    expect(status).toMatchObject({
      health: 'critical',
      current: { context: 'default', engineId: await lab.native.id() },
      home: { context: 'desktop-linux', engineId: await lab.desktop.id() },
    })

    // The CLI drops keys that it does not know; other programs keep theirs there all the same.
    await writeFile(configFile, JSON.stringify({ ...JSON.parse(await config()), ourOwn: [1] }))
    guard.mark()
    const done = await sentinel(lab, ['switch-back', '--yes', '--json'])
    expect(done.code, done.stdout + done.stderr).toBe(0)
    expect(JSON.parse(done.stdout)).toMatchObject({ outcome: 'done' })
    await guard.untilFinding('CONTEXT_SWITCHED', 'resolved')
    await guard.untilIncident('CONTEXT_SWITCHED', 'resolved')
    expect(await current()).toBe('desktop-linux')
    expect(JSON.parse(await config())).toMatchObject({ ourOwn: [1] })
    await guard.untilHealth('ok')

    const again = await sentinel(lab, ['switch-back', '--yes', '--json'])
    expect(again.code).toBe(0)
    expect(JSON.parse(again.stdout)).toMatchObject({ kind: 'plan', steps: [] })
  })

  it('shows the plan and changes nothing with --dry-run', async () => {
    await lab.docker(['context', 'use', 'native'])
    await guard.untilFinding('CONTEXT_SWITCHED', 'firing')
    const before = await config()
    const plan = await sentinel(lab, ['switch-back', '--dry-run', '--json'])
    expect(plan.code).toBe(0)
    const { steps } = JSON.parse(plan.stdout) as { steps: { kind: string }[] }
    expect(steps.map((step) => step.kind)).toEqual(['KeepCopy', 'SelectContext', 'VerifyEngine'])
    expect(await config()).toBe(before)
    guard.mark()
    await lab.docker(['context', 'use', 'desktop-linux'])
    await guard.untilFinding('CONTEXT_SWITCHED', 'resolved')
  })

  it('finds at its start what was changed while it did not run', async () => {
    await guard.stop()
    await lab.docker(['context', 'use', 'default'])
    guard = await watch(lab)
    const finding = await guard.untilFinding('CONTEXT_SWITCHED', 'firing')
    expect(finding.evidence['noticed']).toContain('while Sentinel was not running')
    guard.mark()
    expect((await sentinel(lab, ['switch-back', '--yes'])).code).toBe(0)
    await guard.untilFinding('CONTEXT_SWITCHED', 'resolved')
    const { stdout } = await sentinel(lab, ['timeline', '--json'])
    const kinds = (JSON.parse(stdout) as { kind: string }[]).map((entry) => entry.kind)
    expect(kinds).toEqual(expect.arrayContaining(['context', 'finding', 'incident', 'operation']))
  })

  it('says that the environment pins the context, and does not write in vain', async () => {
    const env = { DOCKER_HOST: `unix://${lab.native.socket}` }
    const before = await config()
    const { code, status } = await statusOf(lab, env)
    expect(code).toBe(1)
    expect(status.current).toMatchObject({ context: 'default', source: 'DOCKER_HOST' })
    expect(status.findings.map((finding) => finding.code)).toContain('CONTEXT_PINNED_BY_ENV')
    const refused = await sentinel(lab, ['switch-back', '--yes', '--json'], env)
    expect(refused.code).toBe(4)
    expect(JSON.parse(refused.stdout)).toMatchObject({ code: 'CONTEXT_PINNED_BY_ENV' })
    expect(await config()).toBe(before)
  })

  it('sees a broken config.json, and does not touch what it cannot parse', async () => {
    const good = await config()
    const broken = `${good.trimEnd().slice(0, -1)},`
    await writeFile(configFile, broken)
    const finding = await guard.untilFinding('CONTEXT_CONFIG_INVALID', 'firing')
    expect(finding.subject).toBe(`file:${configFile}`)
    const refused = await sentinel(lab, ['switch-back', '--yes', '--json'])
    expect(refused.code).toBe(4)
    expect(JSON.parse(refused.stdout)).toMatchObject({ code: 'CONTEXT_CONFIG_INVALID' })
    expect(await config()).toBe(broken)
    guard.mark()
    await writeFile(configFile, good)
    await guard.untilFinding('CONTEXT_CONFIG_INVALID', 'resolved')
    await guard.untilHealth('ok')
  })

  it('says so when the home context itself is removed', async () => {
    await lab.docker(['context', 'rm', '-f', 'desktop-linux'])
    const finding = await guard.untilFinding('CONTEXT_SWITCHED', 'firing')
    expect(finding.evidence['cause']).toBe('context removed')
    await guard.untilFinding('CONTEXT_MISSING', 'firing', 'context:desktop-linux')
    const { code, status } = await statusOf(lab)
    expect(code).toBe(1)
    expect(status.current?.context).toBe('default')
    const refused = await sentinel(lab, ['switch-back', '--yes', '--json'])
    expect(JSON.parse(refused.stdout)).toMatchObject({ code: 'CONTEXT_MISSING' })
    guard.mark()
    const endpoint = `host=unix://${lab.desktop.socket}`
    await lab.docker(['context', 'create', 'desktop-linux', '--docker', endpoint])
    expect((await sentinel(lab, ['switch-back', '--yes'])).code).toBe(0)
    await guard.untilFinding('CONTEXT_SWITCHED', 'resolved')
    await guard.untilHealth('ok')
  })
})

it('lists every context with the engine that answers there', async () => {
  const { stdout } = await sentinel(lab, ['contexts', '--json'])
  const [native, desktop] = [await lab.native.id(), await lab.desktop.id()]
  expect(JSON.parse(stdout)).toMatchObject([
    { context: 'default', engineId: native, kind: 'native', current: false },
    { context: 'desktop-linux', engineId: desktop, kind: 'docker-desktop', current: true },
    { context: 'native', engineId: native, kind: 'native', current: false },
  ])
})
