import { join } from 'node:path'
import { historySchema } from '../../shared/assess/history.ts'
import { holdFor } from '../../shared/assess/hold.ts'
import type { Home, Stack } from '../../shared/domain/stack.ts'
import { presentState } from '../../shared/plan/present-state.ts'
import { acceptHome } from '../../shared/stack/accept-home.ts'
import { parseStackFile } from '../../shared/stack/stack-file.ts'
import { carriedAt } from '../act/carried-at.ts'
import { composeIsRunning } from '../act/compose-running.ts'
import { execute, planHash } from '../act/executor.ts'
import { operationInProgress } from '../act/one-at-a-time.ts'
import { openOperations, pastOperations, settle } from '../act/open-operations.ts'
import { opsFor } from '../act/ops/all-ops.ts'
import type { UserUnitStarter } from '../act/ops/start-desktop.ts'
import type { Ops } from '../act/ops.ts'
import { places } from '../adapters/disk/places.ts'
import { configDirectoryOf, type DockerPlace } from '../adapters/docker/config-file.ts'
import { connectSessionBus, connectSystemBus } from '../adapters/session-bus/session-bus.ts'
import { unitControl } from '../adapters/systemd/unit-control.ts'
import { contextWatcher } from '../observe/docker/docker-context.ts'
import { engineWatchers } from '../observe/docker/engines.ts'
import { adoptStack } from './adopt-stack.ts'
import { backedUp } from './backups/backed-up.ts'
import { type BackupDoors, openBackups } from './backups/open-backups.ts'
import { acceptedContents } from './changes/accepted-contents.ts'
import { createSentinel } from './create-sentinel.ts'
import { dashboardDoors } from './dashboard-doors.ts'
import { dockerDeeds } from './docker-deeds.ts'
import type { HoldFor } from './guarded-stack.ts'
import { openAttention } from './keep/attention.ts'
import { baselines } from './keep/baselines.ts'
import { incidentRecords } from './keep/incident-records.ts'
import { openMemory } from './keep/memory.ts'
import { stackFiles } from './keep/stack-files.ts'
import { openTimeline } from './keep/timeline.ts'
import { planTitle } from './proposals.ts'
import { contentOf, stillGiven } from './recover/content-of.ts'
import { dashboardsOf } from './recover/dashboards-of.ts'
import { fileChoices } from './recover/file-choices.ts'
import { filesFrom } from './recover/file-sources.ts'
import { hashOfFile } from './recover/hash-of-file.ts'
import { openOperationViews } from './recover/open-operation-views.ts'
import { recoveryPlanner } from './recover/plan-recovery.ts'
import { putBackDifferences } from './recover/put-back-difference.ts'
import { samplesOf } from './recover/samples-of.ts'
import { simulation } from './recover/simulation.ts'
import { stackProblems } from './recover/stack-problems.ts'
import { restorePlanner } from './restore/plan-restore.ts'
import { restoreDoorsHere } from './restore/restore-doors-here.ts'
import { undoableRestores } from './restore/undoable.ts'
import type { Sentinel } from './surface.ts'
import { watchMonitoring } from './watch/watch-monitoring.ts'

export type OpenOptions = {
  /** Whose Docker, and whose configuration. */
  place: DockerPlace
  /** Stack files as given by the user; the usual ones otherwise. */
  stacks?: readonly string[]
  /** One look and no more: a finding counts at once, and the look itself leaves no trace. */
  oneShot?: boolean
  demo?: boolean
  /** Look beyond the containers too. */
  monitoring?: boolean
  /** Grafana's token for a stack; it is asked for when Grafana is. */
  grafanaToken?: (stack: string) => Promise<string | undefined>
  userUnits: UserUnitStarter
  /** Nobody keeps backups without them. */
  backups?: BackupDoors
  /** The JSON Schema that a written stack file points editors to. */
  schema?: string
  /** How long findings must last before they fire; the rule book's own times otherwise. */
  holdFor?: HoldFor
  /** Something of our own went wrong that stops nothing. */
  onProblem?: (sentence: string) => void
  /** Lends the way to say such things, into the timeline too. */
  onOpen?: (tell: (subject: string, sentence: string) => void) => void
}

/** The first verdict waits so long for an engine that neither answers nor refuses. */
const patienceMs = 4_000

/** Puts the loop together, from the outside in: what is watched, what is kept, what is done. */
export async function openSentinel(options: OpenOptions): Promise<Sentinel> {
  const { place, stacks = [], oneShot = false, demo = false, userUnits, onProblem } = options
  const { config, state } = places(place.env, place.homeDirectory)
  const now = Date.now

  const contexts = contextWatcher(place)
  const engines = engineWatchers(place)
  const files = stackFiles({
    configDirectory: config,
    stateDirectory: state,
    ...(stacks.length > 0 && { given: stacks }),
    ...(options.schema !== undefined && { schema: options.schema }),
  })

  const timeline = openTimeline({ stateDirectory: state, now })
  const tell = (subject: string, sentence: string) => {
    const at = new Date(now()).toISOString()
    timeline.record({ at, kind: 'sentinel', stack: null, subject, sentence })
    onProblem?.(sentence)
  }
  options.onOpen?.(tell)
  const attention = await openAttention({
    stateDirectory: state,
    now: now(),
    onSetAside: (path) =>
      tell('file:attention.json', `Snoozes could not be read and begin anew; the file is ${path}.`),
  })
  const memory = openMemory({
    stateDirectory: state,
    schema: historySchema,
    now,
    ...(onProblem && { onProblem }),
  })

  const backups =
    options.backups && openBackups({ ...options.backups, place, files, timeline, tell, now })
  const contents = acceptedContents({ stateDirectory: state, now })
  let guard: Sentinel | undefined
  const deeds = dockerDeeds(place)
  const doors = restoreDoorsHere({
    ...(backups && { backups: backups.doors }),
    inForce: files.inForce,
  })
  const contentToPutBack = contentOf({ accepted: contents.of, fromSnapshot: doors.fromSnapshot })
  const openRepository = async (stack: Stack) => options.backups?.open(stack)
  const grafanaToken = options.grafanaToken ?? (async () => undefined)
  const dashboards = dashboardDoors({ grafanaToken, openHands: deeds.openHands })
  const ops = opsFor({
    ...deeds,
    ...doors,
    ...dashboards,
    acceptHome,
    homeIn,
    userUnits,
    unitsOf: (scope) =>
      unitControl(scope, () =>
        scope === 'system' ? connectSystemBus(place.env) : connectSessionBus(),
      ),
    contentOf: contentToPutBack,
    stillGiven: stillGiven({ accepted: contents.of, listOf: doors.listOf }),
    stackProblems: stackProblems(() => {
      if (!guard) throw new Error('Nobody guards yet.')
      return guard
    }),
  })

  // Whatever is wrong with the records of old operations keeps nobody from guarding.
  if (!oneShot) {
    await tellInterrupted(state, ops, tell).catch((error: Error) =>
      tell('operations', `Earlier operations could not be looked at: ${error.message}`),
    )
  }

  guard = await createSentinel({
    demo,
    oneShot,
    contexts,
    engines,
    stackFiles: files,
    timeline,
    attention,
    memory,
    contents,
    baselines: baselines({
      stateDirectory: state,
      now,
      onSetAside: (path) =>
        tell('file:baselines', `What was accepted could not be read; the file is ${path}.`),
    }),
    ...(options.monitoring && {
      monitoring: watchMonitoring({
        env: place.env,
        grafanaToken,
        stateDirectory: state,
        ...(onProblem && { onProblem }),
        now,
      }),
    }),
    ...(backups && !oneShot && { alsoSeen: backups.kept.seenBy }),
    records: incidentRecords({ stateDirectory: state, onProblem: onProblem ?? (() => {}) }),
    holdFor: options.holdFor ?? (oneShot ? () => 0 : holdFor),
    patienceMs,
    hashOf: planHash,
    simulate: (situation, context) =>
      simulation(situation, context, {
        openHands: deeds.openHands,
        configDirectory: configDirectoryOf(place),
      }),
    planRecovery: recoveryPlanner({
      filesFrom: filesFrom({ contents, openRepository }),
      hashOf: hashOfFile,
      snapshotOf: (stack) => (backups ? [presentState(stack)] : []),
      samplesOf: samplesOf(deeds.openHands, () => carriedAt(state)),
      dashboardsOf: dashboardsOf({ ...dashboards, openRepository }),
    }),
    choicesOfFiles: fileChoices({ contents, hashOf: hashOfFile, openRepository }),
    differencesOf: putBackDifferences(contentToPutBack),
    planRestore: restorePlanner({
      openRepository,
      openHands: deeds.openHands,
      countData: doors.countData,
      openDashboards: dashboards.openDashboards,
      ownFiles: (name) => [
        ...files.inForce().flatMap(({ stack, file }) => (stack?.name === name ? [file] : [])),
        join(config, 'settings.yaml'),
      ],
      stateDirectory: state,
    }),
    undoable: () => undoableRestores(state, now()),
    async execute(plan, { onProgress, signal }) {
      const unkept = await backups?.beforePlan(plan)
      const order = { plan, hash: planHash(plan), title: planTitle(plan) }
      const view = await execute(order, { ops, stateDirectory: state, onProgress, signal })
      return unkept === undefined ? view : { ...view, sentence: `${view.sentence} ${unkept}` }
    },
    settle: (id, direction, { onProgress, signal }) =>
      settle({ id }, direction, { ops, stateDirectory: state, onProgress, signal }),
    openOperations: () => openOperationViews(state),
    pastOperations: () => pastOperations(state),
    adopt: (observed, wish) => adoptStack(observed, wish, place, files),
    handsOff: async () =>
      (await operationInProgress(state)) !== undefined || (await composeIsRunning()),
    now,
  })
  if (!backups) return guard
  const announcing = backups.announcing(guard)
  return oneShot ? announcing : backedUp(announcing, backups.kept)
}

/**
 * What a kill or a power cut left in the middle. Nothing is undone behind anybody's back: the
 * context may be where it belongs. Only an operation that lacks no more than its last word ends.
 */
async function tellInterrupted(
  stateDirectory: string,
  ops: Ops,
  tell: (subject: string, sentence: string) => void,
): Promise<void> {
  for (const operation of await openOperations(stateDirectory)) {
    const { id, title, directory, allDone } = operation
    if (allDone) {
      await settle(operation, 'accept', { ops, stateDirectory, onProgress: () => {} })
      continue
    }
    const subject = `operation:${id}`
    tell(subject, `${title} was interrupted; its journal and the files before it: ${directory}.`)
  }
}

function homeIn(text: string): Home {
  const parsed = parseStackFile(text)
  if (parsed.ok) return parsed.value.home
  throw new Error(parsed.error[0]?.sentence ?? 'The stack file is not valid.')
}
