import { describe, expect, it } from 'vitest'
import { aStack } from '../../../test/support/a-world.ts'
import type { Listener, PortOwner } from '../../domain/port.ts'
import { portRows } from './port-rows.ts'

describe('the map of ports', () => {
  const stack = aStack()
  const listener = (port: number, owner: PortOwner): Listener => ({
    port,
    protocol: 'tcp',
    addresses: ['0.0.0.0'],
    owner,
    since: 0,
  })
  const row = (listeners: Listener[]) =>
    portRows(stack, listeners).find(({ wantedBy }) => wantedBy.includes('prometheus'))
  const wanted = row([])
  const port = wanted?.port ?? 0
  const container = {
    kind: 'container' as const,
    engineId: stack.home.engineId,
    project: 'odin',
    service: 'prometheus',
    container: 'odin-prometheus-1',
  }

  it('shows a wanted port that nobody holds', () => {
    expect(wanted).toMatchObject({ owner: null, ownerKind: 'nobody', conflict: false })
  })

  it.each<[string, PortOwner, boolean]>([
    ['its own container at home', container, false],
    ['its own container elsewhere', { ...container, engineId: 'OTHER' }, true],
    ['another service', { ...container, service: 'grafana' }, true],
    ['a unit', { kind: 'unit', unit: 'prometheus.service', scope: 'system', pid: 1 }, true],
    ['a process', { kind: 'process', pid: 7, command: 'nc' }, true],
    ['the forwarder of Docker Desktop', { kind: 'process', pid: 7, command: 'qemu-system' }, false],
    ['somebody we cannot see', { kind: 'unknown', uid: 0 }, false],
  ])('held by %s', (_, owner, conflict) => {
    expect(row([listener(port, owner)])?.conflict).toBe(conflict)
  })
})
