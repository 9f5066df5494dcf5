import type { Page } from 'playwright-core'
import { bundleApp, launchApp, openPage, packagedApp, type RunningApp } from './app.ts'
import { type Desktop, startDesktop } from './desktop/desktop.ts'
import { NotificationServer } from './desktop/notification-server.ts'
import { TrayWatcher } from './desktop/tray-watcher.ts'

export type Stage = AsyncDisposable & {
  desktop: Desktop
  app: RunningApp
  /** Only where the stage was asked for one. */
  tray: TrayWatcher
  notices: NotificationServer
  page(): Promise<Page>
  /** Starts another one of the same app in the same session. */
  launchAgain(args?: readonly string[]): Promise<RunningApp>
}

type StageWishes = {
  tray?: boolean
  notices?: boolean
  args?: readonly string[]
  env?: Record<string, string>
  /** Capabilities of the notification server. */
  capabilities?: string[]
  /** `real`: whatever engines the environment leads to. */
  world?: 'fake' | 'demo' | 'real'
  /** What was bundled already, by `bundleApp`. */
  bundle?: string
}

/** Bundled once for a test file: nothing in it changes between tests. */
const bundles = new Map<string, Promise<string>>()

function bundleOf(world: 'fake' | 'demo' | 'real'): Promise<string> {
  const there = bundles.get(world) ?? bundleApp(world === 'fake' ? 'fake' : 'real')
  bundles.set(world, there)
  return there
}

/** A desktop with what the test wishes on it, and the app started on it. */
export async function openStage(wishes: StageWishes = {}): Promise<Stage> {
  const world = wishes.world ?? 'fake'
  if (packagedApp && world === 'fake') throw new Error('The packaged app has the real loop in it.')
  const app = packagedApp ?? wishes.bundle ?? (await bundleOf(world))
  const args = [...(wishes.args ?? []), ...(world === 'demo' ? ['--demo'] : [])]
  const desktop = await startDesktop()
  const tray = wishes.tray === false ? undefined : await TrayWatcher.start(desktop.busAddress)
  const notices =
    wishes.notices === false
      ? undefined
      : await NotificationServer.start(desktop.busAddress, wishes.capabilities)
  const launched: RunningApp[] = []
  const launch = async (more: readonly string[]) => {
    const running = await launchApp(app, desktop, more, wishes.env)
    launched.push(running)
    return running
  }
  const close = async () => {
    for (const running of launched) await running.close().catch(() => {})
    await tray?.stop()
    await notices?.stop()
    await desktop.stop()
  }
  try {
    const running = await launch(args)
    return {
      desktop,
      app: running,
      get tray() {
        return there(tray, 'tray')
      },
      get notices() {
        return there(notices, 'notification server')
      },
      page: () => openPage(running),
      launchAgain: (more = args) => launch(more),
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

function there<T>(thing: T | undefined, what: string): T {
  if (thing === undefined) throw new Error(`this stage has no ${what}`)
  return thing
}
