import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SentinelBridge } from '../../shared/ipc/contract.ts'
import { renderStackFile } from '../../shared/stack/render-stack-file.ts'
import { firstBackup } from '../../shared/stack/stack-schema.ts'
import { bundleApp, launchApp, openPage, packagedApp, type RunningApp } from './app.ts'
import { type Desktop, startDesktop } from './desktop/desktop.ts'

// The real app takes a snapshot in the process that Electron starts for it: from the bundle, and,
// where the packaged app is tested, from its archive with all fuses set.

let desktop: Desktop
let app: RunningApp

beforeAll(async () => {
  const bundled = packagedApp ?? (await bundleApp('real'))
  desktop = await startDesktop()
  const workingDir = join(desktop.home, 'odin')
  await mkdir(workingDir)
  await writeFile(join(workingDir, 'docker-compose.yml'), 'services: { a: { image: x } }\n')
  const services = [{ name: 'a', image: 'x', ports: [], config: [] }]
  const starts = [{ files: [join(workingDir, 'docker-compose.yml')], envFiles: [], services }]
  const stack = renderStackFile({
    name: 'odin',
    home: {
      context: 'nowhere',
      engineId: 'E',
      engineKind: 'native',
      endpoint: `unix://${desktop.home}/no.sock`,
    },
    projects: [{ name: 'odin', workingDir, starts }],
    stayHome: { enabled: false, countdownSeconds: 30 },
    backup: firstBackup,
  })
  const config = join(desktop.home, 'config/odin-sentinel')
  await mkdir(config, { recursive: true })
  await writeFile(join(config, 'stack.yaml'), stack)
  app = await launchApp(bundled, desktop)
})
afterAll(async () => {
  await app.close()
  await desktop.stop()
})

test('a snapshot is taken in a process of its own', async () => {
  const page = await openPage(app)
  const view = await page.evaluate(async () => {
    const bridge: SentinelBridge = Reflect.get(globalThis, 'sentinel')
    const stackIsThere = async (): Promise<void> => {
      const mirror = await bridge.ask('mirror:get', {})
      if (mirror.stacks.some(({ stack }) => stack === 'odin')) return
      await new Promise((resolve) => setTimeout(resolve, 100))
      await stackIsThere()
    }
    await stackIsThere()
    const phases: string[] = []
    const over = new Promise<void>((resolve) => {
      bridge.onMirror(({ backups }) => {
        if (backups?.run) phases.push(backups.run.phase)
        else if (phases.length > 0) resolve()
      })
    })
    const { problem } = await bridge.ask('backup:start', { stack: 'odin', kind: 'backup' })
    if (problem !== null) throw new Error(problem)
    await over
    return { phases, ...(await bridge.ask('backups:get', { stack: 'odin' })).view }
  })
  expect(view.lastEnd).toMatchObject({ kind: 'backup', outcome: 'partial' })
  expect(view.snapshots).toMatchObject([{ reason: 'manual', engineId: null }])
  expect(view.phases).toContain('preparing')
  const kept = join(desktop.home, '.local/share/odin-sentinel/backups/odin')
  expect(await readdir(join(kept, 'snapshots'))).toEqual([view.snapshots?.[0]?.id])
})
