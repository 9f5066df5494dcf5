import { describe, expect, test } from 'vitest'
import type { PlanProposal } from '../../shared/ipc/contract.ts'
import { aBridge, type FakeBridge } from '../../test/support/fake-bridge.ts'
import { mirrorOf } from '../../test/support/mirrors.ts'
import { createActions } from './actions.ts'
import { createMirrorStore } from './mirror.ts'
import { createUiStore } from './ui.ts'

const plan: PlanProposal = {
  kind: 'plan',
  hash: 'a'.repeat(64),
  title: 'Switch back to desktop-linux',
  steps: [],
  warnings: [],
}

function aWindow(bridge: FakeBridge | undefined) {
  const mirror = createMirrorStore()
  const ui = createUiStore()
  return { mirror, ui, actions: createActions(bridge, mirror, ui) }
}

describe('connecting', () => {
  test('listens before it asks, and shows what comes', async () => {
    const bridge = aBridge({ 'mirror:get': mirrorOf('all-well') })
    const { mirror, actions } = aWindow(bridge)
    await actions.connect()
    expect(mirror.getState().mirror?.revision).toBe(41)
    bridge.push(mirrorOf('switched'))
    expect(mirror.getState().mirror?.revision).toBe(57)
  })

  test('says so when the answer fails, and listens only once after another try', async () => {
    const bridge = aBridge({ 'mirror:get': new Error('No such channel.') })
    const { mirror, actions } = aWindow(bridge)
    await actions.connect()
    await actions.connect()
    expect(mirror.getState()).toMatchObject({ connection: 'failed', problem: 'No such channel.' })
    expect(bridge.listeners()).toBe(1)
  })

  test('says so when there is no bridge', async () => {
    const { mirror, actions } = aWindow(undefined)
    await actions.connect()
    expect(mirror.getState().connection).toBe('failed')
  })
})

describe('a plan', () => {
  test('is reviewed before anything is executed', async () => {
    const bridge = aBridge({ 'plan:propose': plan })
    const { ui, actions } = aWindow(bridge)
    await actions.review('odin', { kind: 'switch-back' })
    expect(ui.getState().page).toMatchObject({ name: 'plan', proposal: plan })
    expect(bridge.asked.map((each) => each.channel)).toEqual(['plan:propose'])
  })

  test('that arrives after the person went back does not open', async () => {
    const { ui, actions } = aWindow(aBridge({ 'plan:propose': plan }))
    const proposed = actions.review('odin', { kind: 'switch-back' })
    actions.show('overview')
    await proposed
    expect(ui.getState().page).toEqual({ name: 'overview' })
  })

  test('is executed by its hash, and the operation is shown', async () => {
    const bridge = aBridge({ 'plan:propose': plan })
    const { ui, actions } = aWindow(bridge)
    await actions.review('odin', { kind: 'switch-back' })
    await actions.approve(plan.hash)
    expect(bridge.asked.at(-1)).toEqual({ channel: 'plan:execute', params: { hash: plan.hash } })
    expect(ui.getState().page).toEqual({ name: 'operation', after: null })
  })

  test('that main will not execute stays in review with the reason', async () => {
    const stale = { problem: 'The plan is not known any more.' }
    const { ui, actions } = aWindow(aBridge({ 'plan:propose': plan, 'plan:execute': stale }))
    await actions.review('odin', { kind: 'switch-back' })
    await actions.approve(plan.hash)
    expect(ui.getState().page).toMatchObject({ name: 'plan', proposal: plan })
    expect(ui.getState().problem).toBe('The plan is not known any more.')
  })
})

test('a long execution leaves every other button in reach', async () => {
  const bridge = aBridge()
  const never = { ...bridge, ask: () => new Promise<never>(() => {}) }
  const { ui, actions } = aWindow(never)
  void actions.approve(plan.hash)
  expect(ui.getState().asking).toBe(false)
  void actions.snooze('x', '1h')
  expect(ui.getState().asking).toBe(true)
})

describe('an operation that began elsewhere', () => {
  test('opens once, and not again after it has been left', async () => {
    const running = mirrorOf('two-stacks')
    const bridge = aBridge({ 'mirror:get': mirrorOf('all-well') })
    const { ui, actions } = aWindow(bridge)
    await actions.connect()
    bridge.push(running)
    expect(ui.getState().page.name).toBe('operation')
    actions.show('overview')
    bridge.push({ ...running, revision: running.revision + 1 })
    expect(ui.getState().page.name).toBe('overview')
  })
})

test('a question that fails becomes a sentence, and the buttons wait no longer', async () => {
  const { ui, actions } = aWindow(aBridge({ 'incident:snooze': new Error('Not now.') }))
  await actions.snooze('x', '1h')
  expect(ui.getState()).toMatchObject({ problem: 'Not now.', asking: false })
})

test('moving, snoozing, adopting and stopping the countdown say exactly what is wanted', async () => {
  const bridge = aBridge()
  const { actions } = aWindow(bridge)
  await actions.moveOnPurpose(4)
  await actions.snooze('incident 1', 'tomorrow')
  await actions.cancelCountdown()
  await actions.adopt()
  expect(bridge.asked).toEqual([
    { channel: 'context:move-on-purpose', params: { hours: 4 } },
    { channel: 'incident:snooze', params: { incident: 'incident 1', until: 'tomorrow' } },
    { channel: 'countdown:cancel', params: {} },
    { channel: 'stack:adopt', params: {} },
  ])
})

test('how a test notification was shown is told, and why it was not', async () => {
  const sentence = 'Shown by dunst, without buttons: this way has none.'
  const seen = aWindow(aBridge({ 'notification:test': { sentence, problem: null } }))
  await seen.actions.sendTestNotice()
  expect(seen.ui.getState()).toMatchObject({ noticeShown: sentence, problem: null })
  const problem = 'Nobody on this desktop shows notifications.'
  const unseen = aWindow(aBridge({ 'notification:test': { sentence: null, problem } }))
  await unseen.actions.sendTestNotice()
  expect(unseen.ui.getState()).toMatchObject({ noticeShown: null, problem })
})

describe('what is seen beyond the containers', () => {
  test('is kept with the stack it is of, and makes no button wait', async () => {
    const { ui, actions } = aWindow(aBridge({ 'monitoring:get': { view: null } }))
    const answer = actions.readMonitoring('odin')
    expect(ui.getState().asking).toBe(false)
    await answer
    expect(ui.getState().monitoring).toEqual({ stack: 'odin', view: null })
  })

  test('is asked for again once it has been accepted, and not when that failed', async () => {
    const bridge = aBridge({ 'monitoring:get': { view: null } })
    expect(await aWindow(bridge).actions.acceptBaseline('odin')).toBe(true)
    expect(bridge.asked.map(({ channel }) => channel)).toEqual([
      'baseline:accept',
      'monitoring:get',
    ])
    const refused = aBridge({ 'baseline:accept': { problem: 'Nothing can be seen.' } })
    expect(await aWindow(refused).actions.acceptBaseline('odin')).toBe(false)
    expect(refused.asked).toHaveLength(1)
  })
})

test('a report that comes after another period was chosen is dropped', async () => {
  const { ui, actions } = aWindow(aBridge({ 'report:get': { markdown: '# Report' } }))
  const late = actions.readReport('1d')
  const wanted = actions.readReport('7d')
  await late
  await wanted
  expect(ui.getState().report).toEqual({ since: '7d', markdown: '# Report', saved: null })
})

test('where a report was saved is told, and why it was not', async () => {
  const saved = aWindow(aBridge({ 'report:save': { path: '/home/ada/r.md', problem: null } }))
  await saved.actions.saveReport('1d')
  expect(saved.ui.getState().report.saved).toBe('/home/ada/r.md')
  const full = aWindow(aBridge({ 'report:save': { path: null, problem: 'The disk is full.' } }))
  await full.actions.saveReport('1d')
  expect(full.ui.getState()).toMatchObject({
    problem: 'The disk is full.',
    report: { saved: null },
  })
})

describe('an operation that waits', () => {
  const id = '20261123T120000Z-3f9a0c'

  test('is settled as it was chosen, and only that one is shown', async () => {
    const bridge = aBridge()
    const { ui, actions } = aWindow(bridge)
    const settled = actions.settle(id, 'continue')
    expect(ui.getState()).toMatchObject({ settling: id, asking: false })
    await settled
    const params = { id, direction: 'continue' }
    expect(bridge.asked).toEqual([{ channel: 'operation:settle', params }])
    expect(ui.getState()).toMatchObject({
      settling: null,
      page: { name: 'operation', only: id },
    })
  })

  test('that cannot be settled leaves the choice where it was, with the reason', async () => {
    const refused = { problem: 'Another plan is being carried out: wait for its end.' }
    const { ui, actions } = aWindow(aBridge({ 'operation:settle': refused }))
    actions.showOpenOperation(id)
    await actions.settle(id, 'roll-back')
    expect(ui.getState()).toMatchObject({
      page: { name: 'open-operation', id },
      settling: null,
      ...refused,
    })
  })
})
