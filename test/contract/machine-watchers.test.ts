import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from 'dbus-native'
import { connectSystemBus } from '../../electron/adapters/session-bus/session-bus.ts'
import { systemdUnits } from '../../electron/adapters/systemd/systemd-units.ts'
import { fileWatcher } from '../../electron/observe/machine/files.ts'
import { gpuWatcher } from '../../electron/observe/machine/gpus.ts'
import { hostWatcher } from '../../electron/observe/machine/host.ts'
import { listenerWatcher } from '../../electron/observe/machine/listeners.ts'
import { unitWatcher } from '../../electron/observe/machine/units.ts'
import { aGpuMachine, fixtureCards } from '../support/a-gpu-machine.ts'
import { startPrivateBus } from '../support/private-bus.ts'
import { watcherContract } from './watcher.contract.ts'

const rarelyMs = 3_600_000

watcherContract('the GPU watcher', async () => {
  const card = (temperature: number) => ({
    ...{ ...fixtureCards()[0], count: '1', 'temperature.gpu': String(temperature) },
  })
  const machine = await aGpuMachine({ cards: [card(0)] })
  const aside = `${machine.program}.aside`
  return {
    watcher: gpuWatcher({
      ...machine,
      program: machine.program,
      everySeconds: 60,
      random: () => 0,
    }),
    change: (step) => machine.play({ cards: [card(step)] }),
    shows: ({ cards }, step) => cards[0]?.temperatureCelsius === step,
    // What nvidia-smi says of itself is knowledge; that it cannot be started for a circle of
    // links is none.
    async spoil() {
      await rename(machine.program, aside)
      await symlink('nvidia-smi', machine.program)
      await machine.play({ fails: { code: 255 } })
    },
    async mend() {
      await rm(machine.program)
      await rename(aside, machine.program)
      await machine.play({ fails: undefined })
    },
    close: machine.close,
  }
})

watcherContract('the unit watcher', async () => {
  const manager = 'org.freedesktop.systemd1.Manager'
  const root = '/org/freedesktop/systemd1'
  const unitPath = `${root}/unit/node_5fexporter_2eservice`
  const unit = 'node_exporter.service'
  const daemon = await startPrivateBus()
  const systemd = createClient({ busAddress: daemon.address })
  const service = { MainPID: 0, Result: 'success' }
  const answer = (member: string, value: unknown, signature: string) =>
    systemd.setMethodCallHandler(root, manager, member, [() => value, signature])
  const listed = [unit, 'Node', 'loaded', 'active', 'running', '', unitPath, 0, '', '/']
  answer('ListUnitsByPatterns', [listed], 'a(ssssssouso)')
  answer('ListUnitFilesByPatterns', [[`/etc/systemd/system/${unit}`, 'enabled']], 'a(ss)')
  answer('Subscribe', null, '')
  systemd.exportInterface(service, unitPath, {
    name: 'org.freedesktop.systemd1.Service',
    methods: {},
    properties: { MainPID: 'u', Result: 's' },
  })
  systemd.exportInterface({ ActiveEnterTimestamp: 1n }, unitPath, {
    name: 'org.freedesktop.systemd1.Unit',
    methods: {},
    properties: { ActiveEnterTimestamp: 't' },
  })
  await systemd.requestName('org.freedesktop.systemd1', 0)
  const env = { DBUS_SYSTEM_BUS_ADDRESS: daemon.address }
  return {
    watcher: unitWatcher({
      system: systemdUnits({ scope: 'system', connect: () => connectSystemBus(env) }),
      everyMs: rarelyMs,
    }),
    async change(step) {
      service.MainPID = step
      systemd.sendSignal(root, manager, 'JobRemoved', 'uoss', [1, `${root}/job/1`, unit, 'done'])
    },
    shows: ([seen], step) => seen?.mainPid === step,
    async spoil() {
      await systemd.releaseName('org.freedesktop.systemd1')
    },
    async mend() {
      await systemd.requestName('org.freedesktop.systemd1', 0)
    },
    async close() {
      systemd.connection.end()
      await daemon.stop()
    },
  }
})

watcherContract('the listener watcher', async () => {
  const procRoot = await mkdtemp(join(tmpdir(), 'proc-'))
  const net = join(procRoot, 'net')
  let hint = () => {}
  const listenOn = async (port: number) => {
    const local = `00000000:${port.toString(16).padStart(4, '0')}`
    const row = `0: ${local} 00000000:0000 0A 0:0 0:0 0 1000 0 1${port} 1`
    await writeFile(join(net, 'tcp.new'), `heading\n${row}\n`)
    await rename(join(net, 'tcp.new'), join(net, 'tcp'))
  }
  await mkdir(net)
  await writeFile(join(net, 'udp'), 'heading\n')
  await listenOn(9000)
  return {
    watcher: listenerWatcher({
      procRoot,
      containersOf: () => [],
      everyMs: rarelyMs,
      hints(again) {
        hint = again
        return () => {
          hint = () => {}
        }
      },
    }),
    async change(step) {
      await listenOn(9000 + step)
      hint()
    },
    shows: ([seen], step) => seen?.port === 9000 + step,
    async spoil() {
      await rename(net, `${net}.gone`)
      hint()
    },
    async mend() {
      await rename(`${net}.gone`, net)
      hint()
    },
    close: () => rm(procRoot, { recursive: true }),
  }
})

watcherContract('the file watcher', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'files-'))
  const path = join(directory, 'compose.yml')
  let list = () => [{ path, role: 'compose' as const }]
  const listed = list
  await writeFile(path, '')
  const watcher = fileWatcher({ files: () => list(), everyMs: rarelyMs })
  return {
    watcher,
    async change(step) {
      await writeFile(`${path}.new`, 'x'.repeat(step))
      await rename(`${path}.new`, path)
    },
    shows: ([seen], step) => seen?.sizeBytes === step,
    async spoil() {
      list = () => {
        throw new Error('The stack file cannot be read.')
      }
      await watcher.lookNow()
    },
    async mend() {
      list = listed
      await watcher.lookNow()
    },
    close: () => rm(directory, { recursive: true }),
  }
})

watcherContract('the host watcher', async () => {
  const procRoot = await mkdtemp(join(tmpdir(), 'proc-'))
  const write = async (name: string, text: string) => {
    await writeFile(join(procRoot, `${name}.new`), text)
    await rename(join(procRoot, `${name}.new`), join(procRoot, name))
  }
  const booted = (at: number) => write('stat', `cpu  1 0 1 8 0 0 0 0 0 0\nbtime ${at}\n`)
  await mkdir(join(procRoot, 'self'))
  await write('self/mountinfo', '22 1 8:1 / / rw - ext4 /dev/sda1 rw\n')
  await booted(1000)
  return {
    // No source tells when a machine changes: the net alone looks.
    watcher: hostWatcher({ procRoot, dataDirectories: () => ['/var/lib'], everyMs: 10 }),
    change: (step) => booted(1000 + step),
    shows: ({ bootTime }, step) => bootTime === 1000 + step,
    spoil: () => rename(join(procRoot, 'self'), join(procRoot, 'gone')),
    mend: () => rename(join(procRoot, 'gone'), join(procRoot, 'self')),
    close: () => rm(procRoot, { recursive: true }),
  }
})
