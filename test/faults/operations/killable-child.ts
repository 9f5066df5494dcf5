import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { build } from 'vite'
import { nodeConfig } from '../../../build/bundle.ts'

type Ended = { code: number | null; signal: NodeJS.Signals | null; out: string }

/** Carries out an order whose file is put into `directory`; `around` is a command that starts it. */
export type RunChild = (
  order: object,
  directory: string,
  around?: readonly string[],
) => Promise<Ended>

const compileCache = 'compile-cache'

/**
 * A program of this folder as a child that can be killed anywhere. It is bundled first: it starts
 * hundreds of times.
 */
export async function killableChild(program: string, directory: string): Promise<RunChild> {
  const file = basename(program).replace(/ts$/, 'mjs')
  await build(
    nodeConfig({
      entry: `test/faults/operations/${program}`,
      outDir: directory,
      file,
      format: 'es',
    }),
  )
  return async (order, where, around = []) => {
    const orderFile = join(where, 'order.json')
    await writeFile(orderFile, JSON.stringify(order))
    const [command = '', ...args] = [...around, process.execPath, join(directory, file), orderFile]
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        // What goes to the disk goes one after the other, so that each run is like the last one.
        UV_THREADPOOL_SIZE: '1',
        NODE_COMPILE_CACHE: join(directory, compileCache),
      },
    })
    let out = ''
    child.stdout.on('data', (chunk) => {
      out += String(chunk)
    })
    const [code, signal] = await once(child, 'close')
    return { code, signal, out }
  }
}

/** A command that writes the renames and connects of what it starts into a file. */
export const tracing = (file: string): string[] => [
  ...['strace', '-f', '-qq', '-o', file],
  ...['-e', 'trace=rename,renameat,renameat2,connect'],
]

/** What the system saw of renames, but for those of Node's own cache, and of connects. */
export async function tracedCalls(file: string): Promise<{ rename: number; connect: number }> {
  const all = (await readFile(file, 'utf8')).split('\n')
  const lines = all.filter((line) => !line.includes('resumed>') && !line.includes(compileCache))
  const connects = lines.filter((line) => /^\d+ +connect\(/.test(line))
  // Its children connect from threads of their own.
  const own = connects[0]?.match(/^\d+/)?.[0]
  return {
    rename: lines.filter((line) => /^\d+ +rename/.test(line)).length,
    connect: connects.filter((line) => line.startsWith(`${own} `)).length,
  }
}
