import { homedir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { app, dialog } from 'electron'
import { places } from './adapters/disk/places.ts'
import { desktopNotifier } from './adapters/notifications/desktop-notifier.ts'
import { connectSessionBus } from './adapters/session-bus/session-bus.ts'
import { openDemo, openGuard } from './guard.ts'
import { settingsFile } from './sentinel/keep/settings-file.ts'
import { backUpAndTell } from './sentinel/tell/backup-notice.ts'
import { notifyOfIncidents } from './sentinel/tell/notify.ts'
import { sendTestNotice } from './sentinel/tell/test-notice.ts'
import { registerAppScheme, serveApp } from './shell/app-protocol.ts'
import { sessionAutostart } from './shell/autostart.ts'
import { utilityDoor } from './shell/backup-door.ts'
import { electronNotifier } from './shell/electron-notifications.ts'
import { handlersFor } from './shell/handlers.ts'
import { harden, tameChromium } from './shell/hardening.ts'
import { answerThePage } from './shell/ipc-main.ts'
import { afterSleep } from './shell/power.ts'
import { appTray } from './shell/tray.ts'
import { trayDeeds } from './shell/tray-deeds.ts'
import { keepTrayInSight, trayHost } from './shell/tray-host.ts'
import { appWindow } from './shell/window.ts'

// The desktop app, put together from top to bottom: adapters → sentinel → shell.

const { values: wishes } = parseArgs({
  args: process.argv.slice(1),
  strict: false, // Chromium's switches are among them
  options: {
    demo: { type: 'boolean', default: false },
    /** The demo world without its story: what happens in it is up to who plays. */
    'by-hand': { type: 'boolean', default: false },
    hidden: { type: 'boolean', default: false },
    stack: { type: 'string', multiple: true, default: [] },
  },
})
const demo = wishes.demo === true
const title = demo ? 'Odin Sentinel (DEMO)' : 'Odin Sentinel'
const bundled = import.meta.dirname
const assets = join(bundled, '..', 'assets')
/** A quit waits for a running operation to end or to roll back, but not for ever. */
const stopWithinMs = 15_000
const ours = places(process.env, homedir())
const settings = settingsFile({ configDirectory: ours.config, stateDirectory: ours.state })

const sandboxed = tameChromium()
// The demo may run beside the real guard: the single-instance lock is kept in here.
app.setPath('userData', join(ours.state, demo ? 'electron-demo' : 'electron'))
app.setPath('sessionData', join(ours.cache, demo ? 'electron-demo' : 'electron'))
registerAppScheme()

// A second start says what it was called with; Electron rewrites the argv that it passes itself.
if (!app.requestSingleInstanceLock({ argv: process.argv })) app.exit(0)
else
  run().catch((error) => {
    console.error(error)
    app.exit(1)
  })

// Not awaited here: Electron becomes ready only after this module has been evaluated.
async function run(): Promise<void> {
  const bus = connectSessionBus()
  const say = (sentence: string) => console.log(sentence)
  const tellProblem = ({ message }: Error) => void dialog.showMessageBox({ type: 'error', message })
  const stacks = (wishes.stack ?? []).map(String)
  const played = demo ? await openDemo() : undefined
  const backupDoor = utilityDoor(join(bundled, 'backup-process.js'))
  const own = {
    stacks,
    monitoring: true,
    onProblem: say,
    settings,
    version: app.getVersion(),
    backupDoor,
  }
  const sentinel = played?.sentinel ?? (await openGuard(own))
  const window = appWindow({
    preload: join(bundled, 'preload.cjs'),
    icon: join(assets, 'tray/ok@2x.png'),
    title,
    keepOnClose: () => sentinel.mirror().trayHost !== 'present' && !stopping,
    quit: () => app.quit(),
  })
  const desktop = { name: title, desktopEntry: 'io.github.odin-sentinel' }
  const notifier = desktopNotifier(bus, desktop, [electronNotifier()])
  const choices = () => settings.inForce().notifications
  const notifyTest = () => sendTestNotice(notifier, choices())
  const openBackups = () => window.show({ page: 'backups' })
  const perform = trayDeeds({
    sentinel,
    show: window.show,
    quit: () => app.quit(),
    notifyTest,
    backUp: (stack) => backUpAndTell({ sentinel, notifier, open: openBackups }, stack),
    startWithSession: async (on) => autostart?.turn(on).finally(showTray),
    tellProblem,
  })
  const tray = appTray({ icons: join(assets, 'tray'), perform })
  const args = [app.isPackaged ? [] : app.getAppPath(), sandboxed ? [] : '--no-sandbox'].flat()
  const autostart = demo ? undefined : await sessionAutostart(ours, process, args)
  const showTray = () => tray.update(sentinel.mirror(), autostart?.on)
  let stopping: Promise<void> | undefined

  app.on('second-instance', () => window.show())
  app.on('window-all-closed', () => {
    // The guard goes on without a window.
  })
  app.on('before-quit', (event) => {
    if (stopping === undefined) {
      stopping = Promise.race([sentinel.stop(), setTimeout(stopWithinMs)]).finally(() => {
        tray.destroy()
        app.exit(0)
      })
    }
    event.preventDefault()
  })

  await app.whenReady()
  harden()
  serveApp(join(bundled, 'renderer'))
  answerThePage(handlersFor(sentinel, join(assets, 'runbooks'), notifyTest))
  sentinel.onMirror((mirror) => {
    showTray()
    window.send(mirror)
  })
  notifyOfIncidents({
    sentinel,
    notifier,
    choices,
    review: (stack) => window.show({ review: stack }),
    onProblem: say,
  })
  afterSleep(() => void sentinel.lookAgain())
  showTray()
  const host = await keepTrayInSight(trayHost(bus), tray, (state) => sentinel.setTrayHost(state))
  if (!wishes.hidden || host !== 'present') window.show()
  await sentinel.start()
  if (played && !wishes['by-hand']) {
    const problem = await played.play(say)
    if (problem !== null && !stopping) say(`DEMO  The story came to a halt: ${problem}`)
    for (const line of played.howToPlay) say(line)
  }
}
