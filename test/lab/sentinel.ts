import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import type { FindingCode } from '../../shared/assess/finding.ts'
import type { FindingView, IncidentView, StatusView, WatchLine } from '../../shared/ipc/status.ts'
import { statusSchema, watchLineSchema } from '../../shared/ipc/status.ts'
import type { Lab } from './engines.ts'
import type { Outcome } from './run.ts'

const repository = join(import.meta.dirname, '../..')
const commandLine = [process.execPath, join(repository, 'electron/cli.ts')]
const patienceSeconds = 150

type Env = Readonly<Record<string, string>>

/** Runs our real command line in the lab's terminal, whatever its exit code. */
export function sentinel(lab: Lab, args: readonly string[], env: Env = {}): Promise<Outcome> {
  return lab.machine.run('terminal', [...commandLine, ...args], {
    env: { ...lab.env, ...env },
    cwd: repository,
    anyExitCode: true,
  })
}

/**
 * Runs it and kills it with no warning once it has begun the first step of this kind. Throws where
 * it comes to its end before.
 */
export async function sentinelKilled(
  lab: Lab,
  args: readonly string[],
  env: Env,
  kind: string,
): Promise<void> {
  const operations = join(`${lab.env['XDG_STATE_HOME']}`, 'odin-sentinel', 'operations')
  const list = (): Promise<string[]> => readdir(operations).catch(() => [])
  const before = await list()
  const [program, ...rest] = lab.machine.inside('terminal', [...commandLine, ...args], repository)
  const child = spawn(program, rest, { env: { ...lab.env, ...env }, stdio: 'ignore' })
  const ended = once(child, 'exit')
  for (;;) {
    const its = (await list()).find((id) => !before.includes(id))
    if (its !== undefined && (await hasBegun(join(operations, its), kind))) break
    if (child.exitCode !== null) throw new Error(`It came to its end before ${kind}.`)
    await delay(20)
  }
  await lab.machine.signal(child, 'SIGKILL')
  await ended
}

/** As the journal of the operation has it. */
async function hasBegun(operation: string, kind: string): Promise<boolean> {
  const read = (name: string) => readFile(join(operation, name), 'utf8').catch(() => '')
  const [plan, journal] = await Promise.all([read('plan.json'), read('journal.jsonl')])
  if (plan === '') return false
  const { steps } = (JSON.parse(plan) as { plan: { steps: { kind: string }[] } }).plan
  return journal.includes(`"type":"intent","step":${steps.findIndex((one) => one.kind === kind)}}`)
}

/** Whether Sentinel looks beyond the containers: most of the lab's tests are about the place. */
type Scope = 'the place alone' | 'monitoring too'
const scopeOption = (scope: Scope) => (scope === 'monitoring too' ? [] : ['--no-monitoring'])

/** `status --json`, parsed by its published schema. */
export async function statusOf(
  lab: Lab,
  env: Env = {},
  scope: Scope = 'the place alone',
): Promise<{ code: number; status: StatusView }> {
  const asked = ['status', '--json', ...scopeOption(scope)]
  const { code, stdout, stderr } = await sentinel(lab, asked, env)
  if (stdout.trim() === '') throw new Error(`status --json said nothing but:\n${stderr}`)
  return { code, status: statusSchema.parse(JSON.parse(stdout)) }
}

/**
 * A running `watch --json`, whose every line is parsed by its published schema.
 * What is waited for may come any time after the last `mark`.
 */
export type Watch = {
  /** Only lines from now on count. */
  mark(): void
  until<T>(what: string, pick: (line: WatchLine) => T | undefined): Promise<T>
  untilFinding(
    code: FindingCode,
    status: FindingView['status'],
    subject?: string,
  ): Promise<FindingView>
  untilIncident(cause: FindingCode, status: IncidentView['status']): Promise<IncidentView>
  /** The newest state, or the next one that is so; `mark` has no say in it. */
  untilHealth(health: StatusView['health']): Promise<StatusView>
  /** All findings that began to fire since the last `mark`, as `CODE@subject`. */
  fired(): string[]
  /** Causes of all incidents that were told since the last `mark`, each once. */
  incidents(): FindingCode[]
  /** Ends it as Ctrl+C does and returns its exit code. */
  stop(): Promise<number | null>
}

export async function watch(
  lab: Lab,
  env: Env = {},
  scope: Scope = 'the place alone',
): Promise<Watch> {
  const command = [...commandLine, 'watch', '--json', ...scopeOption(scope)]
  const [program, ...args] = lab.machine.inside('terminal', command, repository)
  const child = spawn(program, args, {
    env: { ...lab.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'close')
  const news = new EventEmitter()
  const lines: WatchLine[] = []
  const complaints: string[] = []
  let marked = 0
  let broken: Error | undefined
  child.stderr.setEncoding('utf8').on('data', (text: string) => complaints.push(text))
  createInterface({ input: child.stdout }).on('line', (text) => {
    try {
      lines.push(watchLineSchema.parse(JSON.parse(text)))
    } catch (error) {
      broken ??= new Error(`watch --json printed what its schema refuses:\n${text}`, {
        cause: error,
      })
    }
    news.emit('news')
  })
  child.once('close', () => {
    broken ??= new Error(`watch --json ended:\n${complaints.join('')}`)
    news.emit('news')
  })

  async function until<T>(
    what: string,
    pick: (line: WatchLine) => T | undefined,
    from = marked,
  ): Promise<T> {
    const tooLate = AbortSignal.timeout(patienceSeconds * 1000)
    let seen = from
    for (;;) {
      for (; seen < lines.length; seen += 1) {
        const line = lines[seen]
        const picked = line && pick(line)
        if (picked !== undefined) return picked
      }
      if (broken) throw broken
      try {
        await once(news, 'news', { signal: tooLate })
      } catch {
        throw new Error(await missed(what))
      }
    }
  }

  async function missed(what: string): Promise<string> {
    const said = lines.slice(marked).map(inShort).slice(-40).join('\n')
    const tails = await lab.logTails()
    return `no ${what} within ${patienceSeconds} s. Lines since the mark:\n${said}\n${tails}`
  }

  return {
    mark() {
      marked = lines.length
    },
    until,
    untilFinding: (code, status, subject) =>
      until(`${code} ${subject ?? ''} ${status}`, (line) => {
        if (line.type !== 'finding') return undefined
        const { finding } = line
        const isIt = finding.code === code && finding.status === status
        return isIt && finding.subject === (subject ?? finding.subject) ? finding : undefined
      }),
    untilIncident: (cause, status) =>
      until(`incident of ${cause} ${status}`, (line) =>
        line.type === 'incident' && line.incident.cause === cause && line.incident.status === status
          ? line.incident
          : undefined,
      ),
    untilHealth: (health) => {
      const newest = lines.findLastIndex((line) => line.type === 'state')
      return until(
        `state with health ${health}`,
        (line) =>
          line.type === 'state' && line.status.health === health ? line.status : undefined,
        Math.max(newest, 0),
      )
    },
    fired: () =>
      lines
        .slice(marked)
        .flatMap((line) => (line.type === 'finding' ? [line.finding] : []))
        .filter((finding) => finding.status === 'firing')
        .map((finding) => `${finding.code}@${finding.subject}`),
    incidents: () => {
      const told = lines.slice(marked).flatMap((line) => (line.type === 'incident' ? [line] : []))
      return [...new Map(told.map(({ incident }) => [incident.id, incident.cause])).values()]
    },
    async stop() {
      if (child.exitCode === null) await lab.machine.signal(child, 'SIGINT')
      await ended
      return child.exitCode
    },
  }
}

/** The stack at home is up: learns it, and returns when the guard finds all of it well. */
export async function adoptAndWatch(lab: Lab): Promise<Watch> {
  const { code, stdout, stderr } = await sentinel(lab, ['adopt'])
  if (code !== 0) throw new Error(`adopt exited with ${code}:\n${stdout}${stderr}`)
  const guard = await watch(lab)
  await guard.untilHealth('ok')
  return guard
}

function inShort(line: WatchLine): string {
  switch (line.type) {
    case 'state':
      return `${line.at} state ${line.status.health}: ${line.status.sentence}`
    case 'finding':
      return `${line.at} ${line.finding.status} ${line.finding.code}@${line.finding.subject}: ${line.finding.sentence}`
    case 'incident':
      return `${line.at} incident ${line.incident.status} ${line.incident.cause}: ${line.incident.sentence}`
    case 'timeline':
      return `${line.at} timeline: ${line.entry.sentence}`
  }
}
