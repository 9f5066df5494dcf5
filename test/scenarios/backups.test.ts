import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { orderHere } from '../../electron/backup/order-here.ts'
import { demoComposeFiles } from '../../electron/demo/demo-stack.ts'
import type { DemoWorld } from '../../electron/demo/demo-world.ts'
import { openDemoWorld } from '../../electron/demo/demo-world.ts'
import { backupDoorsHere } from '../../electron/sentinel/backups/doors-here.ts'
import type { Backups, Sentinel } from '../../electron/sentinel/surface.ts'
import type { BackupView } from '../../shared/ipc/backup-view.ts'
import { guard } from '../support/guarded-world.ts'

/** The whole loop with its repository on disk; only the work is done in this process. */
async function withBackups(
  play: (guarded: {
    world: DemoWorld
    sentinel: Sentinel
    backups: Backups
    until: Awaited<ReturnType<typeof guard>>['until']
    run(wish: Parameters<Backups['start']>[1]): Promise<BackupView>
  }) => Promise<void>,
): Promise<void> {
  const world = await openDemoWorld()
  const { env, homeDirectory, workingDir } = world
  await mkdir(workingDir, { recursive: true })
  for (const file of demoComposeFiles) {
    await writeFile(join(workingDir, file), `services: {} # ${file}\n`)
  }
  const place = { env: { ...env }, homeDirectory }
  const doors = backupDoorsHere({
    door: () => {
      throw new Error('the work is done in this process')
    },
    place,
    secretsOf: async () => ({}),
    version: '1.2.3',
  })
  const carryOut = orderHere({ place, secrets: {}, version: '1.2.3' })
  const { sentinel, until } = await guard(world, { backups: { ...doors, carryOut } })
  const backups = sentinel.backups
  if (!backups) throw new Error('nobody keeps backups')
  try {
    await sentinel.adopt({ projects: ['odin'] })
    await until('all well', ({ health }) => health === 'ok')
    await play({
      world,
      sentinel,
      backups,
      until,
      async run(wish) {
        const before = sentinel.mirror().backups?.revision ?? 0
        const over = new Promise<void>((resolve) => {
          const stop = sentinel.onMirror(({ backups: now }) => {
            if (now?.run !== null || now.revision === before) return
            stop()
            resolve()
          })
        })
        await backups.start('odin', wish)
        await over
        return viewed(backups)
      },
    })
  } finally {
    await sentinel.stop()
    await world.close()
  }
}

async function viewed(backups: Backups): Promise<BackupView> {
  const view = await backups.view('odin')
  if (!view) throw new Error('there is no view')
  return view
}

test('a stack that was adopted has a first night, and no snapshot before it', async () => {
  await withBackups(async ({ sentinel, backups }) => {
    const view = await viewed(backups)
    expect(view.plan.schedule).toEqual(['15 2 * * *'])
    expect(view).toMatchObject({ snapshots: [], problem: null, overdueSince: null, lastGood: null })
    expect(Date.parse(view.nextRun ?? '')).toBeGreaterThan(Date.now())
    const codes = sentinel
      .mirror()
      .stacks.flatMap(({ findings }) => findings.map(({ code }) => code))
    expect(codes.filter((code) => code.startsWith('BACKUP_'))).toEqual([])
  })
})

test('a snapshot is taken, looked into, compared, pinned and checked', async () => {
  await withBackups(async ({ world, sentinel, backups, run }) => {
    const taken = await run({ kind: 'backup' })
    const [snapshot] = taken.snapshots
    if (!snapshot) throw new Error(taken.lastEnd?.sentence)
    expect(snapshot).toMatchObject({ reason: 'manual', damaged: null, pinned: null })
    expect(snapshot.verifiedAt).not.toBeNull()
    // These engines have no volumes: what lacks the data is a part, and never the last good one.
    expect(snapshot.isPart).toBe(true)
    expect(sentinel.mirror().backups?.lastGood).toEqual({})
    expect(
      sentinel.timeline('2020-01-01T00:00:00Z').filter(({ kind }) => kind === 'backup'),
    ).toMatchObject([{ stack: 'odin', sentence: taken.lastEnd?.sentence }])
    const found = sentinel.mirror().stacks[0]?.findings.find(({ code }) => code === 'BACKUP_FAILED')
    expect(found).toMatchObject({ severity: 'info', status: 'firing' })

    const at = `configuration${world.workingDir}`
    const names = (await backups.browse('odin', snapshot.id, at)).map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining([...demoComposeFiles]))

    await writeFile(join(world.workingDir, 'docker-compose.yml'), 'services: { a: {} }\n')
    const changes = await backups.diff('odin', snapshot.id, null)
    expect(changes.filter(({ path }) => path.endsWith('docker-compose.yml'))).toMatchObject([
      { component: 'configuration', change: 'changed' },
    ])

    await backups.pin('odin', snapshot.id, 'before the move')
    expect((await viewed(backups)).snapshots[0]?.pinned).toBe('before the move')
    expect(await backups.previewPrune('odin')).toEqual([expect.stringContaining('before the move')])

    const checked = await run({ kind: 'verify' })
    expect(checked.lastEnd).toMatchObject({ kind: 'verify', outcome: 'done' })
    await expect(backups.browse('odin', snapshot.id, 'nonsense')).rejects.toThrow(
      'There is no nonsense',
    )
  })
})

test('another plan stands in the stack file, and a copy of the one before is kept', async () => {
  await withBackups(async ({ sentinel, backups }) => {
    const { plan } = await viewed(backups)
    const file = sentinel.mirror().stacks[0]?.stackFile ?? ''
    const text = await readFile(file, 'utf8')
    await backups.setPlan('odin', { ...plan, schedule: ['0 3 * * 1'], onBattery: true })
    const view = await viewed(backups)
    expect(view.plan).toMatchObject({ schedule: ['0 3 * * 1'], onBattery: true })
    const edited = await readFile(file, 'utf8')
    expect(edited.split('backup:')[0]).toBe(text.split('backup:')[0])
    await expect(backups.setPlan('odin', { ...plan, schedule: ['0 0 30 2 *'] })).rejects.toThrow(
      'never comes',
    )
    expect(await readFile(file, 'utf8')).toBe(edited)
  })
})

test('before a plan the configuration is kept, and the plan says so', async () => {
  await withBackups(async ({ world, sentinel, backups }) => {
    await world.contextUse('default')
    await sentinel.lookAgain()
    const proposal = await sentinel.propose('odin', { kind: 'switch-back' })
    if (proposal.kind !== 'plan') throw new Error(proposal.sentence)
    const said = 'The configuration is kept in a snapshot first.'
    expect(proposal.warnings).toContain(said)
    // A recovery has a step of its own for that.
    const recovery = await sentinel.propose('odin', { kind: 'recover' })
    if (recovery.kind !== 'plan') throw new Error(recovery.sentence)
    expect(recovery.steps[0]?.kind).toBe('TakeSnapshot')
    expect(recovery.warnings).not.toContain(said)
    const view = await sentinel.execute(proposal.hash)
    expect(view).toMatchObject({ outcome: 'done' })
    expect(view.sentence).not.toContain('could not be kept')
    const { snapshots } = await viewed(backups)
    expect(snapshots).toMatchObject([
      { reason: 'before-plan', note: 'Switch back to desktop-linux' },
    ])
    expect(snapshots[0]?.components.map(({ id }) => id)).toEqual(['configuration', 'machine'])
  })
})

test('a repository that is gone makes the verdict unknown, and nothing is begun in its place', async () => {
  await withBackups(async ({ sentinel, backups, run, until }) => {
    const { repository } = await run({ kind: 'backup' })
    await rename(repository, `${repository}.elsewhere`)
    await sentinel.lookAgain()
    await until('unknown', ({ health }) => health === 'unknown')
    expect(sentinel.mirror().stacks[0]?.sentence).toBe(
      `Whether odin is backed up cannot be seen: the repository ${repository} is gone, expected where it was: is its disk mounted?`,
    )
    const view = await viewed(backups)
    expect(view.problem).toContain('is its disk mounted?')
    expect(view.snapshots).toHaveLength(1)
    await rename(`${repository}.elsewhere`, repository)
    await sentinel.lookAgain()
    await until('ok', ({ health }) => health === 'ok')
  })
})
