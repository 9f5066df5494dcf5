import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Listener } from '../../../shared/domain/port.ts'
import type { Reading } from '../../../shared/domain/reading.ts'
import { collected } from '../../../test/support/collected.ts'
import { placeIn } from '../../adapters/procfs/socket-holders.ts'
import {
  type ListenerWatcherParts,
  listenerWatcher,
  type PublishedByContainer,
} from './listeners.ts'

const id = `${'c0ffee'.repeat(10)}abcd`
const rarelyMs = 3_600_000

/** Every look of a watcher, one after the other. */
function looking(parts: Partial<ListenerWatcherParts>) {
  const readings = collected<Reading<readonly Listener[]>>()
  const watching = listenerWatcher({ containersOf: () => [], everyMs: rarelyMs, ...parts })
  watching.start(readings.add)
  return {
    async look() {
      await watching.lookNow()
      const reading = readings.all.at(-1)
      if (reading?.status !== 'known') throw new Error(JSON.stringify(reading))
      return reading.value
    },
    stop: () => watching.stop(),
  }
}

describe('on this machine', () => {
  test('real sockets are found with who holds them, and from when', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    const both = createServer().listen(0, '::')
    const datagrams = createSocket('udp4').bind(0, '127.0.0.1')
    await Promise.all([server, both, datagrams].map((one) => once(one, 'listening')))
    const ports = [server, both].map((one) => (one.address() as AddressInfo).port)
    const udp = datagrams.address().port
    const { look, stop } = looking({})
    const first = await look()
    const of = (seen: readonly Listener[], port: number, protocol = 'tcp') =>
      seen.filter((one) => one.port === port && one.protocol === protocol)
    const [mine] = of(first, ports[0] ?? 0)
    expect(mine).toMatchObject({ addresses: ['127.0.0.1'], owner: { pid: process.pid } })
    expect(of(first, ports[1] ?? 0)).toMatchObject([{ addresses: ['::'] }])
    expect(of(first, udp, 'udp')).toMatchObject([{ addresses: ['127.0.0.1'] }])
    expect(of(await look(), ports[0] ?? 0)).toEqual([mine])
    const closed = once(server, 'close')
    server.close()
    await closed
    expect(of(await look(), ports[0] ?? 0)).toEqual([])
    both.close()
    datagrams.close()
    await stop()
  })
})

describe('in a /proc of the test', () => {
  let proc: string
  const row = (address: string, port: number, inode: number, uid = 0, state = '0A') => {
    const remote = address.replace(/./g, '0')
    const hex = port.toString(16).toUpperCase().padStart(4, '0')
    return `   0: ${address}:${hex} ${remote}:0000 ${state} 00000000:00000000 00:00000000 00000000  ${uid}  0 ${inode} 1 0 100`
  }
  const any = '00000000'
  const loopback = '0100007F'
  const tables = async (rows: Partial<Record<'tcp' | 'tcp6' | 'udp' | 'udp6', string[]>>) => {
    for (const file of ['tcp', 'tcp6', 'udp', 'udp6'] as const) {
      const text = ['  sl  local_address rem_address', ...(rows[file] ?? []), ''].join('\n')
      await writeFile(join(proc, 'net', file), text)
    }
  }
  const aProcess = async (pid: number, args: string[], inode: number, cgroup = '0::/\n') => {
    const directory = join(proc, String(pid))
    await mkdir(join(directory, 'fd'), { recursive: true })
    const name = (args[0] ?? '').split('/').at(-1) ?? ''
    await writeFile(join(directory, 'comm'), `${name.slice(0, 15)}\n`)
    await writeFile(join(directory, 'cmdline'), args.join('\0'))
    await writeFile(join(directory, 'cgroup'), cgroup)
    await symlink(`socket:[${inode}]`, join(directory, 'fd', '3'))
  }
  const claim = (more: Partial<PublishedByContainer>): PublishedByContainer => ({
    ...{ engineId: 'E', project: 'odin', service: 'node', container: 'odin-node-1', port: 9100 },
    ...more,
  })
  const proxy = (port: number) => [
    ...['/usr/bin/docker-proxy', '-proto', 'tcp', '-host-ip', '0.0.0.0'],
    ...['-host-port', String(port), '-container-ip', '172.17.0.2', '-container-port', '9100'],
  ]
  const engineGroup = '0::/system.slice/docker.service\n'

  beforeEach(async () => {
    proc = await mkdtemp(join(tmpdir(), 'proc-'))
    await mkdir(join(proc, 'net'))
  })
  afterEach(() => rm(proc, { recursive: true }))

  const owners = async (parts: Partial<ListenerWatcherParts> = {}) => {
    const { look, stop } = looking({ procRoot: proc, ...parts })
    const seen = await look()
    await stop()
    return seen.map(({ owner }) => owner)
  }

  test('a unit, a process, and somebody whom this user may not know', async () => {
    await tables({ tcp: [row(any, 9100, 11), row(loopback, 9400, 12), row(any, 9835, 13, 998)] })
    await aProcess(
      41,
      ['/usr/bin/prometheus-node-exporter', '--secret=x'],
      11,
      '0::/system.slice/prometheus-node-exporter.service\n',
    )
    await aProcess(42, ['dcgm-exporter'], 12, '0::/user.slice/user-1000.slice/session-2.scope\n')
    expect(await owners()).toEqual([
      { kind: 'unit', unit: 'prometheus-node-exporter.service', scope: 'system', pid: 41 },
      { kind: 'process', pid: 42, command: 'dcgm-exporter' },
      { kind: 'unknown', uid: 998 },
    ])
  })

  test('addresses of one owner are together, and connections are no listeners', async () => {
    const v6 = '00000000000000000000000001000000'
    await tables({
      tcp: [row(loopback, 9090, 11), row(loopback, 9090, 99, 0, '01')],
      tcp6: [row(v6, 9090, 12), row('B80D0120000000000000000001000000', 9090, 14)],
      udp: [row(any, 53, 13, 0, '07')],
    })
    await aProcess(41, ['prometheus'], 11)
    await symlink('socket:[12]', join(proc, '41/fd/4'))
    await symlink('socket:[14]', join(proc, '41/fd/5'))
    const { look, stop } = looking({ procRoot: proc })
    expect(await look()).toMatchObject([
      { port: 53, protocol: 'udp', addresses: ['0.0.0.0'], owner: { kind: 'unknown', uid: 0 } },
      { port: 9090, protocol: 'tcp', addresses: ['127.0.0.1', '2001:db8::1', '::1'] },
    ])
    await stop()
  })

  test("docker-proxy listens for a container, and so does Docker Desktop's forwarder", async () => {
    await tables({ tcp: [row(any, 9100, 11), row(any, 3000, 12)] })
    await aProcess(41, proxy(9100), 11, engineGroup)
    await aProcess(
      42,
      ['qemu-system-x86_64'],
      12,
      '0::/user.slice/user-1000.slice/user@1000.service/app.slice/docker-desktop.service\n',
    )
    const claims = [
      claim({ engineId: 'desktop', engineKind: 'docker-desktop', service: 'other' }),
      claim({ engineId: 'native', engineKind: 'native' }),
      claim({ engineId: 'desktop', engineKind: 'docker-desktop', service: 'grafana', port: 3000 }),
    ]
    expect(await owners({ containersOf: () => claims })).toMatchObject([
      { kind: 'container', engineId: 'desktop', service: 'grafana' },
      { kind: 'container', engineId: 'native', service: 'node' },
    ])
  })

  test('without a claim docker-proxy is its unit, and a unit is never a container', async () => {
    await tables({ tcp: [row(any, 9100, 11), row(any, 9101, 12)] })
    await aProcess(41, ['node_exporter'], 11, '0::/system.slice/node_exporter.service\n')
    await aProcess(42, proxy(9101), 12, engineGroup)
    expect(await owners({ containersOf: () => [claim({})] })).toMatchObject([
      { kind: 'unit', unit: 'node_exporter.service' },
      { kind: 'unit', unit: 'docker.service' },
    ])
  })

  test('a claim on another address or protocol is none', async () => {
    await tables({ tcp: [row(loopback, 9100, 11)] })
    const claims = [claim({ hostIp: '10.0.0.1' }), claim({ protocol: 'udp' })]
    expect(await owners({ containersOf: () => claims })).toEqual([{ kind: 'unknown', uid: 0 }])
  })

  test("a container on the host's network is known by its control group", async () => {
    await tables({ tcp: [row(any, 9100, 11)] })
    await aProcess(41, ['node_exporter'], 11, `0::/system.slice/docker-${id}.scope\n`)
    const claims = [claim({ containerId: id, port: 0 })]
    expect(await owners({ containersOf: () => claims })).toMatchObject([{ kind: 'container' }])
  })

  test('an owner keeps its time over a restart, and another owner begins anew', async () => {
    let at = 1000
    await tables({ tcp: [row(any, 9100, 11)] })
    await aProcess(41, ['node_exporter'], 11, '0::/system.slice/node_exporter.service\n')
    const { look, stop } = looking({ procRoot: proc, now: () => at })
    expect(await look()).toMatchObject([{ since: 1000, owner: { kind: 'unit', pid: 41 } }])
    at = 2000
    await rm(join(proc, '41'), { recursive: true })
    await aProcess(43, ['node_exporter'], 12, '0::/system.slice/node_exporter.service\n')
    await tables({ tcp: [row(any, 9100, 12)] })
    expect(await look()).toMatchObject([{ since: 1000, owner: { kind: 'unit', pid: 43 } }])
    at = 3000
    await rm(join(proc, '43'), { recursive: true })
    await aProcess(44, ['python3'], 12)
    expect(await look()).toMatchObject([{ since: 3000, owner: { kind: 'process', pid: 44 } }])
    await stop()
  })

  test('a socket that systemd hands on belongs to whom it was handed', async () => {
    await tables({ tcp: [row(any, 9100, 11)] })
    await aProcess(1, ['systemd'], 11, '0::/init.scope\n')
    await aProcess(41, ['node_exporter'], 11, '0::/system.slice/node_exporter.service\n')
    expect(await owners()).toMatchObject([{ kind: 'unit', pid: 41 }])
  })

  test('a kernel without IPv6 has no tables for it', async () => {
    await tables({ tcp: [row(any, 9100, 11)] })
    await rm(join(proc, 'net/tcp6'))
    await rm(join(proc, 'net/udp6'))
    expect(await owners()).toHaveLength(1)
  })
})

test.each([
  ['0::/system.slice/a.service\n', { unit: { name: 'a.service', scope: 'system' } }],
  [
    '0::/system.slice/system-p.slice/p@1.service\n',
    { unit: { name: 'p@1.service', scope: 'system' } },
  ],
  [
    '1:name=systemd:/system.slice/a.service\n0::/\n',
    { unit: { name: 'a.service', scope: 'system' } },
  ],
  [
    '0::/user.slice/user-1000.slice/user@1000.service/app.slice/docker-desktop.service\n',
    { unit: { name: 'docker-desktop.service', scope: 'user' } },
  ],
  ['0::/user.slice/user-1000.slice/user@1000.service/init.scope\n', {}],
  [`12:pids:/docker/${id}\n1:name=systemd:/docker/${id}\n`, { containerId: id }],
  [`0::/machine.slice/libpod-${id}.scope/container\n`, { containerId: id }],
  [
    '1:name=systemd:/\n0::/lab/system.slice/node_exporter.service\n',
    { unit: { name: 'node_exporter.service', scope: 'system' } },
  ],
  ['', {}],
])('the control group %j', (groups, expected) => {
  expect(placeIn(groups)).toEqual(expected)
})
