import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { _electron, type ElectronApplication, type Page } from 'playwright-core'
import { build, type Plugin } from 'vite'
import {
  backupEntry,
  bundleRenderer,
  mainEntry,
  nodeConfig,
  preloadEntry,
} from '../../build/bundle.ts'
import { findElectron } from '../../build/electron-runtime.ts'
import type { Desktop } from './desktop/desktop.ts'
import type { FakeGuard } from './fake-guard.ts'

const root = join(import.meta.dirname, '../..')

/** Puts the test's loop in the place of the real one; everything around it stays. */
const fakeGuard: Plugin = {
  name: 'odin:fake-guard',
  enforce: 'pre',
  resolveId: (id, importer) =>
    id === './guard.ts' && importer?.endsWith('/electron/main.ts')
      ? join(import.meta.dirname, 'fake-guard.ts')
      : null,
}

/** The packaged app to test in place of the bundle. */
export const packagedApp = process.env['ODIN_APP'] || undefined

async function testElectron(): Promise<string> {
  const electron = await findElectron({ forTests: true, say: () => {} })
  if ('problem' in electron) throw new Error(electron.problem)
  return electron.path
}

/**
 * Bundles the app as `npm start` does, with `dist/` and `assets/` side by side. Who runs beside
 * the e2e tests names a directory of its own.
 */
export async function bundleApp(
  world: 'fake' | 'real',
  app = join(root, 'dist', `e2e-${world}`),
): Promise<string> {
  const outDir = join(app, 'dist')
  await rm(app, { recursive: true, force: true })
  await mkdir(outDir, { recursive: true })
  const plugins = world === 'fake' ? [fakeGuard] : []
  await build(nodeConfig({ ...mainEntry, outDir, plugins }))
  await build(nodeConfig({ ...preloadEntry, outDir }))
  await build(nodeConfig({ ...backupEntry, outDir }))
  await bundleRenderer(join(outDir, 'renderer'))
  await symlink(join(root, 'assets'), join(app, 'assets'))
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  const { name, productName, version, type, main, desktopName } = manifest
  await writeFile(
    join(app, 'package.json'),
    JSON.stringify({ name, productName, version, type, main, desktopName }),
  )
  return app
}

export type RunningApp = ElectronApplication & {
  /** Speaks to the fake guard inside the main process. */
  guard<T>(deed: (guard: FakeGuard) => T): Promise<T>
}

export async function launchApp(
  app: string,
  desktop: Desktop,
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<RunningApp> {
  const running = await _electron.launch({
    executablePath: packagedApp ?? (await testElectron()),
    args: packagedApp ? [...args] : [app, ...args],
    env: { ...desktop.env, ...env },
    timeout: 30_000,
    // Playwright would say "light" to the page whatever the desktop says.
    colorScheme: null,
  })
  return Object.assign(running, {
    guard: <T>(deed: (guard: FakeGuard) => T): Promise<T> =>
      running.evaluate(
        (_electron, text) =>
          new Function('guard', `return (${text})(guard)`)(Reflect.get(globalThis, 'fakeGuard')),
        deed.toString(),
      ),
  })
}

/** The window once our page in it has drawn something. */
export async function openPage(app: ElectronApplication): Promise<Page> {
  const page = app.windows()[0] ?? (await app.waitForEvent('window'))
  await page.waitForSelector('#root > *')
  return page
}
