import { execFile, spawn } from 'node:child_process'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type DemoWorld, openDemoWorld } from '../support/world.ts'

// What the command line tells and keeps beside its verdicts: reports, tokens, settings.

const cli = resolve(import.meta.dirname, '../../electron/cli.ts')
vi.setConfig({ testTimeout: 240_000 })

let world: DemoWorld

const environment = () => ({ PATH: process.env['PATH'] ?? '', NO_COLOR: '1', ...world.env })

function run(args: readonly string[], input = '') {
  return new Promise<{ code: number; stdout: string; stderr: string }>((done) => {
    const child = execFile(
      process.execPath,
      [cli, ...args],
      { env: environment() },
      (error, stdout, stderr) => done({ code: error ? Number(error.code) : 0, stdout, stderr }),
    )
    child.stdin?.end(input)
  })
}

/** Guards in a process of its own for as long as the work takes. */
async function watching(work: (said: string[], until: Until) => Promise<void>): Promise<string> {
  const child = spawn(process.execPath, [cli, 'watch', '--json', '--no-monitoring'], {
    env: environment(),
  })
  let stderr = ''
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const said: string[] = []
  const waiting = new Set<() => void>()
  createInterface({ input: child.stdout }).on('line', (line) => {
    said.push(line)
    for (const look of waiting) look()
  })
  const until: Until = (fits) =>
    new Promise((resolve) => {
      const look = () => {
        if (!said.some(fits)) return
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      look()
    })
  try {
    await work(said, until)
  } finally {
    const ended = new Promise((resolve) => child.once('close', resolve))
    child.kill('SIGINT')
    await ended
  }
  return stderr
}
type Until = (fits: (line: string) => boolean) => Promise<void>

beforeAll(async () => {
  world = await openDemoWorld()
  await world.contextCreate('native', world.native.endpoint)
  expect(await run(['adopt'])).toMatchObject({ code: 0 })
})
afterAll(() => world.close())

const incident = (status: string) => (line: string) =>
  line.includes('"type":"incident"') && line.includes(`"status":"${status}"`)

it('reports what happened, and forwards and counts it as the settings say', async () => {
  const told: { change: string; stack: string }[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    told.push(JSON.parse(Buffer.concat(chunks).toString('utf8')))
    response.end()
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  const config = join(world.env['XDG_CONFIG_HOME'] ?? '', 'odin-sentinel')
  await mkdir(config, { recursive: true })
  const url = `http://127.0.0.1:${port}/s3cret`
  await writeFile(join(config, 'settings.yaml'), `forward: { webhook: { url: "${url}" } }\n`)

  const stderr = await watching(async (_said, until) => {
    await until((line) => line.includes('"health":"ok"'))
    await world.contextUse('native')
    await until(incident('firing'))
    await expect.poll(() => told.length).toBe(1)
    await writeFile(join(config, 'settings.yaml'), 'forwards: {}\n')
    await until((line) => line.includes('forwards is not a key of a settings file'))
    await world.contextUse('desktop-linux')
    await until(incident('resolved'))
    await expect.poll(() => told.map(({ change }) => change)).toEqual(['opened', 'resolved'])
  })
  server.close()
  expect(told[0]).toMatchObject({ version: 1, stack: 'odin', change: 'opened' })
  expect(stderr).toContain('the nearest is forward')
  expect(stderr).not.toContain('s3cret')

  const report = await run(['report', '--since', '1h'])
  expect(report).toMatchObject({ code: 0, stderr: '' })
  for (const part of [
    '## Summary',
    '### What worked before',
    '### State at the failure',
    '### Root cause',
    '### Contributing factors',
    '### Affected services',
    '## What was done',
    '## Timeline',
    'Docker context is native, expected desktop-linux',
    'All 14 services run on desktop-linux',
  ]) {
    expect(report.stdout).toContain(part)
  }
  const json = JSON.parse((await run(['report', '--json'])).stdout)
  expect(json.records).toMatchObject([
    { stack: 'odin', incident: { cause: 'CONTEXT_SWITCHED', status: 'resolved' } },
  ])
})

it('writes a report to a file, and never over one', async () => {
  const out = join(world.env['XDG_STATE_HOME'] ?? '', 'report.md')
  expect(await run(['report', '--out', out])).toMatchObject({ code: 0 })
  const first = await readFile(out, 'utf8')
  expect(first).toMatch(/^# Incident report/)
  const again = await run(['report', '--out', out, '--since', '1m'])
  expect(again.code).toBe(3)
  expect(again.stderr).toContain('is there already and is not overwritten')
  expect(await readFile(out, 'utf8')).toBe(first)
  expect(await run(['report', '--since', 'yesterdayish'])).toMatchObject({ code: 3 })
})

it('keeps a token from standard input, and takes none among the arguments', async () => {
  const file = join(world.env['XDG_STATE_HOME'] ?? '', 'odin-sentinel/secrets.json')
  const kept = await run(['token', 'grafana'], 'glsa_s3cret\n')
  expect(kept).toMatchObject({ code: 0, stderr: '' })
  expect(kept.stdout).toContain('for its owner alone')
  expect(kept.stdout).not.toContain('s3cret')
  expect(JSON.parse(await readFile(file, 'utf8')).secrets).toEqual({
    'grafana/odin': 'glsa_s3cret',
  })
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(await run(['token', 'grafana', 'glsa_s3cret'])).toMatchObject({ code: 3 })
  expect(await run(['token', 'grafana'], 'two words\n')).toMatchObject({ code: 3 })
  expect(await run(['token', 'grafana'])).toMatchObject({ code: 3 })
  expect(await run(['token', 'loki'], 'x\n')).toMatchObject({ code: 3 })
  expect((await run(['token', 'grafana', '--remove'])).stdout).toContain('is removed')
  expect((await run(['token', 'grafana', '--remove'])).stdout).toContain('There was no token')
})
