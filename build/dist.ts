// npm run dist: the unpacked app in dist/app/linux-unpacked. ODIN_DIST_FLAVOUR=e2e makes the one
// that the e2e suite can hold, in dist/app-e2e/linux-unpacked.
import { join } from 'node:path'
import { build } from 'electron-builder'
import { bundle } from './bundle.ts'
import { builderConfig } from './electron-builder.ts'
import { findElectron } from './electron-runtime.ts'

const root = join(import.meta.dirname, '..')
const forTests = process.env['ODIN_DIST_FLAVOUR'] === 'e2e'
const output = join(root, 'dist', forTests ? 'app-e2e' : 'app')

// Never the third party's copy: what is shipped contains Electron's own, or one named on purpose.
const electron = await findElectron({ forTests: false })
if ('problem' in electron) {
  console.error(electron.problem)
  process.exit(1)
}
console.log(`Electron ${electron.version}: ${electron.origin}, ${electron.directory}`)
await bundle()
await build({ projectDir: root, dir: true, config: builderConfig({ electron, output, forTests }) })
console.log(join(output, 'linux-unpacked/odin-sentinel'))
