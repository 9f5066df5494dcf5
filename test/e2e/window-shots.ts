import { mkdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import type { BackupRun, BackupView } from '../../shared/ipc/backup-view.ts'
import type { Mirror, PlanProposal } from '../../shared/ipc/contract.ts'
import type { MonitoringView } from '../../shared/ipc/monitoring-view.ts'
import {
  aRun,
  noBackupYet,
  pruneLines,
  someBackups,
  someChanges,
  someEntries,
  soundBackups,
} from '../support/some-backups.ts'

// Pictures of the built window, fed with mirrors from test/fixtures/mirrors by a bridge that
// is put in from outside. `node test/e2e/window-shots.ts [name…]`, after the renderer is built.

const root = fileURLToPath(new URL('../../', import.meta.url))
const output = join(root, 'test/e2e/screenshots')

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'"

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
}

async function serve(): Promise<{ address: string; close: () => void }> {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    if (path === '/favicon.ico') return void response.writeHead(204).end()
    const file = join(root, 'dist/renderer', path === '/' ? 'index.html' : path)
    try {
      const content = await readFile(file)
      const type = types[extname(file)] ?? 'application/octet-stream'
      response.writeHead(200, { 'content-type': type, 'content-security-policy': policy })
      response.end(content)
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { address: `http://127.0.0.1:${port}/`, close: () => server.close() }
}

type World = {
  mirror: Mirror | null
  proposal: PlanProposal
  runbook: string
  monitoring: MonitoringView | null
  report: string
  noticed: string
  backups: BackupView | null
  answers: Record<string, unknown>
}

/** Runs in the page, before anything of ours does. */
function installBridge(world: World): void {
  const replies: Record<string, unknown> = {
    'mirror:get': world.mirror,
    'plan:propose': world.proposal,
    'runbook:read': { markdown: world.runbook },
    'monitoring:get': { view: world.monitoring },
    'notification:test': { sentence: world.noticed, problem: null },
    'timeline:get': { entries: world.mirror?.timeline ?? [] },
    'report:get': { markdown: world.report },
    'backups:get': { view: world.backups },
    ...world.answers,
    'report:save': { path: '/home/ada/Downloads/odin-sentinel-report.md', problem: null },
  }
  const bridge = {
    ask: (channel: string) => {
      if (channel === 'mirror:get' && world.mirror === null) return new Promise(() => {})
      return Promise.resolve(replies[channel] ?? { problem: null })
    },
    onMirror: () => () => {},
  }
  Object.defineProperty(window, 'sentinel', { value: bridge })
}

const plan: PlanProposal = {
  kind: 'plan',
  hash: '9c1f0e5ab7d24c6883f1b0a97e5d3c42'.repeat(2),
  title: 'Switch back to desktop-linux',
  steps: [
    {
      kind: 'KeepCopy',
      what: 'keep a copy of /home/ada/.docker/config.json',
      cause: 'it is about to be changed',
    },
    {
      kind: 'SelectContext',
      what: 'set the Docker context from default to desktop-linux',
      cause: 'desktop-linux is the home of stack odin',
    },
    {
      kind: 'VerifyEngine',
      what: 'ask unix:///home/ada/.docker/desktop/docker.sock whether it is engine 7f0c2a9e-5b1d-4c8e-9a34-2d6b8f1e0c57',
      cause: 'a context is a name, and it may point elsewhere now',
    },
  ],
  warnings: ['Terminals that set DOCKER_CONTEXT themselves keep their own context.'],
}

const refusal: PlanProposal = {
  kind: 'refusal',
  code: 'HOME_ENGINE_DOWN',
  sentence: 'The engine behind desktop-linux does not answer, expected an answer.',
  nextStep: 'Docker Desktop is stopped; start it first.',
  offer: {
    intent: { kind: 'switch-back', startDesktop: true },
    label: 'Start Docker Desktop and switch back',
  },
}

const runbook = `# Context switched

The Docker CLI talks to another engine than the one the stack belongs to.

## What it means

- Containers of the stack **keep running** on the home engine.
- \`docker ps\` and \`docker compose\` do not show them.

## Find out who did it

1. Look at the time of the change in the evidence.
2. Compare it with the shell history:

\`\`\`
grep -n 'docker context use' ~/.bash_history
\`\`\`
`

type Shot = {
  name: string
  fixture: string | null
  proposal?: PlanProposal
  backups?: BackupView
  run?: BackupRun
  /** From test/fixtures/monitoring. */
  monitoring?: string
  reach?: (page: Page) => Promise<void>
}

const press = (name: string) => async (page: Page) => {
  await page.getByRole('button', { name, exact: true }).first().click()
}

const tab = (name: string, more?: string) => async (page: Page) => {
  await page
    .getByRole('navigation')
    .getByRole('button', { name: new RegExp(`^${name}`) })
    .click()
  if (more !== undefined) await page.getByRole('button', { name: more }).click()
  await page.waitForFunction(() => !document.body.textContent.includes('The answer is on its way'))
}

const report = `# Incident report

From 2026-11-19 10:14:32 to 2026-11-20 10:14:32 (UTC).

## Summary

| incident | stack | began | ended | severity |
|---|---|---|---|---|
| Exporter gpu-exporter does not answer, expected metrics. | odin | 2026-11-20 09:41:10 | not over | critical |

## Root cause

**A unit does a container's work**: \`nvidia_gpu_exporter.service\` holds port 9835.

- Target \`gpu\` of Prometheus is down.
- 2 of 14 dashboards lost their data.
`

const noticed =
  'Shown by GNOME Shell, with buttons. From 22:00 to 07:00 nobody is disturbed but for what is critical.'

/** The moment at which every picture is taken. */
const now = Date.parse('2026-11-20T10:14:32Z')
const stack = { stack: 'odin' }
const answers = {
  'snapshot:browse': { entries: someEntries(now, 'configuration/home/ada/odin'), problem: null },
  'snapshot:diff': { changes: someChanges, problem: null },
  'backup:preview-prune': { lines: pruneLines(someBackups(now).snapshots) },
}

/** One after the other, by the name of what is pressed. */
const backups =
  (...names: readonly (string | RegExp)[]) =>
  async (page: Page) => {
    await tab('Backups')(page)
    for (const name of names) await page.getByRole('button', { name }).first().click()
  }

const backupShots: readonly Shot[] = [
  { name: 'backups', backups: soundBackups(now, stack) },
  { name: 'backups-damaged', backups: someBackups(now, stack) },
  { name: 'backups-running', backups: soundBackups(now, stack), run: aRun(now, stack) },
  { name: 'backups-none', backups: noBackupYet(now) },
  {
    name: 'backups-failed',
    backups: soundBackups(now, {
      lastEnd: {
        kind: 'backup',
        at: new Date(now - 7 * 3_600_000).toISOString(),
        outcome: 'failed',
        sentence: 'The disk of the repository is full, expected 1.7 GiB to be free.',
        problems: ['/home/ada/.local/share has 212 MiB left.'],
        milliseconds: 12_400,
      },
      broken: [{ id: '2026-11-02T02-15-00Z_01JDBROKEN', sentence: 'Its manifest cannot be read.' }],
    }),
  },
  { name: 'backups-day', backups: someBackups(now, stack), reach: backups(/^Saturday 7 Nov/) },
  { name: 'snapshot', backups: someBackups(now, stack), reach: backups(/Sat 7 Nov/) },
  { name: 'snapshot-pin', backups: someBackups(now, stack), reach: backups(/today/, 'Pin…') },
  { name: 'snapshot-files', backups: someBackups(now, stack), reach: backups(/today/, 'Files') },
  {
    name: 'snapshot-diff',
    backups: someBackups(now, stack),
    reach: backups(/today/, 'Differences'),
  },
  { name: 'schedule', backups: someBackups(now, stack), reach: backups('Change…') },
].map((shot) => ({
  fixture: 'all-well',
  reach: tab('Backups'),
  ...shot,
  backups: { ...shot.backups, ...stack },
}))

const shots: readonly Shot[] = [
  ...backupShots,
  ...['Monitoring', 'GPUs', 'Ports', 'Changes'].flatMap((name) =>
    (['crowded', 'well', 'unknown'] as const).map((monitoring) => ({
      name: `${name.toLowerCase()}-${monitoring}`,
      fixture: monitoring === 'well' ? 'monitoring-works' : 'monitoring-broken',
      monitoring,
      reach: tab(name),
    })),
  ),
  {
    name: 'gpus-mig',
    fixture: 'monitoring-broken',
    monitoring: 'crowded',
    reach: async (page) => {
      await tab('GPUs')(page)
      await page.getByText('MIG 1 · 1g.18gb').scrollIntoViewIfNeeded()
    },
  },
  {
    name: 'ports-machine',
    fixture: 'monitoring-broken',
    monitoring: 'crowded',
    reach: async (page) => {
      await tab('Ports')(page)
      await page.getByRole('heading', { name: 'Files watched' }).scrollIntoViewIfNeeded()
    },
  },
  { name: 'monitoring-nobody', fixture: 'all-well', reach: tab('Monitoring') },
  {
    name: 'changes-accept',
    fixture: 'monitoring-broken',
    monitoring: 'crowded',
    reach: tab('Changes', 'Accept what is there…'),
  },
  { name: 'reports', fixture: 'monitoring-broken', reach: tab('Reports', 'Save as Markdown') },
  { name: 'switched', fixture: 'switched' },
  { name: 'desktop-stopped', fixture: 'desktop-stopped' },
  { name: 'split-brain', fixture: 'split-brain' },
  { name: 'all-well', fixture: 'all-well' },
  { name: 'noticed', fixture: 'all-well', reach: press('Send a test notification') },
  { name: 'unknown', fixture: 'unknown' },
  { name: 'no-stack', fixture: 'no-stack' },
  { name: 'two-stacks', fixture: 'two-stacks', reach: press('Leave it running Esc') },
  { name: 'loading', fixture: null },
  { name: 'operation', fixture: 'two-stacks' },
  { name: 'plan', fixture: 'switched', reach: press('Switch back') },
  { name: 'refusal', fixture: 'switched', proposal: refusal, reach: press('Switch back') },
  { name: 'runbook', fixture: 'switched', reach: press('Runbook') },
  { name: 'timeline', fixture: 'desktop-stopped', reach: press('Timeline') },
  { name: 'snooze', fixture: 'switched', reach: press('Snooze') },
]

const sizes = [
  { name: 'large', width: 1100, height: 760 },
  { name: 'small', width: 720, height: 520 },
] as const

async function worldOf(shot: Shot): Promise<World> {
  const file = join(root, 'test/fixtures/mirrors', `${shot.fixture}.json`)
  const seenMirror =
    shot.fixture === null ? null : (JSON.parse(await readFile(file, 'utf8')) as Mirror)
  const mirror =
    seenMirror !== null && shot.backups !== undefined
      ? { ...seenMirror, backups: { run: shot.run ?? null, lastGood: {}, revision: 1 } }
      : seenMirror
  const seen = join(root, 'test/fixtures/monitoring', `${shot.monitoring}.json`)
  const monitoring =
    shot.monitoring === undefined
      ? null
      : (JSON.parse(await readFile(seen, 'utf8')) as MonitoringView)
  return {
    mirror,
    proposal: shot.proposal ?? plan,
    runbook,
    monitoring,
    report,
    noticed,
    backups: shot.backups ?? null,
    answers,
  }
}

async function shoot(context: BrowserContext, address: string, shot: Shot, file: string) {
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.clock.setFixedTime(new Date(now))
  await page.addInitScript(installBridge, await worldOf(shot))
  await page.goto(address)
  await page.getByRole('heading').first().waitFor()
  await shot.reach?.(page)
  await page.evaluate(() => document.fonts.ready)
  const wider = await page.evaluate(
    () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
  )
  if (wider) complaints.push('the page is wider than the window')
  await page.screenshot({ path: file })
  await page.close()
  return complaints
}

await mkdir(output, { recursive: true })
const wanted = process.argv.slice(2)
const chosen = shots.filter((shot) => wanted.length === 0 || wanted.includes(shot.name))
const { address, close } = await serve()
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-quic',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
  ],
})
let failed = false
for (const colorScheme of ['light', 'dark'] as const) {
  for (const size of sizes) {
    const context = await browser.newContext({
      colorScheme,
      viewport: { width: size.width, height: size.height },
      timezoneId: 'UTC',
      locale: 'en-GB',
      reducedMotion: 'reduce',
    })
    for (const shot of chosen) {
      const file = join(output, `${shot.name}-${size.name}-${colorScheme}.png`)
      const complaints = await shoot(context, address, shot, file)
      if (complaints.length > 0) failed = true
      for (const complaint of complaints) console.error(`${shot.name}, ${size.name}: ${complaint}`)
    }
    await context.close()
  }
}
await browser.close()
close()
console.log(`${chosen.length * 4} pictures in ${output}`)
process.exitCode = failed ? 1 : 0
