import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Configuration } from 'electron-builder'
import type { FoundElectron } from './electron-runtime.ts'

/**
 * What goes into the app and how it is locked. `forTests` leaves one door open: a debugger may
 * attach to the main process, without which the e2e suite cannot hold the packaged app.
 */
export function builderConfig(options: {
  electron: FoundElectron
  output: string
  forTests: boolean
}): Configuration {
  return {
    appId: 'io.github.odin-sentinel',
    productName: 'Odin Sentinel',
    executableName: 'odin-sentinel',
    directories: { output: options.output },
    // Everything needed has been bundled into these; no node_modules travels along.
    files: [
      'dist/main.js',
      'dist/preload.cjs',
      'dist/renderer/**',
      'assets/**',
      '!assets/pictures/**',
      '!**/node_modules/**',
    ],
    asar: true,
    npmRebuild: false,
    electronDist: options.electron.directory,
    electronVersion: options.electron.version,
    electronLanguages: ['en-US'],
    linux: { target: 'dir', category: 'Monitor', syncDesktopName: true },
    electronFuses: {
      runAsNode: false,
      enableCookieEncryption: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: options.forTests,
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
