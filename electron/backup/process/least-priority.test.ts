import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

/** In a process of its own: nobody gets back what was given up. */
const program = `
  const { readdirSync, readFileSync } = await import('node:fs')
  const { readFile } = await import('node:fs/promises')
  const { takeLeastPriority } = await import(${JSON.stringify(join(import.meta.dirname, 'least-priority.ts'))})
  await takeLeastPriority()
  await Promise.all(Array.from({ length: 8 }, () => readFile('/proc/self/stat')))
  const threads = readdirSync('/proc/self/task')
  // proc(5): the niceness is field 19, counted from behind the name in field 2.
  const nice = threads.map((one) => {
    const stat = readFileSync('/proc/self/task/' + one + '/stat', 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]
  })
  console.log(JSON.stringify(nice))
`

test('every thread takes what others leave, also those that come later', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '-e',
    program,
  ])
  const nice: string[] = JSON.parse(stdout)
  expect(nice.length).toBeGreaterThan(4)
  expect(new Set(nice)).toEqual(new Set(['19']))
})
