import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Configuration } from 'electron-builder'
import type { FoundElectron } from './electron-runtime.ts'
import { run } from './run.ts'

const root = join(import.meta.dirname, '..')

type Packaging = {
  electron: FoundElectron
  output: string
  /**
   * Leaves one door open: a debugger may attach to the main process, without which the e2e
   * suite cannot hold the packaged app.
   */
  forTests: boolean
}

/** Makes the unpacked app of what is in `dist/`; the path of its executable. */
export async function packageApp(packaging: Packaging): Promise<string> {
  // Not in this process: async-exit-hook 2.0.1, which electron-builder 26.17 loads, ends its
  // process with 0 whatever process.exitCode says, and so failed tests would have passed.
  const status = await run(process.execPath, [import.meta.filename, JSON.stringify(packaging)])
  if (status !== 0) throw new Error('The app could not be packaged; the reason is above.')
  return join(packaging.output, 'linux-unpacked', executableName)
}

const executableName = 'odin-sentinel'

/** What goes into the app and how it is locked. */
function configurationOf({ electron, output, forTests }: Packaging): Configuration {
  return {
    appId: 'io.github.odin-sentinel',
    productName: 'Odin Sentinel',
    executableName,
    directories: { output },
    // Everything needed has been bundled into these; no node_modules travels along.
    files: [
      'dist/main.js',
      'dist/preload.cjs',
      'dist/backup-process.js',
      'dist/renderer/**',
      'assets/**',
      '!assets/pictures/**',
      'shared/schemas/**',
      '!**/node_modules/**',
    ],
    asar: true,
    // An editor reads the schemas, and no editor reads asar.
    asarUnpack: ['shared/schemas/**'],
    npmRebuild: false,
    electronDist: electron.directory,
    electronVersion: electron.version,
    electronLanguages: ['en-US'],
    linux: { target: 'dir', category: 'Monitor', syncDesktopName: true },
    electronFuses: {
      runAsNode: false,
      enableCookieEncryption: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: forTests,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    },
    // With electronDist a folder, electron-builder 26 leaves Electron's own welcome app in there.
    afterPack: ({ appOutDir }) =>
      rm(join(appOutDir, 'resources/default_app.asar'), { force: true }),
  }
}

if (import.meta.main) {
  const { build } = await import('electron-builder')
  const packaging = JSON.parse(process.argv[2] ?? '') as Packaging
  await build({ projectDir: root, dir: true, config: configurationOf(packaging) })
}
