import type { FindingCode } from '../../shared/assess/finding.ts'
import type {
  Channel,
  Mirror,
  Params,
  Period,
  Reply,
  SentinelBridge,
} from '../../shared/ipc/contract.ts'
import { sentenceOf } from '../../shared/kit/sentence-of.ts'
import { backupActions } from './backups/actions.ts'
import { failConnection, type MirrorStore, receiveMirror } from './mirror.ts'
import { stackInView } from './selectors.ts'
import { type Tab, tabs, type UiStore } from './ui.ts'

const withoutBridge = 'This window has no connection to Sentinel.'

/** Everything a person can do here. Nothing rejects: what fails becomes `ui.problem`. */
export function createActions(
  bridge: SentinelBridge | undefined,
  mirror: MirrorStore,
  ui: UiStore,
) {
  let disconnect: (() => void) | undefined
  let open = 0

  async function ask<C extends Channel>(
    channel: C,
    params: Params<C>,
  ): Promise<Reply<C> | undefined> {
    if (bridge === undefined) {
      ui.setState({ problem: withoutBridge })
      return undefined
    }
    // An execution may take minutes, and the rest must stay in reach meanwhile.
    const weight = channel === 'plan:execute' || channel === 'operation:settle' ? 0 : 1
    open += weight
    ui.setState({ asking: open > 0, problem: null })
    try {
      return await bridge.ask(channel, params)
    } catch (reason) {
      ui.setState({ problem: sentenceOf(reason) })
      return undefined
    } finally {
      open -= weight
      ui.setState({ asking: open > 0 })
    }
  }

  type Doing = {
    [C in Channel]: Reply<C> extends { problem: string | null } ? C : never
  }[Channel]

  /** True when main has done it. */
  async function act<C extends Doing>(channel: C, params: Params<C>): Promise<boolean> {
    const reply = (await ask(channel, params)) as { problem: string | null } | undefined
    if (reply === undefined) return false
    if (reply.problem !== null) ui.setState({ problem: reply.problem })
    return reply.problem === null
  }

  /** Asked again and again while it is shown, so no button waits for it. */
  async function read<C extends Channel>(
    channel: C,
    params: Params<C>,
  ): Promise<Reply<C> | undefined> {
    if (bridge === undefined) return undefined
    try {
      return await bridge.ask(channel, params)
    } catch (reason) {
      ui.setState({ problem: sentenceOf(reason) })
      return undefined
    }
  }

  /** The stack that is in view, for what is filled with its names. */
  function ofChosenStack(): { stack?: string } {
    const { mirror: known } = mirror.getState()
    const inView = known && stackInView(known, ui.getState().stack)
    return inView ? { stack: inView.stack } : {}
  }

  function receive(next: Mirror): void {
    if (!receiveMirror(mirror, next)) return
    const { operation } = next
    const { page, leftOperation } = ui.getState()
    const begunElsewhere =
      operation?.outcome === 'running' &&
      operation.id !== leftOperation &&
      page.name !== 'operation'
    if (begunElsewhere) ui.setState({ page: { name: 'operation', after: null } })
  }

  return {
    ...backupActions({ ui, ask, act, read }),

    async connect(): Promise<void> {
      if (bridge === undefined) return failConnection(mirror, withoutBridge)
      disconnect?.()
      disconnect = bridge.onMirror(receive)
      try {
        receive(await bridge.ask('mirror:get', {}))
      } catch (reason) {
        failConnection(mirror, sentenceOf(reason))
      }
    },

    show(name: Tab): void {
      const operation = mirror.getState().mirror?.operation
      ui.setState({ page: { name }, problem: null, leftOperation: operation?.id ?? null })
    },

    showOperation(): void {
      ui.setState({ page: { name: 'operation', after: null }, problem: null })
    },

    chooseStack(stack: string): void {
      ui.setState({ stack })
    },

    forgetProblem(): void {
      ui.setState({ problem: null })
    },

    forgetNotice(): void {
      ui.setState({ noticeShown: null })
    },

    forgetNoTray(): void {
      ui.setState({ toldNoTray: true })
    },

    /** Opens the review; a plan or a refusal follows. */
    async review(stack: string, intent: Params<'plan:propose'>['intent']): Promise<void> {
      const before = ui.getState().page.name
      const from = tabs.find((tab) => tab === before) ?? 'overview'
      const page = { name: 'plan', stack, from, intent, proposal: null } as const
      ui.setState({ page })
      const proposal = await ask('plan:propose', { stack, intent })
      if (ui.getState().page !== page) return
      ui.setState({ page: proposal === undefined ? { name: from } : { ...page, proposal } })
    },

    /** The same review with another wish. What is shown stays until there is an answer. */
    async planAnew(intent: Params<'plan:propose'>['intent']): Promise<void> {
      const { page } = ui.getState()
      if (page.name !== 'plan') return
      const asked = { ...page, intent }
      ui.setState({ page: asked })
      const proposal = await ask('plan:propose', { stack: page.stack, intent })
      if (ui.getState().page !== asked) return
      ui.setState({ page: proposal === undefined ? page : { ...asked, proposal } })
    },

    async approve(hash: string): Promise<void> {
      const { page } = ui.getState()
      const after = mirror.getState().mirror?.operation?.id ?? null
      ui.setState({ page: { name: 'operation', after } })
      const begun = await act('plan:execute', { hash })
      const started = mirror.getState().mirror?.operation?.id ?? null
      if (!begun && started === after) ui.setState({ page })
    },

    async cancelOperation(id: string): Promise<void> {
      ui.setState({ stopping: id })
      if (!(await act('plan:cancel', {}))) ui.setState({ stopping: null })
    },

    showOpenOperation(id: string): void {
      const operation = mirror.getState().mirror?.operation
      ui.setState({
        page: { name: 'open-operation', id },
        problem: null,
        leftOperation: operation?.id ?? null,
      })
    },

    /** Goes on with an operation that stopped, undoes it, or leaves it. */
    async settle(id: string, direction: Params<'operation:settle'>['direction']): Promise<void> {
      const { page } = ui.getState()
      ui.setState({
        page: { name: 'operation', after: null, only: id },
        stopping: null,
        settling: id,
      })
      const settled = await act('operation:settle', { id, direction })
      ui.setState({ settling: null })
      // Refused before anything began: the choice is still to be made.
      const seen = mirror.getState().mirror?.operation
      if (!settled && seen?.id !== id) ui.setState({ page })
    },

    /** What would break if the stack ran where this context leads. Changes nothing. */
    async simulate(stack: string, context: string): Promise<void> {
      const page = { name: 'simulation', stack, context, answer: null } as const
      ui.setState({ page, problem: null })
      const answer = await ask('stack:simulate', { stack, context })
      if (ui.getState().page !== page) return
      ui.setState({
        page: {
          ...page,
          answer: answer ?? { simulation: null, problem: ui.getState().problem },
        },
      })
    },

    async snooze(incident: string, until: '1h' | 'tomorrow' | 'off'): Promise<void> {
      await act('incident:snooze', { incident, until })
    },

    /** 0 hours ends it. */
    async moveOnPurpose(hours: number): Promise<void> {
      await act('context:move-on-purpose', { hours })
    },

    async cancelCountdown(): Promise<void> {
      await act('countdown:cancel', {})
    },

    async sendTestNotice(): Promise<void> {
      ui.setState({ noticeShown: null })
      const reply = await ask('notification:test', {})
      if (reply === undefined) return
      ui.setState({ noticeShown: reply.sentence, problem: reply.problem })
    },

    async adopt(): Promise<void> {
      await act('stack:adopt', {})
    },

    async readMonitoring(stack: string): Promise<void> {
      const reply = await read('monitoring:get', { stack })
      if (reply !== undefined) ui.setState({ monitoring: { stack, view: reply.view } })
    },

    /** True when what is there has become what is right. */
    async acceptBaseline(stack: string): Promise<boolean> {
      const accepted = await act('baseline:accept', { stack })
      if (accepted) await this.readMonitoring(stack)
      return accepted
    },

    /** What differs in one file of the stack; undefined where nobody answers. */
    readChanges(stack: string, path: string): Promise<Reply<'changes:diff'> | undefined> {
      return read('changes:diff', { stack, path })
    },

    /** What the plan that is shown would do to these files; undefined where nobody answers. */
    readDifferences(
      hash: string,
      files: readonly string[],
    ): Promise<Reply<'plan:differences'> | undefined> {
      return read('plan:differences', { hash, files: [...files] })
    },

    /** Restores of the stack that can still be undone; undefined where nobody answers. */
    readUndoable(stack: string): Promise<Reply<'operation:undoable'> | undefined> {
      return read('operation:undoable', { stack })
    },

    async readTimeline(since: Period): Promise<void> {
      ui.setState({ timeline: { since, entries: null } })
      const reply = await ask('timeline:get', { since })
      if (reply === undefined || ui.getState().timeline.since !== since) return
      ui.setState({ timeline: { since, entries: reply.entries } })
    },

    async readReport(since: Period): Promise<void> {
      ui.setState({ report: { since, markdown: null, saved: null } })
      const reply = await ask('report:get', { since })
      if (reply === undefined || ui.getState().report.since !== since) return
      ui.setState({ report: { since, markdown: reply.markdown, saved: null } })
    },

    async saveReport(since: Period): Promise<void> {
      const reply = await ask('report:save', { since })
      if (reply === undefined) return
      if (reply.path === null) return ui.setState({ problem: reply.problem })
      ui.setState({ report: { ...ui.getState().report, saved: reply.path } })
    },

    async readRunbook(code: FindingCode): Promise<void> {
      const page = { name: 'runbook', code, markdown: null, saved: null } as const
      ui.setState({ page })
      const reply = await ask('runbook:read', { code, ...ofChosenStack() })
      if (ui.getState().page !== page) return
      ui.setState({
        page: reply === undefined ? { name: 'overview' } : { ...page, markdown: reply.markdown },
      })
    },

    /** Every page as one file, among what the person downloaded. */
    async saveRunbooks(): Promise<void> {
      const reply = await ask('runbook:save-all', ofChosenStack())
      if (reply === undefined) return
      const { page } = ui.getState()
      if (reply.path === null) return ui.setState({ problem: reply.problem })
      if (page.name === 'runbook') ui.setState({ page: { ...page, saved: reply.path } })
    },
  }
}

export type Actions = ReturnType<typeof createActions>
