import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Collected, collected } from '../../../test/support/collected.ts'
import { bodyText, type WebServer, webServer } from '../../../test/support/web-server.ts'
import { oneSpeaker } from './one-speaker.ts'

const script = join(import.meta.dirname, '../../../test/support/forwarding-child.ts')

let directory: string
let server: WebServer
let bodies: Collected<{ machine: string }>
let running: Process[]

type Process = {
  child: ChildProcessByStdio<Writable, Readable, null>
  lines: Collected<string>
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'one-speaker-'))
  bodies = collected()
  running = []
  server = await webServer(async (request, response) => {
    bodies.add(JSON.parse(await bodyText(request)))
    response.end()
  })
})
afterEach(async () => {
  for (const { child } of running) child.kill('SIGKILL')
  await server.stop()
  await rm(directory, { recursive: true, force: true })
})

function start(name: string): Process {
  const child = spawn(process.execPath, [script, directory, server.url, name], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = collected<string>()
  createInterface({ input: child.stdout }).on('line', lines.add)
  const one = { child, lines }
  running.push(one)
  return one
}

async function tell({ child, lines }: Process): Promise<void> {
  const before = lines.all.length
  child.stdin.write('open\n')
  await lines.until((line) => line === 'told', before)
}

const machines = () => bodies.all.map(({ machine }) => machine)

test.each(['SIGKILL', 'in order'])(
  'of two processes one speaks, and the other once it has ended: %s',
  async (way) => {
    const first = start('first')
    await first.lines.until((line) => line === 'speaks')
    const second = start('second')
    await second.lines.until((line) => line.includes('silent'))
    expect(second.lines.all).toEqual([
      `Incidents are forwarded by process ${first.child.pid} already; this one is silent until it ends.`,
    ])
    await tell(second)
    await tell(first)
    await bodies.until(() => true)
    expect(machines()).toEqual(['first'])

    const ended = once(first.child, 'exit')
    if (way === 'SIGKILL') first.child.kill('SIGKILL')
    else first.child.stdin.write('stop\n')
    await ended
    await second.lines.until((line) => line === 'speaks')
    expect(second.lines.all).toContain('Incidents are forwarded by this process now.')
    await tell(second)
    await bodies.until(({ machine }) => machine === 'second')
    expect(machines()).toEqual(['first', 'second'])
  },
)

test('where nobody can be asked who speaks, it is said and spoken all the same', async () => {
  const place = join(directory, 'file')
  await writeFile(place, '')
  const said = collected<string>()
  const stop = oneSpeaker({
    directory: place,
    say: said.add,
    begin() {
      said.add('speaks')
      return async () => said.add('ends')
    },
  })
  await said.until((line) => line === 'speaks')
  await stop()
  expect(said.all).toEqual([
    expect.stringContaining('Incidents are forwarded without looking who else does: '),
    'speaks',
    'ends',
  ])
})
