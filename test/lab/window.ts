import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { findElectron } from '../../build/electron-runtime.ts'
import { bundleApp } from '../e2e/app.ts'
import type { Machine } from './machine.ts'
import type { Answer, Deed, WindowOrder } from './window.inside.ts'

const root = join(import.meta.dirname, '../..')

/** The window of the real app on the lab's computer, in a desktop session of its own. */
export type LabWindow = AsyncDisposable & {
  /** What was read; throws with everything that the window shows where it cannot be done. */
  do(deed: Deed): Promise<string[]>
}

export type LabApp = { bundle: string; electron: string }

/** Bundles the app in a place of its own: e2e tests may be bundling theirs. */
export async function appForLab(): Promise<LabApp> {
  const electron = await findElectron({ forTests: true })
  if ('problem' in electron) throw new Error(electron.problem)
  const bundle = await bundleApp('real', join(root, 'dist', 'lab-window'))
  return { bundle, electron: electron.directory }
}

/** Longer than whatever is waited for may take on a busy machine, shorter than a test may. */
const patienceMs = 150_000

/** `env` is that of the user's terminal; display and session bus are the session's own. */
export async function openLabWindow(
  machine: Machine,
  at: { app: LabApp; directory: string; env: Readonly<Record<string, string>> },
): Promise<LabWindow> {
  const temporary = join(at.directory, 'session')
  await mkdir(temporary, { recursive: true })
  const order: WindowOrder = { bundle: at.app.bundle, env: { ...at.env }, patienceMs }
  const hand = [join(import.meta.dirname, 'window.inside.ts'), JSON.stringify(order)]
  const [program, ...args] = machine.inside('terminal', [process.execPath, ...hand], root)
  const child = spawn(program, args, {
    env: {
      ...{ PATH: at.env['PATH'], HOME: at.env['HOME'], TMPDIR: temporary },
      ELECTRON_OVERRIDE_DIST_PATH: at.app.electron,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const complaints: string[] = []
  child.stderr.setEncoding('utf8').on('data', (text: string) => complaints.push(text))
  const ended = once(child, 'close')
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()

  async function answer(): Promise<string[]> {
    const { value, done } = await answers.next()
    if (done) throw new Error(`The lab's window is gone:\n${complaints.join('').slice(-4000)}`)
    const told = JSON.parse(value) as Answer
    if ('problem' in told) throw new Error(told.problem)
    return told.said
  }

  await answer()
  return {
    do(deed) {
      child.stdin.write(`${JSON.stringify(deed)}\n`)
      return answer()
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await ended
    },
  }
}
