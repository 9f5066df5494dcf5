import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Lab, startLab } from './engines.ts'
import { adoptAndWatch, sentinel, statusOf, type Watch } from './sentinel.ts'

// The home engine goes, comes back, is replaced; the stack comes up where it does not belong.

let lab: Lab
let guard: Watch

beforeAll(async () => {
  lab = await startLab()
  await lab.bringUp('desktop-linux')
  guard = await adoptAndWatch(lab)
})

afterAll(async () => {
  await guard?.stop()
  await lab?.close()
})

/** Whatever became of a test, the next one begins with the stack at home and nothing elsewhere. */
beforeEach(async () => {
  if (!lab.desktop.isRunning()) await lab.desktop.start()
  await lab.docker(['context', 'use', 'desktop-linux'])
  await guard.untilHealth('ok')
  guard.mark()
})

describe('the two engines', () => {
  it('differ in what the incident turned on: only Desktop answers host.docker.internal', async () => {
    const hostExporter = ['prometheus-node-exporter', '--web.listen-address=:9182']
    const program = ['env', `PATH=${lab.env['PATH']}`, ...hostExporter]
    const exporter = await lab.machine.start('host', program, `${lab.directory}/exporter.log`)
    const fetch = 'wget -q -T 5 -O - http://host.docker.internal:9182/metrics | head -1'
    const ask = (context: string) =>
      lab.docker(['--context', context, 'run', '--rm', 'busybox:1.37', 'sh', '-c', fetch])
    expect((await ask('desktop-linux')).stdout).toContain('# HELP')
    expect(await ask('native')).toMatchObject({
      stdout: '',
      stderr: expect.stringContaining("bad address 'host.docker.internal"),
    })
    exporter.kill()
  })

  it('are told apart by what they are, and known as one behind two names', async () => {
    const { status } = await statusOf(lab)
    const desktop = status.engines.filter((engine) => engine.kind === 'docker-desktop')
    const native = status.engines.filter((engine) => engine.kind === 'native')
    expect(desktop).toMatchObject([
      { engineId: await lab.desktop.id(), contexts: ['desktop-linux'], home: true, answers: true },
    ])
    const nativeId = await lab.native.id()
    expect(native.map((engine) => engine.engineId)).toEqual(native.map(() => nativeId))
    expect(native.flatMap((engine) => engine.contexts).sort()).toEqual(['default', 'native'])
  })
})

describe('Docker Desktop is stopped', () => {
  it('is said as that, as one incident, and is over when it runs again', async () => {
    guard.mark()
    await lab.desktop.stop()
    const finding = await guard.untilFinding('DESKTOP_STOPPED', 'firing')
    expect(finding).toMatchObject({ severity: 'critical', remedy: { kind: 'plan' } })
    await guard.untilIncident('DESKTOP_STOPPED', 'firing')
    expect(guard.fired().filter((key) => key.startsWith('SERVICE_'))).toEqual([])

    const { code, status } = await statusOf(lab)
    expect(code).toBe(1)
    expect(status.health).toBe('critical')

    expect(guard.incidents()).toEqual(['DESKTOP_STOPPED'])
    guard.mark()
    await lab.desktop.start()
    await guard.untilFinding('DESKTOP_STOPPED', 'resolved')
    await guard.untilIncident('DESKTOP_STOPPED', 'resolved')
    await guard.untilHealth('ok')
    expect(guard.incidents()).toEqual(['DESKTOP_STOPPED'])
  })

  it('is the cause when the context went away with it, as Docker Desktop does on quitting', async () => {
    guard.mark()
    await lab.docker(['context', 'use', 'default'])
    await lab.desktop.stop()
    await guard.untilFinding('DESKTOP_STOPPED', 'firing')
    const refused = await sentinel(lab, ['switch-back', '--yes', '--json'])
    expect(refused.code).toBe(4)
    expect(JSON.parse(refused.stdout)).toMatchObject({
      kind: 'refusal',
      code: 'HOME_ENGINE_DOWN',
      offer: { intent: { kind: 'switch-back', startDesktop: true } },
    })

    guard.mark()
    await lab.desktop.start()
    await lab.docker(['context', 'use', 'desktop-linux'])
    await guard.untilFinding('DESKTOP_STOPPED', 'resolved')
    await guard.untilHealth('ok')
  })
})

describe('the stack comes up on the wrong engine', () => {
  // Docker Desktop shows its ports on the machine's localhost: the other engine gets others.
  const env = { LOKI_PORT: '3101', PROMTAIL_PORT: '9081' }

  it('is said for one service and for all of them, and is over when they are gone', async () => {
    guard.mark()
    await lab.compose('native', ['-f', 'docker-compose-logging.yml', 'up', '-d'], { env })
    const split = await guard.untilFinding('SPLIT_BRAIN', 'firing', 'service:odin/loki')
    expect(split.severity).toBe('critical')
    const { status } = await statusOf(lab)
    const loki = status.services.find((service) => service.name === 'loki')
    expect(loki?.places.map((place) => place.engineId).sort()).toEqual(
      [await lab.desktop.id(), await lab.native.id()].sort(),
    )
    guard.mark()
    await lab.compose('native', ['-f', 'docker-compose-logging.yml', 'down', '-t', '1'])
    await guard.untilFinding('SPLIT_BRAIN', 'resolved', 'service:odin/loki')
    await guard.untilHealth('ok')
  })

  it('is a stray while the same service does not run at home', async () => {
    guard.mark()
    await lab.docker(['--context', 'desktop-linux', 'rm', '-f', 'odin-promtail-1'])
    await lab.compose(
      'native',
      ['-f', 'docker-compose-logging.yml', 'up', '-d', '--no-deps', 'promtail'],
      { env },
    )
    await guard.untilFinding('STRAY_CONTAINERS', 'firing')
    guard.mark()
    await lab.compose('native', ['-f', 'docker-compose-logging.yml', 'down', '-t', '1'])
    await lab.compose('desktop-linux', ['-f', 'docker-compose-logging.yml', 'up', '-d'])
    await guard.untilFinding('STRAY_CONTAINERS', 'resolved')
    await guard.untilHealth('ok')
  })
})

describe('another engine answers behind the same socket', () => {
  it('is not taken for home, whatever the name says, and is over when home is back', async () => {
    const home = await lab.desktop.id()
    await lab.desktop.stop()
    guard.mark()
    await lab.desktop.start({ dataRoot: 'another', bare: true })
    const finding = await guard.untilFinding('ENGINE_REPLACED', 'firing')
    expect(Object.values(finding.evidence).join(' ')).toContain(home)
    expect(Object.values(finding.evidence).join(' ')).toContain(await lab.desktop.id())
    const refused = await sentinel(lab, ['switch-back', '--yes', '--json'])
    expect(refused.code).toBe(4)

    await lab.desktop.stop()
    guard.mark()
    await lab.desktop.start()
    await guard.untilFinding('ENGINE_REPLACED', 'resolved')
    await guard.untilHealth('ok')
    expect(await lab.desktop.id()).toBe(home)
  })
})
