import type { DockerContexts } from '../../shared/domain/docker-context.ts'
import type { EngineSight } from '../../shared/domain/engine.ts'
import type { Reading } from '../../shared/domain/reading.ts'
import type { Home, Stack } from '../../shared/domain/stack.ts'
import type { Mirror, OperationView } from '../../shared/ipc/contract.ts'
import type { StatusView, TimelineEntry, WatchLine } from '../../shared/ipc/status.ts'
import { incidentReport } from '../../shared/report/incident-report.ts'
import { type Judge, judge, type Verdict } from './judge.ts'
import { listeners } from './listeners.ts'
import { operations } from './operations.ts'
import { proposals } from './proposals.ts'
import type { SentinelParts } from './sentinel-parts.ts'
import { type Countdown, stayHome } from './stay-home.ts'
import type { IncidentChange, Sentinel } from './surface.ts'
import { changesBetween, withdrawn } from './tell/changes.ts'
import { chronicleOf, chronicleOfChanges, chronicleOfOperation } from './tell/chronicle.ts'
import { type Monitored, monitored } from './watch/monitored.ts'

const newestInMirror = 50
/** A window and a report hold no more. */
const mostEntries = 5_000
/** What has been done is on record; only the next look at it waits so long. */
const afterDeedMs = 1_000

const withoutNameless = (sight: EngineSight): EngineSight =>
  sight.contexts.includes('') ? { ...sight, contexts: sight.contexts.filter(Boolean) } : sight

/**
 * The loop that every surface looks at: readings in, verdicts out, what changed told to
 * whoever listens. Watchers see, the judge judges, the executor acts; this only joins them.
 */
export async function createSentinel(parts: SentinelParts): Promise<Sentinel> {
  const { now, attention, timeline } = parts
  const iso = (at = now()) => new Date(at).toISOString()
  const onMirror = listeners<Mirror>()
  const onIncident = listeners<IncidentChange>()
  const onLine = listeners<WatchLine>()
  const firstVerdict = Promise.withResolvers<void>()

  let operation: OperationView | null = null
  let stopped = await parts.openOperations()
  let countdown: Countdown | null = null
  let trayHost: Mirror['trayHost'] = 'unknown'
  let revision = 0
  let recent: TimelineEntry[] = timeline.since(iso(now() - 86_400_000), newestInMirror)
  let monitoringRevision = 0
  let lastState = ''
  let homes: readonly Home[] = []

  timeline.onEntry((entry) => {
    recent = [...recent, entry].slice(-newestInMirror)
    onLine.tell({ type: 'timeline', at: entry.at, entry })
  })
  const judging: Judge = judge({
    history: await parts.memory.load(),
    holdFor: parts.holdFor,
    snoozedUntil: (incident) => attention.snoozedUntil(incident, now()),
    beyond: (stack) => ({ ...beyond.beyond(stack), ...parts.alsoSeen?.of(stack) }),
    alsoDueAt: () => attention.movingUntil(now()),
    now,
    onVerdict,
  })
  const stackNamed = (name: string) =>
    judging.guards().find(({ stack }) => stack?.name === name)?.stack
  const beyond: Monitored = monitored({
    watch: parts.monitoring,
    baselines: parts.baselines,
    contents: parts.contents,
    observed: judging.observed,
    stackNamed,
    record: timeline.record,
    now,
  })
  const shown = proposals(parts.hashOf, parts)
  const deeds = operations({
    approved: shown.approved,
    execute: parts.execute,
    settle: parts.settle,
    onProgress(next) {
      operation = next
      publish()
    },
  })
  const home = stayHome({
    now,
    busy: deeds.busy,
    handsOff: parts.handsOff,
    changed(next) {
      countdown = next
      publish()
    },
    switchBack: comeHome,
    failed: (stack, sentence) => note(entry('sentinel', stack, 'stay-home', sentence)),
  })

  function onVerdict({ historyBefore, history, before, after }: Verdict): void {
    if (!parts.oneShot) parts.memory.save(history)
    note(...chronicleOf(historyBefore, history))
    for (const status of after) {
      const stack = status.stack
      if (stack === null) continue
      const statusBefore = before.find((one) => one.stack === stack)
      const changes = changesBetween(statusBefore, status)
      if (!parts.oneShot) parts.records.note(statusBefore, status)
      note(...chronicleOfChanges(stack, changes, status.at))
      for (const finding of changes.findings) {
        onLine.tell({ type: 'finding', at: status.at, stack, finding })
      }
      for (const { incident, change } of changes.incidents) {
        if (change !== 'withdrawn') {
          onLine.tell({ type: 'incident', at: status.at, stack, incident })
        }
        onIncident.tell({ stack, incident, change })
      }
    }
    if (!parts.oneShot) for (const status of after) void acceptFirst(status)
    letGo(before.filter(({ stack }) => after.every((status) => status.stack !== stack)))
    tellState()
    publish()
    considerStayingHome()
    firstVerdict.resolve()
  }

  function noteFiles(): void {
    const names = judging.guards().flatMap(({ stack }) => stack?.name ?? [])
    const failed = (error: Error) =>
      note(
        entry('sentinel', null, 'files', `What changed in files cannot be told: ${error.message}`),
      )
    beyond.noteChanges(names).catch(failed)
  }

  async function acceptFirst(status: StatusView): Promise<void> {
    try {
      if (!(await beyond.acceptFirst(status))) return
      const { stack } = status
      const sentence = `${stack} is well as it was adopted: that is what it is held against.`
      timeline.record(entry('stack', stack, `baseline:${stack}`, sentence))
    } catch (error) {
      note(entry('sentinel', status.stack, 'baseline', `No baseline could be kept: ${error}`))
    }
  }

  /** Nobody guards these stacks any more, and so nobody would ever say that their trouble is over. */
  function letGo(statuses: readonly StatusView[]): void {
    for (const status of statuses) {
      if (status.stack === null) continue
      home.leave(status.stack)
      for (const gone of withdrawn(status, undefined)) {
        onIncident.tell({ stack: status.stack, ...gone })
      }
    }
  }

  /** Every context's engine, and each home's, also when no context leads there any more. */
  function watchEngines(contexts: Reading<DockerContexts>): void {
    if (contexts.status === 'unknown') return
    const named = contexts.value.contexts
    const endpoints = new Set(named.map(({ endpoint }) => endpoint))
    const nameless = homes
      .filter((one) => !endpoints.has(one.endpoint))
      .map(({ endpoint }) => ({ name: '', endpoint, tls: false }))
    parts.engines.setContexts([...named, ...nameless])
  }

  /** A state line only when something but the time has changed. */
  function tellState(): void {
    const statuses = judging.statuses()
    const state = JSON.stringify(statuses.map((status) => ({ ...status, at: '' })))
    if (state === lastState) return
    lastState = state
    for (const status of statuses) onLine.tell({ type: 'state', at: status.at, status })
  }

  function considerStayingHome(): void {
    const moving = attention.movingUntil(now()) !== undefined
    for (const guard of judging.guards()) {
      const status = judging.statuses().find(({ stack }) => stack === guard.stack?.name)
      if (!guard.stack || !status) continue
      const snoozed = status.incidents.some(({ snoozedUntil }) => snoozedUntil !== undefined)
      home.consider(guard.stack, status, moving || snoozed)
    }
  }

  async function comeHome(stack: string): Promise<void> {
    const proposal = await sentinel.propose(stack, { kind: 'switch-back' })
    if (proposal.kind !== 'plan' || proposal.steps.length === 0) return
    timeline.record(
      entry('sentinel', stack, 'stay-home', `Stay home carries out: ${proposal.title}.`),
    )
    await sentinel.execute(proposal.hash)
  }

  function guardOf(name: string): { stack: Stack; file: string } {
    const guard = judging.guards().find(({ stack }) => stack?.name === name)
    if (guard?.stack) return { stack: guard.stack, file: guard.file }
    throw new Error(`There is no stack ${name}.`)
  }

  const entry = (
    kind: TimelineEntry['kind'],
    stack: string | null,
    subject: string,
    sentence: string,
  ): TimelineEntry => ({ at: iso(), kind, stack, subject, sentence })

  /** For the timeline, when we are here to watch. */
  function note(...entries: TimelineEntry[]): void {
    if (!parts.oneShot) for (const one of entries) timeline.record(one)
  }

  /** What has just been done should be seen at once; an engine that hangs is not waited for. */
  async function lookWithPatience(): Promise<void> {
    const { promise: enough, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, afterDeedMs)
    await Promise.race([Promise.all([parts.contexts.lookNow(), parts.engines.lookNow()]), enough])
    clearTimeout(timer)
  }

  async function ended(deed: Promise<OperationView>): Promise<OperationView> {
    const view = await deed
    // The timeline is what a report is made of, and outlives the mirror.
    const before = timeline.since(view.startedAt, mostEntries)
    for (const one of chronicleOfOperation(view, before, iso())) timeline.record(one)
    stopped = await parts.openOperations()
    await lookWithPatience()
    return view
  }

  function mirror(): Mirror {
    const movingUntil = attention.movingUntil(now())
    return {
      revision,
      demo: parts.demo,
      stacks: [...judging.statuses()],
      operation,
      ...(stopped.length > 0 && { openOperations: stopped }),
      movingUntil: movingUntil === undefined ? null : iso(movingUntil),
      countdown: countdown && { stack: countdown.stack, deadline: iso(countdown.deadline) },
      trayHost,
      timeline: recent,
      ...(parts.monitoring && { monitoringRevision }),
    }
  }

  function publish(): void {
    revision += 1
    onMirror.tell(mirror())
  }

  const sentinel: Sentinel = {
    async start() {
      note(entry('sentinel', null, 'sentinel', 'Sentinel began to watch.'))
      parts.contexts.start((contexts) => {
        watchEngines(contexts)
        judging.see({ contexts })
      })
      parts.engines.start((engines) => {
        judging.see({ engines: engines.map(withoutNameless) })
        parts.monitoring?.lookSoon(judging.observed())
      })
      parts.monitoring?.start(() => {
        monitoringRevision += 1
        judging.judgeNow()
        if (!parts.oneShot) noteFiles()
      })
      parts.alsoSeen?.onChange(judging.judgeNow)
      await parts.stackFiles.start((stacks) => {
        parts.monitoring?.setStacks(stacks.flatMap(({ stack }) => stack ?? []))
        if (parts.monitoring) {
          for (const { stack } of stacks) if (stack) void parts.baselines.lacks(stack.name)
        }
        homes = stacks.flatMap(({ stack }) => stack?.home ?? [])
        watchEngines(judging.observed().contexts)
        parts.engines.setProjects(
          stacks.flatMap(({ stack }) => stack?.projects.map(({ name }) => name) ?? []),
        )
        // The engines tell first that they do not know the new projects' containers yet.
        setImmediate(() => judging.guard(stacks))
      })
      const patience = setTimeout(judging.judgeNow, parts.patienceMs)
      await firstVerdict.promise
      clearTimeout(patience)
    },
    async stop() {
      home.stop()
      judging.stop()
      await Promise.all([
        parts.contexts.stop(),
        parts.engines.stop(),
        parts.stackFiles.stop(),
        parts.monitoring?.stop(),
      ])
      await Promise.all([parts.memory.close(), parts.records.close()])
      note(entry('sentinel', null, 'sentinel', 'Sentinel stopped watching.'))
      timeline.close()
    },
    async lookAgain() {
      await Promise.all([
        parts.contexts.lookNow(),
        parts.engines.lookNow(),
        parts.stackFiles.lookNow(),
        parts.monitoring?.lookNow(),
      ])
      judging.judgeNow()
    },
    mirror,
    observed: judging.observed,
    stackInForce: (name) => judging.guards().find(({ stack }) => stack?.name === name)?.stack,
    monitoring: beyond.view,
    async acceptBaseline(stack) {
      await beyond.accept(stack)
      const sentence = `${stack} was accepted as it is.`
      timeline.record(entry('stack', stack, `baseline:${stack}`, sentence))
      judging.judgeNow()
    },
    changes: beyond.changes,
    async report(since) {
      const records = await parts.records.since(since, now())
      const entries = timeline.since(since, mostEntries)
      return incidentReport({ since, until: iso(), records, timeline: entries })
    },
    timeline: (since) => timeline.since(since, mostEntries),
    onMirror: onMirror.add,
    onIncident: onIncident.add,
    onLine: onLine.add,
    async propose(stack, intent) {
      const guard = guardOf(stack)
      return shown.propose(judging.situationOf(guard.stack), guard.file, intent)
    },
    async differences(hash, files) {
      const plan = shown.approved(hash)
      if (!plan) throw new Error('This plan is not known any more: look at a new one.')
      return parts.differencesOf(plan, files)
    },
    simulate: async (stack, context) =>
      parts.simulate(judging.situationOf(guardOf(stack).stack), context),
    execute: (hash) => ended(deeds.execute(hash)),
    settle: (id, direction) => ended(deeds.settle(id, direction)),
    openOperations: parts.openOperations,
    pastOperations: parts.pastOperations,
    undoable: parts.undoable,
    cancel: deeds.cancel,
    async snooze(incident, until) {
      await attention.snooze(incident, until, now())
      judging.judgeNow()
    },
    async moveOnPurpose(hours) {
      await attention.move(hours, now())
      judging.judgeNow()
    },
    cancelCountdown: home.cancel,
    async adopt(wish = {}) {
      const adoption = await parts.adopt(judging.observed(), wish)
      if (!wish.dryRun) {
        const sentence = `Adopted ${adoption.stack.name} in ${adoption.file}.`
        timeline.record(entry('stack', adoption.stack.name, `file:${adoption.file}`, sentence))
      }
      return adoption
    },
    setTrayHost(next) {
      trayHost = next
      publish()
    },
  }
  return sentinel
}
