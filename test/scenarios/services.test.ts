import { describe, expect, it } from 'vitest'
import { withGuardedWorld } from '../support/guarded-world.ts'

const grafana = 'odin-grafana-1'

describe('a service', () => {
  it('that is killed has stopped, and is told when it is back', () =>
    withGuardedWorld(async ({ world, untilFiring, untilResolved, status }) => {
      world.desktop.kill(grafana)
      const finding = await untilFiring('SERVICE_STOPPED')
      expect(finding.subject).toBe('service:odin/grafana')
      world.desktop.startContainer(grafana)
      await untilResolved('SERVICE_STOPPED')
      expect(status().health).toBe('ok')
    }))

  it('that ran out of memory says so, and only so', () =>
    withGuardedWorld(async ({ world, untilFiring, finding }) => {
      world.desktop.die(grafana, 137, { oom: true })
      await untilFiring('SERVICE_OOM_KILLED')
      expect(finding('SERVICE_STOPPED')).toBeUndefined()
    }))

  it('that is unhealthy differs from one whose healthcheck cannot run', () =>
    withGuardedWorld(async ({ world, untilFiring, untilResolved, finding }) => {
      world.desktop.setHealth(grafana, 'unhealthy', 'connection refused', 1)
      await untilFiring('SERVICE_UNHEALTHY')
      world.desktop.setHealth(grafana, 'healthy')
      await untilResolved('SERVICE_UNHEALTHY')
      world.desktop.setHealth(
        'odin-prometheus-1',
        'unhealthy',
        'exec: "curl": executable file not found in $PATH',
        -1,
      )
      await untilFiring('HEALTHCHECK_CANNOT_RUN')
      expect(finding('SERVICE_UNHEALTHY')?.status).toBe('resolved')
    }))

  it('that dies again and again is crash-looping', () =>
    withGuardedWorld(async ({ world, untilFiring }) => {
      world.desktop.crashLoop(grafana, 4)
      const { subject } = await untilFiring('SERVICE_CRASH_LOOPING')
      expect(subject).toBe('service:odin/grafana')
    }))

  it('that is removed is missing', () =>
    withGuardedWorld(async ({ world, untilFiring }) => {
      world.desktop.stopContainer(grafana)
      world.desktop.remove(grafana)
      await untilFiring('SERVICE_MISSING')
    }))
})

describe('the stack on the wrong engine', () => {
  it('is stray while it runs only there, and split while it runs on both', () =>
    withGuardedWorld(async ({ world, untilFiring, untilResolved, status }) => {
      world.composeUp(world.native)
      const stray = await untilFiring('STRAY_CONTAINERS')
      await untilFiring('SPLIT_BRAIN')
      expect(stray.evidence).not.toEqual({})
      expect(status().incidents.filter((one) => one.status === 'firing')).toHaveLength(1)
      world.composeDown(world.native)
      await untilResolved('STRAY_CONTAINERS')
      await untilResolved('SPLIT_BRAIN')
    }))
})

describe('the home engine', () => {
  it('that was reset is another engine', () =>
    withGuardedWorld(async ({ world, untilFiring }) => {
      await world.desktop.stop()
      world.desktop.reset('11111111-2222-3333-4444-555555555555')
      await world.desktop.start()
      await untilFiring('ENGINE_REPLACED')
    }))

  it('that does not answer makes services unknown, not missing', () =>
    withGuardedWorld(async ({ world, untilFiring, finding, status }) => {
      await world.desktop.stop()
      await untilFiring('DESKTOP_STOPPED')
      expect(finding('SERVICE_MISSING')).toBeUndefined()
      expect(status().health).not.toBe('ok')
    }))
})
