import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { callMethod, connectSessionBus } from './session-bus.ts'

/** Lets everybody in, as a bus does, and answers nothing after that, not even Hello. */
async function aBusThatHangs(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'hanging-bus-'))
  const path = join(directory, 'bus')
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      if (chunk.includes('AUTH')) socket.write(`OK ${'0'.repeat(32)}\r\n`)
    })
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  onTestFinished(async () => {
    server.close()
    await rm(directory, { recursive: true })
  })
  return `unix:path=${path}`
}

test('a bus that hangs fails calls, each in its time, and ends no process', async () => {
  const bus = connectSessionBus({ DBUS_SESSION_BUS_ADDRESS: await aBusThatHangs() })
  if (!bus) throw new Error('expected a bus')
  onTestFinished(() => {
    bus.connection.end()
  })
  const systemd = {
    destination: 'org.freedesktop.systemd1',
    path: '/org/freedesktop/systemd1',
    interface: 'org.freedesktop.systemd1.Manager',
  }
  const calls = [
    callMethod(bus, systemd, 'ListUnits'),
    bus.nameHasOwner('org.freedesktop.systemd1'),
  ]
  for (const one of await Promise.allSettled(calls)) {
    expect(one).toMatchObject({ status: 'rejected', reason: { message: /No reply within 3000/ } })
  }
})
