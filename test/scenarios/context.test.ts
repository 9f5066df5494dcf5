import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openDemoWorld } from '../../electron/demo/demo-world.ts'
import { guard, withGuardedWorld } from '../support/guarded-world.ts'

describe('the context leaves home', () => {
  it('is one incident with its cause and damage, cured by the plan that it offers', () =>
    withGuardedWorld(async ({ world, sentinel, incidents, status, untilFiring, untilResolved }) => {
      await world.contextUse('default')
      const finding = await untilFiring('CONTEXT_SWITCHED')
      expect(finding.sentence).toBe('Docker context is default, expected desktop-linux.')
      expect(finding.evidence['out of sight']).toMatch(/^14 of 14/)
      expect(finding.evidence['cause']).toMatch(/docker context use/)
      expect(status().health).toBe('critical')

      const proposal = await sentinel.propose('odin', { kind: 'switch-back' })
      if (proposal.kind !== 'plan') throw new Error(proposal.sentence)
      expect(proposal.steps.map(({ kind }) => kind)).toEqual([
        'KeepCopy',
        'SelectContext',
        'VerifyEngine',
      ])
      expect((await sentinel.execute(proposal.hash)).outcome).toBe('done')
      await untilResolved('CONTEXT_SWITCHED')
      expect(status().health).toBe('ok')
      expect(incidents.map(({ change }) => change)).toEqual(['opened', 'resolved'])
    }))

  it('by Docker Desktop that quits, is one incident and names Docker Desktop', () =>
    withGuardedWorld(async ({ world, sentinel, incidents, status, until, untilFiring }) => {
      await world.quitDesktop()
      await untilFiring('DESKTOP_STOPPED')
      await until('one incident', ({ incidents }) =>
        incidents.some(({ sentence }) => sentence.includes('Docker Desktop stopped')),
      )
      expect(status().incidents.filter((one) => one.status === 'firing')).toHaveLength(1)

      const refusal = await sentinel.propose('odin', { kind: 'switch-back' })
      expect(refusal).toMatchObject({ kind: 'refusal', code: 'HOME_ENGINE_DOWN' })
      const plan = await sentinel.propose('odin', { kind: 'switch-back', startDesktop: true })
      if (plan.kind !== 'plan') throw new Error(plan.sentence)
      expect((await sentinel.execute(plan.hash)).outcome).toBe('done')
      // Docker Desktop is back before its context is: the cause must not be told anew.
      expect(incidents.some(({ incident }) => incident.sentence.includes('context use'))).toBe(
        false,
      )
      await until('all well', ({ health }) => health === 'ok')
    }))

  it('while nobody was watching, is found at start and told as such', async () => {
    const world = await openDemoWorld()
    try {
      const before = await guard(world)
      await before.sentinel.adopt({ projects: ['odin'] })
      await before.until('all well', ({ health }) => health === 'ok')
      await before.sentinel.stop()
      await world.contextUse('default')
      const after = await guard(world)
      const finding = await after.untilFiring('CONTEXT_SWITCHED')
      expect(finding.evidence['noticed']).toMatch(/while Sentinel was not running/)
      const told = after.sentinel.mirror().timeline.map(({ sentence }) => sentence)
      expect(told.join('\n')).toMatch(
        /changed from desktop-linux: it is default .* while Sentinel was not running/,
      )
      await after.sentinel.stop()
    } finally {
      await world.close()
    }
  })

  it('on purpose, can be kept: the new place becomes home, the old file is kept', () =>
    withGuardedWorld(async ({ world, sentinel, status, until, untilFiring }) => {
      world.composeDown(world.desktop)
      world.composeUp(world.native)
      await world.contextUse('default')
      await untilFiring('CONTEXT_SWITCHED')
      const plan = await sentinel.propose('odin', { kind: 'keep-here' })
      if (plan.kind !== 'plan') throw new Error(plan.sentence)
      expect((await sentinel.execute(plan.hash)).outcome).toBe('done')
      await until('at home on default', ({ home, health }) =>
        Boolean(home?.context === 'default' && health === 'ok'),
      )
      expect(status().home?.engineId).toBe(world.native.identity.id)
    }))

  it('to a context that is then removed, still finds the way home', () =>
    withGuardedWorld(async ({ world, untilFiring }) => {
      await rm(join(world.dockerConfigDirectory, 'contexts'), { recursive: true })
      const finding = await untilFiring('CONTEXT_MISSING')
      expect(finding.sentence).toContain('desktop-linux')
    }))
})

describe('config.json', () => {
  it('that cannot be parsed is a finding, refuses a switch back, and is left alone', () =>
    withGuardedWorld(async ({ world, sentinel, untilFiring, untilResolved }) => {
      const file = join(world.dockerConfigDirectory, 'config.json')
      const good = await readFile(file, 'utf8')
      await writeFile(file, '{ "auths": {')
      await untilFiring('CONTEXT_CONFIG_INVALID')
      const refusal = await sentinel.propose('odin', { kind: 'switch-back' })
      expect(refusal).toMatchObject({ kind: 'refusal', code: 'CONTEXT_CONFIG_INVALID' })
      expect(await readFile(file, 'utf8')).toBe('{ "auths": {')
      await writeFile(file, good)
      await untilResolved('CONTEXT_CONFIG_INVALID')
    }))

  it('changed by hand between approval and run, rolls back and touches nothing', () =>
    withGuardedWorld(async ({ world, sentinel, untilFiring }) => {
      await world.contextCreate('elsewhere', world.native.endpoint)
      await world.contextUse('default')
      await untilFiring('CONTEXT_SWITCHED')
      const plan = await sentinel.propose('odin', { kind: 'switch-back' })
      if (plan.kind !== 'plan') throw new Error(plan.sentence)
      await world.contextUse('elsewhere')
      const operation = await sentinel.execute(plan.hash)
      expect(operation.outcome).toBe('rolled-back')
      const file = join(world.dockerConfigDirectory, 'config.json')
      expect(JSON.parse(await readFile(file, 'utf8')).currentContext).toBe('elsewhere')
    }))
})

describe('DOCKER_HOST', () => {
  it('that leads elsewhere is said, and a switch back refuses', async () => {
    const world = await openDemoWorld()
    const calm = await guard(world)
    await calm.sentinel.adopt({ projects: ['odin'] })
    await calm.sentinel.stop()
    const env = { ...world.env, DOCKER_HOST: world.native.endpoint }
    const pinned = await guard(world, {
      place: { env, homeDirectory: world.homeDirectory, defaultEndpoint: world.defaultEndpoint },
    })
    try {
      await pinned.untilFiring('CONTEXT_PINNED_BY_ENV')
      const refusal = await pinned.sentinel.propose('odin', { kind: 'switch-back' })
      expect(refusal).toMatchObject({ kind: 'refusal', code: 'CONTEXT_PINNED_BY_ENV' })
    } finally {
      await pinned.sentinel.stop()
      await world.close()
    }
  })
})

describe('stay home', () => {
  it('switches back by itself after its countdown', () =>
    withGuardedWorld(async ({ world, sentinel, until }) => {
      const directory = join(world.homeDirectory, '.config/odin-sentinel')
      const [name = ''] = await readdir(directory)
      const file = join(directory, name)
      const text = await readFile(file, 'utf8')
      expect(text).toMatch(/enabled: false/)
      await writeFile(
        file,
        text
          .replace('enabled: false', 'enabled: true')
          .replace(/countdownSeconds: \d+/, 'countdownSeconds: 5'),
      )
      await sentinel.lookAgain()
      await world.contextUse('default')
      await until('counting down', () => sentinel.mirror().countdown !== null)
      await until('home again', ({ current }) => current?.context === 'desktop-linux')
      expect(sentinel.mirror().countdown).toBeNull()
    }))
})
