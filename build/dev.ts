// npm run dev: the app on this machine's Docker, or with --demo on the built-in stack, bundled
// and started again when a source changes. Without a display, the command line instead.
import { type ChildProcess, spawn } from 'node:child_process'
import { watch } from 'node:fs'
import { join, resolve } from 'node:path'
import { bundle } from './bundle.ts'
import { findElectron } from './electron-runtime.ts'
import { run } from './run.ts'

const project = resolve(import.meta.dirname, '..')
const settleMs = 200

async function devTerminal(): Promise<number> {
  console.log('No display: watching in the terminal, restarted when a source changes.')
  return run('node', ['--watch', join(project, 'electron/cli.ts'), 'watch'])
}

async function devApp(): Promise<number> {
  const electron = await findElectron({ forTests: false })
  if ('problem' in electron) {
    console.error(electron.problem)
    return 1
  }
  const { path } = electron
  const flags = [...process.argv.slice(2), ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])]
  let app: ChildProcess | undefined
  let settling: NodeJS.Timeout | undefined

  async function restart(): Promise<void> {
    try {
      await bundle()
    } catch (error) {
      console.error(error instanceof Error ? error.message : error)
      return
    }
    app?.kill()
    app = spawn(path, [project, ...flags], { stdio: 'inherit' })
    console.log(`${new Date().toLocaleTimeString()}  started`)
  }

  for (const folder of ['electron', 'renderer', 'shared', 'assets']) {
    watch(join(project, folder), { recursive: true }, (_event, name) => {
      if (name?.includes('.test.')) return
      clearTimeout(settling)
      settling = setTimeout(() => void restart(), settleMs)
    })
  }
  await restart()
  return new Promise((resolve) => {
    process.on('SIGINT', () => {
      app?.kill()
      resolve(0)
    })
  })
}

const display = process.env['WAYLAND_DISPLAY'] || process.env['DISPLAY']
process.exit(await (display ? devApp() : devTerminal()))
