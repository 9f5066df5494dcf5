import { expect, test } from 'vitest'
import { aBridge } from '../../../test/support/fake-bridge.ts'
import { someBackups, someChanges, someEntries } from '../../../test/support/some-backups.ts'
import { createActions } from '../actions.ts'
import { createMirrorStore } from '../mirror.ts'
import { createUiStore } from '../ui.ts'

const now = Date.UTC(2026, 10, 20)
const view = someBackups(now)

function aWindow(bridge = aBridge()) {
  const ui = createUiStore()
  const actions = createActions(bridge, createMirrorStore(), ui)
  return { bridge, ui, actions, state: () => ui.getState().backups }
}

test('what is kept is asked without making a button wait, and kept with its stack', async () => {
  const { actions, state, ui } = aWindow(aBridge({ 'backups:get': { view } }))
  const reading = actions.readBackups('odin')
  expect(ui.getState().asking).toBe(false)
  await reading
  expect(state().answered).toEqual({ stack: 'odin', view })
})

test('a sheet asks for its files and differences once, when they are looked at', async () => {
  const replies = {
    'snapshot:browse': { entries: someEntries(now, ''), problem: null },
    'snapshot:diff': { changes: [...someChanges], problem: null },
  }
  const { actions, bridge, state } = aWindow(aBridge(replies))
  actions.openSnapshot('a')
  expect(bridge.asked).toEqual([])
  for (const part of ['files', 'contents', 'files', 'differences', 'differences'] as const) {
    await actions.showPart('odin', 'a', part)
  }
  expect(bridge.asked).toEqual([
    { channel: 'snapshot:browse', params: { stack: 'odin', snapshot: 'a', path: '' } },
    { channel: 'snapshot:diff', params: { stack: 'odin', snapshot: 'a', against: null } },
  ])
  expect(state().place).toMatchObject({ part: 'differences', comparing: { changes: someChanges } })
})

test('an answer that comes after the person has gone elsewhere changes nothing', async () => {
  const { promise, resolve } = Promise.withResolvers<unknown>()
  const bridge = { ...aBridge(), ask: () => promise as never }
  const { actions, state } = aWindow(bridge as never)
  actions.openSnapshot('a')
  const browsing = actions.browseSnapshot('odin', 'a', 'configuration')
  actions.openSnapshot('b')
  resolve({ entries: someEntries(now, 'configuration'), problem: null })
  await browsing
  expect(state().place).toMatchObject({ id: 'b', browsing: { path: '', entries: null } })
})

test('an answer that never came is not an empty directory', async () => {
  const { actions, state, ui } = aWindow(aBridge({ 'snapshot:browse': new Error('Gone.') }))
  actions.openSnapshot('a')
  await actions.browseSnapshot('odin', 'a', '')
  expect(state().place).toMatchObject({
    browsing: { problem: 'There is no answer, expected one.' },
  })
  expect(ui.getState().problem).toBe('Gone.')
})

test('the editor shows what the next clean-up would do, and closes only when it is saved', async () => {
  const problem = 'The stack file is open in an editor.'
  const replies = {
    'backup:preview-prune': { lines: ['Nothing.'] },
    'backup:set-plan': { problem },
    'backups:get': { view },
  }
  const { actions, state, ui } = aWindow(aBridge(replies))
  await actions.editSchedule('odin')
  expect(state().place).toEqual({ name: 'schedule', preview: ['Nothing.'] })
  expect(await actions.savePlan('odin', view.plan)).toBe(false)
  expect(state().place.name).toBe('schedule')
  expect(ui.getState().problem).toBe(problem)

  const better = aWindow(aBridge({ 'backups:get': { view } }))
  await better.actions.editSchedule('odin')
  expect(await better.actions.savePlan('odin', view.plan)).toBe(true)
  expect(better.state()).toMatchObject({ place: { name: 'list' }, answered: { stack: 'odin' } })
})

test('a pin is told to main, and what is kept is read again', async () => {
  const { actions, bridge } = aWindow(aBridge({ 'backups:get': { view } }))
  expect(await actions.pinSnapshot('odin', 'a', 'before the move')).toBe(true)
  expect(bridge.asked.map(({ channel }) => channel)).toEqual(['snapshot:pin', 'backups:get'])
  await actions.startBackup('odin', { kind: 'verify', snapshot: 'a' })
  await actions.cancelBackup()
  expect(bridge.asked.slice(2)).toEqual([
    { channel: 'backup:start', params: { stack: 'odin', kind: 'verify', snapshot: 'a' } },
    { channel: 'backup:cancel', params: {} },
  ])
})
