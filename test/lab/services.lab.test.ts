import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { type Lab, startLab } from './engines.ts'
import { adoptAndWatch, type Watch } from './sentinel.ts'

// One service at a time goes wrong at home, in the ways that containers do.

let lab: Lab
let guard: Watch

const docker = (...args: string[]) => lab.docker(['--context', 'desktop-linux', ...args])
const up = (file: string, service: string, env: Record<string, string> = {}) =>
  lab.compose('desktop-linux', ['-f', file, 'up', '-d', '--no-deps', service], { env })

beforeAll(async () => {
  lab = await startLab()
  await lab.bringUp('desktop-linux')
  guard = await adoptAndWatch(lab)
})

beforeEach(() => guard.mark())

afterAll(async () => {
  await guard?.stop()
  await lab?.close()
})

it('a container that is killed is a service that stopped', async () => {
  await docker('kill', 'odin-cadvisor-1')
  const finding = await guard.untilFinding('SERVICE_STOPPED', 'firing', 'service:odin/cadvisor')
  expect(Object.values(finding.evidence)).toContain('137')
  guard.mark()
  await docker('start', 'odin-cadvisor-1')
  await guard.untilFinding('SERVICE_STOPPED', 'resolved', 'service:odin/cadvisor')
  await guard.untilHealth('ok')
})

it('a container that is removed is a service that is missing', async () => {
  await docker('rm', '-f', 'odin-docker-exporter-1')
  await guard.untilFinding('SERVICE_MISSING', 'firing', 'service:odin/docker-exporter')
  guard.mark()
  await up('docker-compose-exporters.yml', 'docker-exporter')
  await guard.untilFinding('SERVICE_MISSING', 'resolved', 'service:odin/docker-exporter')
  await guard.untilHealth('ok')
})

it('a healthcheck that fails makes its service unhealthy', async () => {
  await docker('exec', 'odin-grafana-1', 'rm', '/www/ready')
  const finding = await guard.untilFinding('SERVICE_UNHEALTHY', 'firing', 'service:odin/grafana')
  expect(Object.values(finding.evidence).join(' ')).toContain('404')
  guard.mark()
  await docker('exec', 'odin-grafana-1', 'touch', '/www/ready')
  await guard.untilFinding('SERVICE_UNHEALTHY', 'resolved', 'service:odin/grafana')
  await guard.untilHealth('ok')
})

it('a healthcheck whose program is not in the image says nothing about the service', async () => {
  await up('docker-compose-logging.yml', 'loki', { LOKI_HEALTHCHECK: 'curl' })
  await guard.untilFinding('HEALTHCHECK_CANNOT_RUN', 'firing', 'service:odin/loki')
  expect(guard.fired()).not.toContain('SERVICE_UNHEALTHY@service:odin/loki')
  guard.mark()
  await up('docker-compose-logging.yml', 'loki')
  await guard.untilFinding('HEALTHCHECK_CANNOT_RUN', 'resolved', 'service:odin/loki')
  await guard.untilHealth('ok')
})

it('a real Alertmanager with a broken configuration is a crash loop', async () => {
  const file = join(lab.stackDirectory, 'alertmanager.yml')
  await writeFile(file, 'route: { receiver: somebody }\n')
  await docker('restart', 'odin-alertmanager-1')
  await guard.untilFinding('SERVICE_CRASH_LOOPING', 'firing', 'service:odin/alertmanager')
  guard.mark()
  await writeFile(file, 'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n')
  await docker('rm', '-f', 'odin-alertmanager-1')
  await up('docker-compose.yml', 'alertmanager')
  await guard.untilFinding('SERVICE_CRASH_LOOPING', 'resolved', 'service:odin/alertmanager')
  await guard.untilHealth('ok')
})

it('a service that takes more memory than it may is told as out of memory', async () => {
  await up('docker-compose-exporters.yml', 'claude-exporter', {
    CLAUDE_EXPORTER_COMMAND: 'exec dd if=/dev/zero of=/dev/null bs=256M',
    CLAUDE_EXPORTER_RESTART: 'no',
  })
  await guard.untilFinding('SERVICE_OOM_KILLED', 'firing', 'service:odin/claude-exporter')
  guard.mark()
  await up('docker-compose-exporters.yml', 'claude-exporter')
  await guard.untilFinding('SERVICE_OOM_KILLED', 'resolved', 'service:odin/claude-exporter')
  await guard.untilHealth('ok')
})
