import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { build } from 'vite'
import { nodeConfig } from '../../build/bundle.ts'

type Ended = { code: number | null; signal: NodeJS.Signals | null; out: string }

/** A call of the system, by its names, and which one of them ends the process; counted from 1. */
type DeadlyCall = { names: string; at: number }

/** Carries out an order whose file is put into `directory`. */
export type RunChild = (order: object, directory: string, deadly?: DeadlyCall) => Promise<Ended>

/**
 * A program of this folder as a child that can be killed at any of its system calls. It is bundled
 * first: it starts a hundred times, and strace is slow with every file that it opens.
 */
export async function killableChild(program: string, directory: string): Promise<RunChild> {
  const file = basename(program).replace(/ts$/, 'js')
  await build(
    nodeConfig({ entry: `test/faults/${program}`, outDir: directory, file, format: 'es' }),
  )
  return async (order, where, deadly) => {
    const orderFile = join(where, 'order.json')
    await writeFile(orderFile, JSON.stringify(order))
    const node = [process.execPath, join(directory, file), orderFile]
    const [command = '', ...args] = deadly ? [...straced(deadly), ...node] : node
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      // All of its file system calls come from one thread, so that they can be counted.
      env: { ...process.env, UV_THREADPOOL_SIZE: '1', NODE_COMPILE_CACHE: join(directory, 'code') },
    })
    let out = ''
    child.stdout.on('data', (chunk) => {
      out += String(chunk)
    })
    const [code, signal] = await once(child, 'close')
    return { code, signal, out }
  }
}

// Not with --seccomp-bpf: strace 6.1 does not count calls with it, and kills at the first or never.
const straced = ({ names, at }: DeadlyCall): string[] => [
  ...['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${names}`],
  ...['-e', `inject=${names}:signal=KILL:when=${at}`],
]
