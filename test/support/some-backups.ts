import type {
  BackupEnd,
  BackupRun,
  BackupView,
  Browsed,
  SnapshotChange,
  SnapshotView,
} from '../../shared/ipc/backup-view.ts'

// The backups of a stack over ten weeks, as the window is told of them.

const gib = 2 ** 30
const mib = 2 ** 20

const engineId = '7f0c2a9e-5b1d-4c8e-9a34-2d6b8f1e0c57'

function idOf(at: Date): string {
  const tail = (at.getTime() / 1000).toString(32).toUpperCase().padStart(10, '0')
  return `${at.toISOString().slice(0, 19).replaceAll(':', '-')}Z_01JD${tail}`
}

const wholeStack = (age: number): SnapshotView['components'] => [
  {
    id: 'configuration',
    kind: 'configuration',
    title: 'Compose files and configuration of odin',
    consistency: 'live',
    files: 84,
    sizeBytes: 412_331,
  },
  {
    id: 'machine',
    kind: 'machine',
    title: 'Contexts, units, ports and images of this machine',
    consistency: 'live',
    files: 31,
    sizeBytes: 96_118,
  },
  {
    id: 'prometheus:odin/prometheus',
    kind: 'prometheus',
    title: 'Prometheus data of odin/prometheus',
    consistency: 'snapshot',
    files: 412 - age,
    sizeBytes: Math.round(1.62 * gib - age * 9.4 * mib),
  },
  {
    id: 'grafana:odin/grafana',
    kind: 'grafana',
    title: 'Dashboards, datasources and alert rules of odin/grafana',
    consistency: 'exported',
    files: 61,
    sizeBytes: 1_804_212,
  },
  {
    id: 'volume:odin_grafana-data',
    kind: 'volume',
    title: 'Volume odin_grafana-data',
    consistency: 'stopped',
    files: 238,
    sizeBytes: Math.round(48.5 * mib - age * 0.1 * mib),
  },
]

function aSnapshot(at: Date, age: number, different: Partial<SnapshotView> = {}): SnapshotView {
  const components = different.components ?? wholeStack(age)
  const sum = (of: 'files' | 'sizeBytes') => components.reduce((all, one) => all + one[of], 0)
  return {
    id: idOf(at),
    at: at.toISOString(),
    reason: 'scheduled',
    milliseconds: 38_000 + ((age * 7_919) % 9_000),
    files: sum('files'),
    sizeBytes: sum('sizeBytes'),
    addedBytes: Math.round((11 + ((age * 37) % 9)) * mib),
    storedBytes: Math.round(sum('sizeBytes') * 0.61),
    encrypted: false,
    engineId,
    pinned: null,
    verifiedAt: new Date(at.getTime() + 52_000).toISOString(),
    provenAt: null,
    damaged: null,
    components,
    gaps: [],
    ...different,
  }
}

/** The day before at that time by this machine's clock; daylight saving does not move it. */
function daysBefore(now: number, days: number, hour: number, minute: number): Date {
  const date = new Date(now)
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() - days, hour, minute)
}

/**
 * About forty: nightly for five weeks with a night missed, weekly before that, some taken before
 * plans and some asked for; two pinned, one damaged, one partial, one proven.
 */
export function someSnapshots(now: number): SnapshotView[] {
  const nightly = Array.from({ length: 31 }, (_, age) => age)
    .filter((age) => age !== 9)
    .map((age) => {
      const at = daysBefore(now, age, 2, 15)
      if (age === 3) return aSnapshot(at, age, { provenAt: daysBefore(now, 3, 4, 0).toISOString() })
      if (age === 6) {
        return aSnapshot(at, age, {
          components: wholeStack(age).filter(({ kind }) => kind !== 'grafana'),
          gaps: ['Grafana did not answer: its dashboards were not exported, its volume was read.'],
        })
      }
      if (age === 13) {
        return aSnapshot(at, age, {
          damaged: [
            'prometheus:odin/prometheus/01JCQZ6V5X3T9E/chunks/000001',
            'prometheus:odin/prometheus/01JCQZ6V5X3T9E/index',
            'volume:odin_grafana-data/grafana.db',
          ],
        })
      }
      return aSnapshot(at, age)
    })
  const weekly = [35, 42, 49, 56, 63].map((age) => aSnapshot(daysBefore(now, age, 2, 15), age))
  const configuration = wholeStack(0).slice(0, 2)
  const others = [
    aSnapshot(daysBefore(now, 1, 17, 42), 1, {
      reason: 'before-plan',
      note: 'before switching back to desktop-linux',
      components: configuration,
      addedBytes: 18_412,
      milliseconds: 740,
    }),
    aSnapshot(daysBefore(now, 11, 9, 30), 11, {
      reason: 'manual',
      pinned: 'before the upgrade to Grafana 12',
    }),
    aSnapshot(daysBefore(now, 16, 21, 5), 16, {
      reason: 'before-plan',
      note: 'before starting what was left behind',
      components: configuration,
      addedBytes: 21_004,
      milliseconds: 810,
    }),
    aSnapshot(daysBefore(now, 42, 15, 12), 42, {
      reason: 'manual',
      pinned: 'the dashboards of the audit',
    }),
    aSnapshot(daysBefore(now, 63, 11, 40), 63, { reason: 'manual' }),
  ]
  return [...nightly, ...weekly, ...others]
    .filter(({ at }) => Date.parse(at) <= now)
    .toSorted((a, b) => b.at.localeCompare(a.at))
}

export function someBackups(now: number, different: Partial<BackupView> = {}): BackupView {
  const snapshots = different.snapshots ?? someSnapshots(now)
  const good = snapshots.find(({ damaged, gaps }) => damaged === null && gaps.length === 0)
  const lastEnd: BackupEnd | null = good
    ? {
        kind: 'backup',
        at: good.verifiedAt ?? good.at,
        outcome: 'done',
        sentence: '826 files, 11.0 MiB added.',
        problems: [],
        milliseconds: 41_300,
        snapshot: good.id,
      }
    : null
  const tonight = daysBefore(now, 0, 2, 15).getTime()
  const next = tonight > now ? new Date(tonight) : daysBefore(now, -1, 2, 15)
  return {
    stack: 'odin_lab',
    repository: '/home/ada/.local/share/odin-sentinel/backups/odin_lab',
    problem: null,
    encrypted: false,
    plan: {
      schedule: ['15 2 * * *'],
      keep: { last: 5, hourly: 0, daily: 31, weekly: 8, monthly: 6 },
      onBattery: false,
      drill: '0 4 * * 0',
    },
    nextRun: next.toISOString(),
    overdueSince: null,
    lastGood: good?.at ?? null,
    lastProven: { at: daysBefore(now, 3, 4, 0).toISOString(), recoverMilliseconds: 41_000 },
    lastEnd,
    space: { freeBytes: Math.round(212.4 * gib), ownBytes: Math.round(2.31 * gib) },
    snapshots,
    broken: [],
    ...different,
  }
}

/** The same without the damaged night. */
export const soundBackups = (now: number, different: Partial<BackupView> = {}): BackupView =>
  someBackups(now, {
    snapshots: someSnapshots(now).filter(({ damaged }) => damaged === null),
    ...different,
  })

export const noBackupYet = (now: number): BackupView =>
  someBackups(now, {
    snapshots: [],
    lastProven: null,
    lastEnd: null,
    nextRun: null,
    plan: {
      schedule: [],
      keep: { last: 3, hourly: 24, daily: 7, weekly: 4, monthly: 6 },
      onBattery: false,
      drill: null,
    },
    space: { freeBytes: Math.round(212.4 * gib), ownBytes: 0 },
  })

export const aRun = (now: number, different: Partial<BackupRun> = {}): BackupRun => ({
  stack: 'odin_lab',
  kind: 'backup',
  phase: 'reading',
  what: 'Prometheus data of odin/prometheus',
  files: 318,
  bytes: Math.round(0.71 * gib),
  totalBytes: Math.round(1.68 * gib),
  startedAt: new Date(now - 17_000).toISOString(),
  ...different,
})

const changedAt = (now: number, days: number) => daysBefore(now, days, 18, 20).toISOString()

/** What is in a directory of any of the snapshots. */
export function someEntries(now: number, path: string): Browsed[] {
  const directory = (name: string, files: number, sizeBytes: number): Browsed => ({
    name,
    path: path === '' ? name : `${path}/${name}`,
    type: path === '' ? 'component' : 'directory',
    files,
    sizeBytes,
    mtime: path === '' ? null : changedAt(now, 8),
  })
  const file = (name: string, sizeBytes: number): Browsed => ({
    name,
    path: `${path}/${name}`,
    type: 'file',
    sizeBytes,
    mtime: changedAt(now, 4),
  })
  if (path === '') {
    return wholeStack(0).map(({ id, files, sizeBytes }) => directory(id, files, sizeBytes))
  }
  if (path === 'configuration') return [directory('home', 84, 412_331)]
  if (path === 'configuration/home') return [directory('ada', 84, 412_331)]
  if (path === 'configuration/home/ada') return [directory('odin', 84, 412_331)]
  if (path === 'configuration/home/ada/odin') {
    return [
      file('compose.yaml', 11_204),
      directory('prometheus', 9, 48_112),
      file('.env', 412),
      directory('grafana', 71, 351_889),
      { ...file('current.yaml', 12), type: 'symlink', linkTo: 'compose.yaml' },
      file('compose.override.yaml', 702),
    ]
  }
  return [file('config.yml', 4_812), file('rules-2.yml', 1_204), file('rules-10.yml', 2_118)]
}

export const someChanges: readonly SnapshotChange[] = [
  {
    component: 'configuration',
    path: 'home/ada/odin/compose.yaml',
    change: 'changed',
    sizeBefore: 11_204,
    sizeAfter: 11_231,
    diff: `--- home/ada/odin/compose.yaml
+++ home/ada/odin/compose.yaml
@@ -12,7 +12,8 @@
   grafana:
-    image: grafana/grafana:11.4.0
+    image: grafana/grafana:12.0.1
     environment:
       GF_SECURITY_ADMIN_PASSWORD: ••••••
+      GF_FEATURE_TOGGLES_ENABLE: newDashboards
     volumes:
       - grafana-data:/var/lib/grafana
`,
  },
  {
    component: 'configuration',
    path: 'home/ada/odin/prometheus/rules-10.yml',
    change: 'added',
    sizeBefore: null,
    sizeAfter: 2_118,
    diff: '@@ -0,0 +1,3 @@\n+groups:\n+  - name: gpu\n+    rules: []\n',
  },
  {
    component: 'configuration',
    path: 'home/ada/odin/prometheus/old-rules.yml',
    change: 'removed',
    sizeBefore: 804,
    sizeAfter: null,
    diff: '@@ -1,2 +0,0 @@\n-groups:\n-  - name: old\n',
  },
  {
    component: 'machine',
    path: 'units/node-exporter.service',
    change: 'mode',
    sizeBefore: 412,
    sizeAfter: 412,
    diff: null,
  },
  {
    component: 'volume:odin_grafana-data',
    path: 'grafana.db',
    change: 'changed',
    sizeBefore: 2_031_616,
    sizeAfter: 2_097_152,
    diff: null,
  },
]

/** As main writes them, by the plan in force. */
export function pruneLines(snapshots: readonly SnapshotView[]): string[] {
  const whole = snapshots.filter(({ reason }) => reason === 'scheduled')
  const old = whole.slice(-2)
  const kept = snapshots.filter((one) => !old.includes(one))
  return [
    ...old.map(
      ({ id }) => `Remove ${id}: the rule keeps newer ones of its hour, day, week and month.`,
    ),
    ...kept.map(({ id, pinned }) =>
      pinned === null ? `Keep ${id}: one of the last 5.` : `Keep ${id}: pinned: ${pinned}.`,
    ),
  ]
}
