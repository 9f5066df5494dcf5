import { expect, test } from 'vitest'
import { NotificationServer } from './desktop/notification-server.ts'
import { eventually } from './eventually.ts'
import { openStage } from './stage.ts'

test('an incident is one notice: what, cause, damage, next step, and the text is only text', async () => {
  await using stage = await openStage({ args: ['--hidden'] })
  await stage.app.guard((guard) => guard.become('switched'))
  const notice = await stage.notices.notice()
  expect(notice.title).toBe('odin_lab: Docker context is default, expected desktop-linux')
  expect(notice.body).toContain('14 of 14 services are out of sight')
  expect(notice.body).toContain('&lt;b&gt;docker context use&lt;/b&gt; &amp; config.json')
  expect(notice.body).toContain('Next: Switch back')
  expect(notice.actions.map(([key]) => key)).toEqual(['default', 'remedy', 'snooze'])
  expect(notice.hints['urgency']).toBe(2)
})

test('the button leads to the restored context, and the end replaces the beginning', async () => {
  await using stage = await openStage({ args: ['--hidden'] })
  await stage.app.guard((guard) => guard.become('switched'))
  const { id } = await stage.notices.notice()
  stage.notices.press(id, 'remedy')
  const end = await stage.notices.notice((notice) => notice.title === 'odin_lab: over')
  expect(end.replaces).toBe(id)
  expect(await stage.app.guard((guard) => guard.calls)).toContain('execute aaaa')
  expect(stage.notices.caught).toHaveLength(2)
})

test('a click on the notice opens the plan review', async () => {
  await using stage = await openStage({ args: ['--hidden'] })
  await stage.app.guard((guard) => guard.become('switched'))
  const { id } = await stage.notices.notice()
  stage.notices.press(id, 'default')
  const page = await stage.page()
  await page.getByText('set the Docker context').waitFor()
  // Once more, with the window open and somewhere else in it.
  await page.getByText('Timeline').first().click()
  stage.notices.press(id, 'default')
  await page.getByText('set the Docker context').waitFor()
})

test('a server without actions and markup gets neither', async () => {
  await using stage = await openStage({ args: ['--hidden'], capabilities: ['body'] })
  await stage.app.guard((guard) => guard.become('switched'))
  const notice = await stage.notices.notice()
  expect(notice.actions).toEqual([])
  expect(notice.body).toContain('<b>docker context use</b> & config.json')
})

test('who only pretends to be the notification server presses no button', async () => {
  await using stage = await openStage({ args: ['--hidden'] })
  await stage.app.guard((guard) => guard.become('switched'))
  const { id } = await stage.notices.notice()
  const { default: dbus } = await import('dbus-native')
  const stranger = dbus.createClient({ busAddress: stage.desktop.busAddress })
  await stranger.listNames()
  const from = 'org.freedesktop.Notifications'
  stranger.sendSignal('/org/freedesktop/Notifications', from, 'ActionInvoked', 'us', [id, 'remedy'])
  await stranger.listNames()
  // The real server's signal comes after the stranger's; once it has worked, both have arrived.
  stage.notices.press(id, 'snooze')
  await eventually(
    'the real button works',
    async () =>
      (await stage.app.guard((guard) => guard.calls)).some((call) => call.startsWith('snooze')) ||
      undefined,
  )
  expect(await stage.app.guard((guard) => guard.calls)).toHaveLength(1)
  await stranger.close()
})

test('nothing is shown while it is snoozed', async () => {
  await using stage = await openStage({ args: ['--hidden'] })
  await stage.app.guard((guard) => guard.become('switched'))
  const { id } = await stage.notices.notice()
  stage.notices.press(id, 'snooze')
  await eventually(
    'it is snoozed',
    async () => (await stage.app.guard((guard) => guard.calls)).length === 1 || undefined,
  )
  await stage.app.guard((guard) => guard.become('fine'))
  await eventually('the notice is taken away', () => stage.notices.closed.includes(id) || undefined)
  expect(stage.notices.caught).toHaveLength(1)
})

test('a server that hangs holds up nobody', async () => {
  await using stage = await openStage({ args: ['--hidden'] })
  stage.notices.hangs = true
  await stage.app.guard((guard) => guard.become('switched'))
  await eventually('the server has been asked', () => stage.notices.asked > 0 || undefined)
  // While the question is open, tray and loop go on; Electron's own notifier would hold both.
  await stage.app.guard((guard) => guard.become('blind'))
  expect(await stage.tray.tooltip()).toBe('The Docker configuration cannot be read.')
  await stage.app.guard((guard) => guard.become('fine'))
  expect(await stage.tray.tooltip()).toMatch(/^Context is desktop-linux/)
  expect(stage.notices.caught).toHaveLength(0)
})

test('a server that comes back is used again', async () => {
  await using stage = await openStage({ args: ['--hidden'] })
  await stage.app.guard((guard) => guard.become('switched'))
  await stage.notices.notice()
  await stage.notices.stop()
  const next = await NotificationServer.start(stage.desktop.busAddress)
  try {
    await stage.app.guard((guard) => guard.become('fine'))
    const end = await next.notice((notice) => notice.title === 'odin_lab: over')
    expect(end.replaces).toBe(0)
  } finally {
    await next.stop()
  }
})

test('a test notification from the tray is seen, and asks for nothing', async () => {
  await using stage = await openStage({ args: ['--hidden'] })
  await stage.tray.press('Send a test notification')
  const notice = await stage.notices.notice()
  expect(notice.title).toBe('Odin Sentinel: a test')
  expect(notice.actions.map(([key]) => key)).toEqual(['default'])
})
