import { execFile } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { statusReportSchema, timelineEntrySchema } from '../../shared/ipc/status.ts'
import { type DemoWorld, openDemoWorld } from '../support/world.ts'

const cli = resolve(import.meta.dirname, '../../electron/cli.ts')

// Each test starts a dozen processes, and the machine may be busy.
vi.setConfig({ testTimeout: 240_000 })

describe('the command line', () => {
  let world: DemoWorld

  beforeAll(async () => {
    world = await openDemoWorld()
    await world.contextCreate('native', world.native.endpoint)
  })
  afterAll(() => world.close())

  function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const env = { PATH: process.env['PATH'] ?? '', NO_COLOR: '1', ...world.env }
    // The world's exporters have no ports on this machine: what answers there is not theirs.
    const place = args[0] === 'status' ? ['--no-monitoring'] : []
    return new Promise((done) => {
      execFile(process.execPath, [cli, ...args, ...place], { env }, (error, stdout, stderr) => {
        done({ code: error ? Number(error.code) : 0, stdout, stderr })
      })
    })
  }

  it('has help for every command', async () => {
    const { stdout } = await run('--help')
    const commands = ['watch', 'status', 'contexts', 'adopt', 'switch-back', 'timeline']
    for (const command of commands) {
      expect(stdout).toContain(`  ${command} `)
      const help = await run(command, '--help')
      expect(help).toMatchObject({ code: 0, stderr: '' })
      expect(help.stdout).toContain('Exit codes:')
    }
  })

  it('answers wrong usage with 3 and what it takes', async () => {
    expect(await run('stauts')).toMatchObject({ code: 3 })
    expect(await run('status', '--jsno')).toMatchObject({ code: 3 })
    expect(await run('timeline', '--since', 'yesterdayish')).toMatchObject({ code: 3 })
    expect((await run('runbook', 'NO_SUCH')).stderr).toContain('CONTEXT_SWITCHED')
  })

  it('goes from nothing adopted to a switch back, by its exit codes', async () => {
    const before = await run('status')
    expect(before.code).toBe(3)
    expect(before.stdout).toContain('odin-sentinel adopt')
    const wrong = await run('adopt', 'no-such-project')
    expect(wrong).toMatchObject({ code: 3 })
    expect(wrong.stderr).toContain('odin')
    expect(await run('adopt', '--context', 'nowhere')).toMatchObject({ code: 3 })

    const dry = await run('adopt', '--dry-run')
    expect(dry.stdout).toContain('version: 1')
    expect((await run('status')).code).toBe(3)

    expect(await run('adopt')).toMatchObject({ code: 0, stderr: '' })
    const well = await run('status', '--json')
    expect(well.code).toBe(0)
    expect(statusReportSchema.parse(JSON.parse(well.stdout))).toMatchObject({
      health: 'ok',
      stack: 'odin',
      home: { context: 'desktop-linux' },
      current: { context: 'desktop-linux', source: 'config.json' },
    })

    await world.contextUse('native')
    const away = await run('status')
    expect(away.code).toBe(1)
    expect(away.stdout).toContain('Docker context is native, expected desktop-linux')
    expect(away.stdout).toContain('Next: odin-sentinel switch-back')

    const plan = await run('switch-back', '--dry-run')
    expect(plan.code).toBe(0)
    expect(plan.stdout).toContain('from native to desktop-linux')
    expect((await run('status')).code).toBe(1)

    // Nobody is there to be asked.
    expect(await run('switch-back')).toMatchObject({ code: 3 })
    expect(await run('switch-back', '--yes')).toMatchObject({ code: 0 })
    expect((await run('status')).code).toBe(0)
    expect((await run('switch-back', '--yes')).stdout).toContain('Nothing to do')

    const { stdout } = await run('timeline', '--since', '1h', '--json')
    const entries = timelineEntrySchema.array().parse(JSON.parse(stdout))
    expect(entries.map(({ kind }) => kind)).toEqual(['stack', 'operation'])
  })

  it('is about one of several stacks when its name, or its file, is given', async () => {
    expect(await run('adopt', '--stack', 'second')).toMatchObject({ code: 0 })
    const both = await run('status', '--json')
    expect(both.code).toBe(0)
    const { stacks } = statusReportSchema.parse(JSON.parse(both.stdout))
    expect(stacks?.map(({ stack }) => stack)).toEqual(['odin', 'second'])

    const one = statusReportSchema.parse(
      JSON.parse((await run('status', '-s', 'second', '--json')).stdout),
    )
    expect(one).toMatchObject({ stack: 'second', health: 'ok' })
    expect(one.stacks).toBeUndefined()
    const file = one.stackFile ?? ''
    expect(file).toMatch(/second\.stack\.yaml$/)
    expect((await run('status', '--stack', file)).code).toBe(0)

    expect((await run('switch-back', '--dry-run')).stderr).toContain('--stack NAME')
    expect(await run('switch-back', '--dry-run', '--stack', 'second')).toMatchObject({ code: 0 })
    const nobody = await run('switch-back', '--dry-run', '--stack', 'third')
    expect(nobody).toMatchObject({ code: 3 })
    expect(nobody.stderr).toContain('There is no stack third; there are odin, second.')
    expect(await run('status', '--stack', 'third')).toMatchObject({ code: 3 })
    // A file that was guarded and goes stays in force until it is let go.
    await rm(file)
    await rm(join(world.env['XDG_STATE_HOME'] ?? '', 'odin-sentinel', 'last-good'), {
      recursive: true,
    })
  })

  it('ends well when nobody reads its output', async () => {
    const script = `"${process.execPath}" "${cli}" status --no-monitoring | true; echo "\${PIPESTATUS[0]}"`
    const env = { PATH: process.env['PATH'] ?? '', ...world.env }
    const said = await new Promise<string>((done) => {
      execFile('bash', ['-c', script], { env }, (_error, stdout, stderr) => done(stdout + stderr))
    })
    expect(said).toBe('0\n')
  })

  it('lists the contexts, where they lead and who answers', async () => {
    const { code, stdout } = await run('contexts', '--json')
    expect(code).toBe(0)
    const rows = JSON.parse(stdout)
    expect(rows).toContainEqual(
      expect.objectContaining({
        context: 'desktop-linux',
        home: true,
        current: true,
        kind: 'docker-desktop',
        engineId: world.desktop.identity.id,
      }),
    )
  })

  it('refuses to switch back to an engine that is down, with 4 and the next step', async () => {
    await world.quitDesktop()
    const { code, stdout } = await run('switch-back', '--yes')
    expect(code).toBe(4)
    expect(stdout).toContain('Refused:')
    expect(stdout).toContain('Next:')
    await world.startDesktop()
  })

  it('prints a runbook with the names of the stack in it', async () => {
    const { code, stdout } = await run('runbook', 'context_switched')
    expect(code).toBe(0)
    expect(stdout).toContain('desktop-linux')
    expect(stdout).not.toContain('{{home')
  })

  it('writes all runbooks as one document, and never over a file that is there', async () => {
    const file = join(world.env['HOME'] ?? '', 'runbooks.md')
    expect(await run('runbook', '--all', '--out', file)).toMatchObject({ code: 0 })
    const book = await readFile(file, 'utf8')
    expect(book).toContain('# Runbooks of odin\n')
    expect(book).toMatch(
      /docker --context desktop-linux compose --project-name odin .* up --detach --no-recreate/,
    )
    expect(book).not.toContain('{{home')
    const again = await run('runbook', '--all', '--out', file)
    expect(again).toMatchObject({ code: 3 })
    expect(again.stderr).toContain('is there already')
    expect(await readFile(file, 'utf8')).toBe(book)
    expect(await run('runbook')).toMatchObject({ code: 3 })
    expect(await run('runbook', 'GPU_HOT', '--all')).toMatchObject({ code: 3 })
  })
})
