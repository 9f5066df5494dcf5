import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Container } from '../../../shared/domain/container.ts'
import type { SnapshotFile } from '../../../shared/domain/snapshot.ts'
import { aSituation } from '../../../test/support/a-situation.ts'
import {
  aContainer,
  anObservedState,
  desktopWith,
  nativeWith,
} from '../../../test/support/a-world.ts'
import { type GrafanaStandIn, grafanaStandIn } from '../../../test/support/grafana-stand-in.ts'
import type { EngineHands } from '../../adapters/docker/hands/engine-hands.ts'
import type { Repository } from '../../backup/repository/repository.ts'
import { dashboardDoors } from '../dashboard-doors.ts'
import { lookAtDashboards } from '../restore/look-at-dashboards.ts'
import { dashboardsOf } from './dashboards-of.ts'

let away: GrafanaStandIn
const model = (uid: string, title: string) => ({ uid, title, panels: [] })

beforeEach(async () => {
  away = await grafanaStandIn({
    token: 'a token of its own database',
    login: { user: 'admin', password: 'from the compose file' },
    dashboards: [
      { uid: 'gpu', updated: '2026-11-22T10:00:00Z', dashboard: model('gpu', 'GPU') },
      { uid: 'same', dashboard: model('same', 'Same') },
      { uid: 'old', updated: '2026-11-01T10:00:00Z', dashboard: model('old', 'Old') },
      { uid: 'file', provisionedBy: 'file.json', dashboard: model('file', 'From a file') },
      { uid: 'v2', isSchema2: true, dashboard: model('v2', 'Newer form') },
    ],
  })
})
afterEach(() => away.stop())

const portsGot = () => [
  {
    ...{ containerPort: 3000, hostPort: Number(new URL(away.url).port), hostIp: '127.0.0.1' },
    protocol: 'tcp' as const,
  },
]
const stray = () => aContainer({ service: 'grafana', portsGot: portsGot() })

const hands = {
  identity: async () => ({ id: 'NATV', version: '', now: 0 }),
  container: async () => stray(),
  environment: async () => new Map([['GF_SECURITY_ADMIN_PASSWORD', 'from the compose file']]),
  close() {},
} as unknown as EngineHands

const document = (uid: string, title: string, updated: string) => ({
  dashboard: { ...model(uid, title), id: 4, version: 2 },
  meta: { updated },
})
const documents: Record<string, unknown> = {
  'dashboards/same.json': document('same', 'Same', '2026-11-20T10:00:00Z'),
  'dashboards/old.json': document('old', 'Old, mended', '2026-11-20T10:00:00Z'),
}
const component = 'grafana:odin/grafana'
const repository = {
  snapshots: async () => ({
    broken: [],
    sound: [
      {
        id: 's1',
        marks: { verifiedAt: '2026-11-20T10:00:00Z' },
        manifest: {
          ...{ id: 's1', stack: 'odin', reason: 'schedule', gaps: [], engine: { id: 'DESK' } },
          ...{ startedAt: '2026-11-20T10:00:00Z', files: 2 },
          components: [
            { id: 'configuration', kind: 'configuration', files: 1 },
            { id: component, kind: 'grafana', files: 2 },
            { id: 'volume:odin_x', kind: 'volume', files: 1 },
          ],
        },
      },
    ],
  }),
  files: async () =>
    Object.keys(documents).map((path) => ({ component, path, type: 'file' as const })),
  async read(files: SnapshotFile[], each: (file: SnapshotFile, content: unknown) => Promise<void>) {
    for (const file of files) await each(file, [Buffer.from(JSON.stringify(documents[file.path]))])
  },
} as unknown as Repository

const doors = (token: string | undefined = 'home') =>
  dashboardDoors({ grafanaToken: async () => token, openHands: async () => hands })

const situation = (atHome: Container[] = []) =>
  aSituation({
    observed: anObservedState({ engines: [desktopWith(atHome), nativeWith([stray()])] }),
  })

const found = (repo: Repository | undefined, carryDashboards = false, token?: string) =>
  dashboardsOf({ ...doors(token), openRepository: async () => repo })(situation(), {
    kind: 'recover',
    ...(carryDashboards && { carryDashboards }),
  })

test('what was edited elsewhere is told from what the newest snapshot kept of home', async () => {
  const { save, carry, told } = await found(repository)
  expect(save).toMatchObject([
    {
      dashboards: [
        { uid: 'gpu', home: null },
        { uid: 'old', home: expect.any(String) },
      ],
      offered: ['GPU'],
    },
  ])
  expect(JSON.stringify(save)).not.toContain('from the compose file')
  expect(carry).toEqual([])
  expect(told).toEqual([
    '1 dashboard of grafana on default cannot be read over its API.',
    'What was edited in grafana on default is kept as files, and imported only if you choose that: “GPU”.',
  ])
})

test('without a snapshot nobody knows what was edited: all is kept, and imported where that is chosen', async () => {
  expect((await found(undefined)).told.at(-1)).toBe(
    'No snapshot says what grafana of home holds, so all dashboards on default are kept as files, and imported only if you choose that: “GPU”, “Same”, “Old”.',
  )
  const { save, carry } = await found(undefined, true)
  const titles = ['GPU', 'Same', 'Old']
  expect(save).toMatchObject([{ offered: titles }])
  expect(carry).toMatchObject([{ dashboards: titles.map((title) => ({ title, home: null })) }])
})

test('a Grafana that lets nobody in is told, and nothing is done', async () => {
  away.login = { user: 'admin', password: 'changed since' }
  const { save, told } = await found(repository)
  expect(save).toEqual([])
  expect(told).toEqual([
    'Whether dashboards were edited in grafana on default is not known: It does not take the password that its container was given, which may have been changed there since. It does not take the token of home either.',
  ])
})

test('a home that lets its token save nothing is offered nothing', async () => {
  const home = await grafanaStandIn({
    token: 'home',
    dashboards: [{ uid: 'old', dashboard: model('old', 'Old, mended') }],
  })
  home.isViewer = true
  const plain = situation([aContainer({ service: 'grafana' })])
  const monitoring = { urls: { grafana: home.url } }
  const stack = { ...plain.stack, monitoring } as typeof plain.stack
  const plan = dashboardsOf({ ...doors(), openRepository: async () => repository })
  const intent = { kind: 'recover' as const, carryDashboards: true }
  const { carry, told } = await plan({ ...plain, stack }, intent)
  await home.stop()
  expect(carry).toEqual([])
  expect(told.at(-1)).toBe(
    'What was edited in grafana on default is kept as files and cannot be imported: the token of home may not save there, and one of an editor may: “GPU”, “Same”, “Old”.',
  )
})

test('where there is no token of home, nothing is offered either', async () => {
  const plan = dashboardsOf({
    ...dashboardDoors({ grafanaToken: async () => undefined, openHands: async () => hands }),
    openRepository: async () => repository,
  })
  const { carry, told } = await plan(situation(), { kind: 'recover', carryDashboards: true })
  expect(carry).toEqual([])
  expect(told.at(-1)).toContain('cannot be imported: There is no token for Grafana.')
})

test('dashboards are read four at a time', async () => {
  let most = 0
  let running = 0
  const { openElsewhere, ...rest } = doors()
  const plan = dashboardsOf({
    ...rest,
    async openElsewhere(...place) {
      const store = await openElsewhere(...place)
      return {
        ...store,
        async of(...asked) {
          most = Math.max(most, ++running)
          return store.of(...asked).finally(() => running--)
        },
      }
    },
    openRepository: async () => repository,
  })
  await plan(situation(), { kind: 'recover' })
  expect(most).toBe(4)
})

test('a dashboard that is wanted back is looked at in the snapshot and in Grafana', async () => {
  const home = aSituation({
    observed: anObservedState({ engines: [desktopWith([aContainer({ service: 'grafana' })])] }),
  })
  const stack = { ...home.stack, monitoring: { urls: { grafana: away.url } } } as typeof home.stack
  const part = { component, project: 'odin', service: 'grafana' }
  const look = (uid: string) =>
    lookAtDashboards(
      [{ ...part, uid, path: `dashboards/${uid}.json` }],
      { ...home, stack },
      { ...doors(away.token), repository, snapshot: 's1' },
    )
  expect(await look('old')).toMatchObject([
    { title: 'Old, mended', url: away.url, now: { sha256: expect.any(String) } },
  ])
  away.isViewer = true
  expect(await look('old')).toMatchObject([
    { problem: expect.stringContaining('the token of grafana may not save it') },
  ])
  const [, , old] = away.dashboards
  if (old) old.provisionedBy = 'old.json'
  expect(await look('old')).toMatchObject([
    { problem: expect.stringContaining('it comes from the file old.json') },
  ])
  expect(await look('gone')).toMatchObject([
    { problem: expect.stringContaining('is not in snapshot') },
  ])
})
