import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { guard, withGuardedWorld } from '../support/guarded-world.ts'
import { composeContainer, openDemoWorld } from '../support/world.ts'

const configDirectory = (home: string) => join(home, '.config/odin-sentinel')

describe('the stack file', () => {
  it('that is broken keeps the last good stack in force and says which line is wrong', () =>
    withGuardedWorld(async ({ world, untilFiring, untilResolved, status }) => {
      const file = join(configDirectory(world.homeDirectory), 'stack.yaml')
      const good = await readFile(file, 'utf8')
      await writeFile(file, good.replace('stayHome:', 'stayHme:'))
      const finding = await untilFiring('STACK_FILE_INVALID')
      expect(finding.evidence['problem']).toMatch(/stayHme.*stayHome/)
      expect(status().stack).toBe('odin')
      expect(status().services).toHaveLength(14)

      await world.contextUse('default')
      await untilFiring('CONTEXT_SWITCHED')
      await writeFile(file, good)
      await untilResolved('STACK_FILE_INVALID')
    }))

  it('of a second stack goes beside the first, and both are guarded', () =>
    withGuardedWorld(async ({ world, sentinel, untilFiring }) => {
      world.desktop.addContainer(
        composeContainer({
          project: 'garage',
          service: 'mosquitto',
          image: 'eclipse-mosquitto:2',
          workingDir: '/srv/garage',
          composeFile: '/srv/garage/compose.yaml',
        }),
      )
      const adoption = await sentinel.adopt({ projects: ['garage'] })
      expect(adoption.file).toBe(join(configDirectory(world.homeDirectory), 'garage.stack.yaml'))
      expect(await readdir(configDirectory(world.homeDirectory))).toHaveLength(2)
      await world.contextUse('default')
      await untilFiring('CONTEXT_SWITCHED')
      const { stacks } = sentinel.mirror()
      expect(stacks.map(({ stack, health }) => [stack, health])).toEqual([
        ['odin', 'critical'],
        ['garage', 'critical'],
      ])
    }))

  it('that is not there yet is said, and nothing is green', async () => {
    const world = await openDemoWorld()
    const { sentinel, status } = await guard(world)
    try {
      expect(status()).toMatchObject({ stack: null, health: 'unknown' })
      expect(status().sentence).toContain('odin-sentinel adopt')
    } finally {
      await sentinel.stop()
      await world.close()
    }
  })
})
