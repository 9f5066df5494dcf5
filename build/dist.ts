// npm run dist: the unpacked app, in dist/app/linux-unpacked.
import { join } from 'node:path'
import { bundle } from './bundle.ts'
import { findElectron } from './electron-runtime.ts'
import { packageApp } from './package-app.ts'

// Never the third party's copy: what is shipped contains Electron's own, or one named on purpose.
const electron = await findElectron({ forTests: false })
if ('problem' in electron) {
  console.error(`Nothing was packaged: ${electron.problem}`)
  process.exit(1)
}
if (electron.origin === 'third-party test copy') {
  console.error(
    `Nothing was packaged: ${electron.directory} is a third party's copy for tests. Set ELECTRON_OVERRIDE_DIST_PATH to the Electron project's own.`,
  )
  process.exit(1)
}
console.log(`Electron ${electron.version}: ${electron.origin}, ${electron.directory}`)
await bundle()
console.log(
  await packageApp({
    electron,
    output: join(import.meta.dirname, '../dist/app'),
    forTests: false,
  }),
)
