import { describe, expect, test } from 'vitest'
import {
  aContainer,
  anObservedState,
  aStack,
  desktopWith,
  nativeWith,
  noon,
  someContainers,
} from '../../../test/support/a-world.ts'
import type { Manifest, SnapshotComponent, SnapshotFile } from '../../domain/snapshot.ts'
import { firstBackup } from '../../stack/stack-schema.ts'
import { describeStep } from '../plan.ts'
import type { RestoreMatter } from './matter.ts'
import { planRestore } from './restore.ts'
import { select } from './selection.ts'
import { durationMs } from './what-is-lost.ts'

const data: SnapshotComponent = {
  id: 'volume:odin_grafana',
  kind: 'volume',
  title: 'Grafana data of odin/grafana',
  consistency: 'stopped',
  files: 2,
  sizeBytes: 1000,
  facts: {
    ...{ volume: 'odin_grafana', driver: 'local', users: 'odin/grafana:/var/lib/grafana' },
    labels: '{"com.docker.compose.project":"odin"}',
  },
}
const tsdb: SnapshotComponent = {
  id: 'prometheus:odin/prometheus',
  kind: 'prometheus',
  title: 'Prometheus data of odin/prometheus',
  consistency: 'snapshot',
  files: 4,
  sizeBytes: 5000,
  facts: {
    ...{ service: 'odin/prometheus', volume: 'odin_prometheus', below: 'data' },
    ...{ maxTime: '2026-11-23T10:15:00.000Z', minTime: '2026-11-01T00:00:00.000Z' },
    retention: '15d',
  },
}
const configuration: SnapshotComponent = {
  ...{ id: 'configuration', kind: 'configuration', title: 'Configuration' },
  ...{ consistency: 'live', files: 2, sizeBytes: 20, facts: {} },
}

const aFile = (path: string, different: Partial<SnapshotFile> = {}): SnapshotFile => ({
  ...{ component: 'configuration', path, type: 'file', mode: 0o640, uid: 0, gid: 0 },
  ...{ mtimeSeconds: 0, sizeBytes: 10, sha256: `sha of ${path}`, pack: 'p', member: path },
  ...different,
})
const yml = aFile('srv/odin/prometheus.yml')
const env = aFile('srv/odin/.env', { mode: 0o600 })
const own = aFile('home/ada/.config/odin-sentinel/stack.yaml')
const files = [aFile('srv/odin', { type: 'directory', mode: 0o755 }), yml, env, own]

const manifest: Manifest = {
  ...{ format: 1, id: '2026-11-23T10-15-00Z_01KD7XYZABCD1', stack: 'odin', reason: 'manual' },
  ...{ startedAt: '2026-11-23T10:15:00.000Z', finishedAt: '2026-11-23T10:15:10.000Z' },
  ...{ writtenBy: '1', machine: 'odin', images: {}, gaps: [], files: 6, sizeBytes: 6000 },
  ...{ addedBytes: 6000, listBytes: { files: 900, sums: 400 }, encrypted: false },
  ...{ components: [configuration, data, tsdb] },
  engine: {
    ...{ id: 'DESK', kind: 'docker-desktop', version: '28', context: 'desktop-linux' },
    endpoint: 'unix:///d.sock',
  },
}

const stack = aStack()
const mounted = (service: string, source: string, type: 'volume' | 'bind' = 'volume') =>
  aContainer({ service, mounts: [{ type, source, destination: '/x', readOnly: false }] })
const containers = [
  ...someContainers().filter(({ service }) => !['grafana', 'prometheus'].includes(service)),
  mounted('grafana', 'odin_grafana'),
  {
    ...mounted('prometheus', 'odin_prometheus'),
    mounts: [
      { type: 'volume' as const, source: 'odin_prometheus', destination: '/d', readOnly: false },
      ...[{ type: 'bind' as const, source: '/srv/odin/prometheus.yml' }].map((one) => ({
        ...{ ...one, destination: '/etc/prometheus.yml', readOnly: true },
      })),
    ],
  },
]
const observed = anObservedState({ engines: [desktopWith(containers), nativeWith([])] })
const volume = { driver: 'local', options: {}, labels: {}, activeUsers: [] }
const some = { create: 1, replace: 1, remove: 0, unchanged: 3 }

function matterOf(only?: readonly string[], different: Partial<RestoreMatter> = {}): RestoreMatter {
  const ownFiles = ['/home/ada/.config/odin-sentinel/stack.yaml']
  const from = different.manifest ?? manifest
  return {
    intent: { kind: 'restore', snapshot: 'latest' },
    ...{ stack, observed, now: noon, repository: '/backups/odin', snapshot: manifest.id, manifest },
    selection: select({ manifest: from, files, stack, ownFiles, ...(only && { only }) }),
    present: {
      hashes: new Map([
        ['/srv/odin/prometheus.yml', 'another'],
        ['/srv/odin/.env', null],
        ['/home/ada/.config/odin-sentinel/stack.yaml', 'another'],
      ]),
      volumes: new Map([
        ['odin_grafana', volume],
        ['odin_prometheus', volume],
      ]),
      counts: new Map([[data.id, { counts: some, bytes: 700, wanted: 900 }]]),
    },
    ...different,
  }
}

function planned(only?: readonly string[], different?: Partial<RestoreMatter>) {
  const plan = planRestore(matterOf(only, different))
  if (!plan.ok) throw new Error(plan.error.sentence)
  return plan.value
}
const kinds = (only?: readonly string[], different?: Partial<RestoreMatter>) =>
  planned(only, different).steps.map(({ kind }) => kind)

function refused(only?: readonly string[], different?: Partial<RestoreMatter>) {
  const plan = planRestore(matterOf(only, different))
  if (plan.ok) throw new Error('it was planned')
  return plan.error
}

describe('what is planned', () => {
  test('everything: checked, stopped, kept, put back, started, looked at', () => {
    const plan = planned()
    expect(plan.steps.map(({ kind }) => kind)).toEqual([
      ...['CheckSnapshot', 'StopServices', 'TakeSnapshot', 'RestoreVolume', 'RestoreVolume'],
      ...['PutBackFiles', 'StartServices', 'VerifyRestored'],
    ])
    expect(plan.whenStopped).toBe('ask')
    expect(plan.confirmWith).toBeUndefined()
    const [check, stop, take] = plan.steps
    expect(check).toMatchObject({ components: [data.id, tsdb.id], keepBytes: 5700 })
    // The blocks of Prometheus were not counted, and replace what is there.
    expect(check).toMatchObject({ engine: { engineId: 'DESK', growsBytes: 200 } })
    expect(stop).toMatchObject({
      services: [
        { project: 'odin', service: 'prometheus' },
        { project: 'odin', service: 'grafana' },
      ],
    })
    expect(take).toMatchObject({ places: ['odin_grafana', 'odin_prometheus'] })
  })

  test('in words: how many files come, change, go and stay', () => {
    const step = planned(['grafana']).steps.find(({ kind }) => kind === 'RestoreVolume')
    expect(step && describeStep(step)).toBe(
      'put Grafana data of odin/grafana back as in snapshot xyzabcd1 (volume odin_grafana: 1 created, 1 replaced, 0 deleted, 3 unchanged)',
    )
    expect(planned(['config']).warnings).toContain(
      'Files of the configuration: 1 created, 1 replaced, 0 deleted, 0 unchanged.',
    )
  })

  test('a file that is mounted by itself: its users are restarted, and looked at afterwards', () => {
    const plan = planned(['/srv/odin/prometheus.yml'])
    expect(plan.steps.map(({ kind }) => kind)).toEqual([
      ...['CheckSnapshot', 'TakeSnapshot', 'PutBackFiles', 'VerifyRestored'],
    ])
    const prometheus = { project: 'odin', service: 'prometheus' }
    expect(plan.steps[2]).toMatchObject({ restarts: [prometheus] })
    expect(plan.steps[3]).toMatchObject({
      services: [prometheus],
      files: [{ file: '/srv/odin/prometheus.yml', usedBy: [prometheus] }],
    })
  })

  test('a file that is missing comes with its mode, in directories as they were', () => {
    const step = planned(['/srv/odin/.env']).steps.find(({ kind }) => kind === 'PutBackFiles')
    expect(step).toMatchObject({
      files: [{ file: '/srv/odin/.env', replaces: null, mode: 0o600 }],
      directories: [{ path: '/srv/odin', mode: 0o755 }],
    })
  })

  test('nothing of Sentinel itself unless it is named', () => {
    const put = planned(['config']).steps.find((step) => step.kind === 'PutBackFiles')
    expect(put?.files.map(({ file }) => file)).not.toContain(`/${own.path}`)
    expect(kinds([`/${own.path}`])).toContain('PutBackFiles')
  })

  test('what is as in the snapshot is left alone, and with all of it so there is no plan', () => {
    const same = { create: 0, replace: 0, remove: 0, unchanged: 5 }
    const { present } = matterOf()
    const counts = new Map([[data.id, { counts: same, bytes: 700, wanted: 900 }]])
    expect(planned(['grafana'], { present: { ...present, counts } }).steps).toEqual([])
    expect(kinds(['volumes'], { present: { ...present, counts } })).toContain('RestoreVolume')
  })

  test('a volume that is missing is made as it was, and the snapshot of the present lacks it', () => {
    const { present } = matterOf()
    const plan = planned(['grafana'], { present: { ...present, volumes: new Map() } })
    expect(plan.steps.find(({ kind }) => kind === 'TakeSnapshot')).toMatchObject({ places: [] })
    expect(plan.steps.find(({ kind }) => kind === 'RestoreVolume')).toMatchObject({
      make: { driver: 'local', options: {}, labels: { 'com.docker.compose.project': 'odin' } },
    })
  })

  test('the data of Prometheus is all of its blocks, and its lock is nobody’s business', () => {
    expect(
      planned(['prometheus']).steps.find(({ kind }) => kind === 'RestoreVolume'),
    ).toMatchObject({
      place: { type: 'volume', source: 'odin_prometheus', below: 'data' },
      leave: ['lock', 'queries.active', 'snapshots'],
      counts: null,
    })
  })

  test('who lives in the network of a service that stops is stopped with it', () => {
    const grafana = mounted('grafana', 'odin_grafana')
    const others = containers.filter(({ service }) => service !== 'grafana')
    const beside = aContainer({ service: 'renderer', networkMode: `container:${grafana.id}` })
    const engines = [desktopWith([...others, grafana, beside]), nativeWith([])]
    const plan = planned(['grafana'], { observed: anObservedState({ engines }) })
    expect(plan.steps.find(({ kind }) => kind === 'StopServices')).toMatchObject({
      services: [
        { project: 'odin', service: 'grafana' },
        { project: 'odin', service: 'renderer' },
      ],
    })
  })

  test('what a restore had made goes when it is undone', () => {
    const made = [{ file: '/srv/odin/new.yml', sha256: 'x' }]
    expect(kinds(['/srv/odin/.env'], { made })).toContain('RemoveFiles')
  })
})

describe('what is said before', () => {
  test('which samples are lost, and which blocks will not stay', () => {
    const said = planned(['prometheus']).warnings.join(' ')
    expect(said).toMatch(
      /Samples of odin\/prometheus after today \d\d:15 are lost; they are kept in the snapshot that is taken first\./,
    )
    expect(said).toContain('odin/prometheus keeps 15d: blocks older than that are deleted')
  })

  test('that another image runs now, and that secrets need their key', () => {
    const images = { 'odin/grafana': { image: 'grafana/grafana', id: 'old', digests: [] } }
    const said = planned(['grafana'], { manifest: { ...manifest, images } }).warnings.join(' ')
    expect(said).toContain('odin/grafana ran grafana/grafana when the snapshot was taken')
    expect(said).toContain('secret_key')
    expect(planned().warnings.join(' ')).not.toContain('secret_key')
  })

  test('that nobody can see how much room there is, and that what was there is not encrypted', () => {
    const { present } = matterOf()
    const hidden = { present: { ...present, isRoomKnown: false } }
    expect(planned(undefined, hidden).warnings).toContain(
      'How much room the disk of desktop-linux has cannot be seen from here.',
    )
    const sealed = { ...stack, backup: { ...firstBackup, recipients: ['age1x'] } }
    const plain = /kept for seven days unencrypted/
    expect(planned(undefined, { stack: sealed }).warnings.join(' ')).toMatch(plain)
    expect(planned().warnings.join(' ')).not.toMatch(plain)
  })

  test('that the snapshot has gaps', () => {
    const gaps = [{ component: 'machine', sentence: 'The units are missing.' }]
    expect(planned(undefined, { manifest: { ...manifest, gaps } }).warnings).toContain(
      'It has a gap: The units are missing.',
    )
  })
})

describe('what is refused', () => {
  test('what is not in the snapshot', () => {
    expect(refused(['volume:other'])).toMatchObject({
      code: 'NOTHING_TO_RESTORE',
      nextStep: expect.stringContaining(data.id),
    })
  })

  test('data of another engine, until somebody says so and types the name', () => {
    const engine = { ...manifest.engine, id: 'OTHER' } as NonNullable<Manifest['engine']>
    const other = { manifest: { ...manifest, engine } }
    const refusal = refused(['grafana'], other)
    expect(refusal.code).toBe('ENGINE_DIFFERS')
    const intent = refusal.offer?.intent
    expect(intent).toMatchObject({ kind: 'restore', fromOtherEngine: true })
    if (intent?.kind !== 'restore') return
    expect(planned(['grafana'], { ...other, intent }).confirmWith).toBe('odin')
    // Files are those of this machine, whatever engine it has.
    expect(kinds(['config'], other)).toContain('PutBackFiles')
  })

  test('data that is newer than what would read it', () => {
    const newer = { image: 'grafana/grafana:12.1.0', id: 'x', digests: [] }
    const images = { 'odin/grafana': newer }
    const older = { ...mounted('grafana', 'odin_grafana'), image: 'grafana/grafana:11.6.2' }
    const others = containers.filter(({ service }) => service !== 'grafana')
    const engines = [desktopWith([...others, older]), nativeWith([])]
    const different = {
      manifest: { ...manifest, images },
      observed: anObservedState({ engines }),
    }
    expect(refused(['grafana'], different)).toMatchObject({
      code: 'DATA_TOO_NEW',
      nextStep: 'Bring odin/grafana up with 12.1.0 or newer first.',
    })
  })

  test('a volume of another driver, or that somebody else is writing to', () => {
    const { present } = matterOf()
    const having = (one: object) => ({
      present: { ...present, volumes: new Map([['odin_grafana', { ...volume, ...one }]]) },
    })
    expect(refused(['grafana'], having({ driver: 'nfs' })).code).toBe('VOLUME_DIFFERS')
    const activeUsers = [{ project: 'other', service: 'web', name: 'other-web-1' }]
    expect(refused(['grafana'], having({ activeUsers }))).toMatchObject({
      code: 'DATA_IN_USE',
      nextStep: 'Stop other-web-1, then try again.',
    })
  })

  test('data of a directory that the stack does not mount', () => {
    const bound = (facts: Record<string, string>): Partial<RestoreMatter> => {
      const component = { ...data, id: 'bound', facts }
      return { manifest: { ...manifest, components: [component] } }
    }
    const inside = { hostPath: '/srv/odin/prometheus.yml' }
    expect(kinds(undefined, bound(inside))).toContain('RestoreVolume')
    for (const facts of [
      { hostPath: '/etc' },
      { hostPath: '/srv/odin' },
      { bind: '/srv/odin/prometheus.yml', below: '../../../etc' },
      { hostPath: '/srv/odin/prometheus.yml/../../../etc' },
    ]) {
      expect(refused(undefined, bound(facts)).code).toBe('NOT_OF_THE_STACK')
    }
  })

  test('data while home does not answer; files are put back all the same', () => {
    const engines = [nativeWith([])]
    const down = { observed: anObservedState({ engines }) }
    expect(refused(['grafana'], down).code).toBe('HOME_ENGINE_DOWN')
    expect(planned(['config'], down).warnings.join(' ')).toContain('nobody is restarted')
  })
})

test.each([
  ['15d', 1_296_000_000],
  ['1h30m', 5_400_000],
  ['15d or 5GiB', 1_296_000_000],
  ['5GiB', undefined],
  ['', undefined],
])('%s lasts %s ms', (text, milliseconds) => {
  expect(durationMs(text)).toBe(milliseconds)
})
