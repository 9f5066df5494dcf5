import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { bundle } from '../../build/bundle.ts'
import { findElectron } from '../../build/electron-runtime.ts'
import { packageApp } from '../../build/package-app.ts'

// Global set-up of the tests of the packaged app: the app as it is shipped, and the same with
// the one door open through which the suite takes hold of it.

declare module 'vitest' {
  export interface ProvidedContext {
    /** Executables. */
    packages: { shipped: string; held: string }
  }
}

const dist = join(import.meta.dirname, '../../dist')

export async function setup({ provide }: TestProject): Promise<void> {
  const electron = await findElectron({ forTests: true, say: () => {} })
  if ('problem' in electron) throw new Error(electron.problem)
  await bundle()
  const flavour = (name: string, forTests: boolean) =>
    packageApp({ electron, output: join(dist, name), forTests })
  // With a test copy of Electron inside, it does not lie where `npm run dist` puts its own.
  await rm(join(dist, 'e2e-packaged'), { recursive: true, force: true })
  const shipped = await flavour('e2e-packaged/shipped', false)
  const held = await flavour('e2e-packaged/held', true)
  provide('packages', { shipped, held })
}
