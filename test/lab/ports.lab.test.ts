import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { PublishedByContainer } from '../../electron/observe/machine/listeners.ts'
import type { Listener } from '../../shared/domain/port.ts'
import type { Reading } from '../../shared/domain/reading.ts'
import { type Lab, startLab } from './engines.ts'

// A real docker-proxy of a real engine, seen on the computer that it runs on.

let lab: Lab

beforeAll(async () => {
  lab = await startLab()
  const command = ['-d', '-p', '9182:8080', '--name', 'proxied', 'busybox:1.37', 'sleep', '600']
  await lab.docker(['--context', 'native', 'run', ...command])
})
afterAll(() => lab?.close())

async function listenersOn(port: number, claims: readonly PublishedByContainer[]) {
  const script = join(import.meta.dirname, 'print-listeners.ts')
  const program = [process.execPath, script, JSON.stringify(claims)]
  const { stdout } = await lab.machine.run('host', program)
  const reading = JSON.parse(stdout) as Reading<readonly Listener[]>
  if (reading.status === 'unknown') throw new Error(reading.failure.message)
  return reading.value.filter((one) => one.port === port)
}

it('what docker-proxy holds belongs to the container of the engine that is here', async () => {
  const engineId = await lab.native.id()
  const common = { project: 'odin', service: 'proxied', container: 'proxied', port: 9182 }
  const listeners = await listenersOn(9182, [
    { ...common, engineId: await lab.desktop.id(), engineKind: 'docker-desktop' },
    { ...common, engineId, engineKind: 'native' },
  ])
  expect(listeners.map(({ owner }) => owner)).toEqual([
    { kind: 'container', engineId, project: 'odin', service: 'proxied', container: 'proxied' },
  ])
  expect(listeners[0]?.addresses).toContain('0.0.0.0')
})

it('without a claim it is the process that it is', async () => {
  const listeners = await listenersOn(9182, [])
  expect(listeners.map(({ owner }) => owner)).toEqual(
    listeners.map(() => ({ kind: 'process', pid: expect.any(Number), command: 'docker-proxy' })),
  )
  expect(listeners.length).toBeGreaterThan(0)
})
