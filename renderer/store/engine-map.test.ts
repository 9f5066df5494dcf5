import { describe, expect, test } from 'vitest'
import type { StatusView } from '../../shared/ipc/status.ts'
import { statusOf } from '../../test/support/mirrors.ts'
import { type MapCell, toneOf } from '../components/engine-map.tsx'
import { engineMap } from './engine-map.ts'

function cellsOf(status: StatusView, service: string): Record<string, MapCell | undefined> {
  const { engines, groups } = engineMap(status)
  const row = groups.flatMap((group) => group.rows).find((each) => each.service === service)
  return Object.fromEntries(engines.map((engine, index) => [engine.title, row?.cells[index]]))
}

const columnsOf = (status: StatusView) =>
  engineMap(status).engines.map(({ title, state }) => [title, state])

describe('the map', () => {
  test('puts home first, then the current engine, and keeps the order of the stack', () => {
    const map = engineMap(statusOf('split-brain'))
    expect(map.engines.map((engine) => engine.title)).toEqual([
      'desktop-linux',
      'default',
      'build-farm',
      'gpu-02',
    ])
    expect(map.groups.map((group) => group.project)).toEqual([
      'odin',
      'odin-exporters',
      'odin-logging',
    ])
  })

  test('counts what runs at home and what strays elsewhere', () => {
    expect(columnsOf(statusOf('switched'))).toEqual([
      ['desktop-linux', '14 of 14 running'],
      ['default', 'nothing of the stack'],
    ])
    expect(columnsOf(statusOf('desktop-stopped'))).toEqual([
      ['desktop-linux', 'The socket is gone.'],
      ['default', '3 strays'],
    ])
  })

  test('tells missing at home from rightly absent elsewhere', () => {
    const cells = cellsOf(statusOf('split-brain'), 'claude-exporter')
    expect(cells['desktop-linux']).toMatchObject({ kind: 'missing', faulty: true })
    expect(cells['default']).toMatchObject({ kind: 'absent' })
  })

  test('marks what runs where it does not belong, and never in green', () => {
    const stray = cellsOf(statusOf('split-brain'), 'prometheus')['default']
    expect(stray).toMatchObject({ kind: 'running', stray: true })
    expect(stray && toneOf(stray)).toBe('warning')
  })

  test('shows nothing as certain on an engine that does not answer, whatever was seen last', () => {
    const status = statusOf('unknown')
    expect(status.services.every((service) => service.places.length > 0)).toBe(true)
    const home = engineMap(status).groups.flatMap((group) => group.rows.map((row) => row.cells[0]))
    expect(new Set(home.map((cell) => cell?.kind))).toEqual(new Set(['cannot-see']))
    expect(new Set(home.map((cell) => cell && toneOf(cell)))).toEqual(new Set(['unknown']))
  })

  test('believes a finding that says an answering engine keeps its containers hidden', () => {
    const status = statusOf('all-well')
    const home = status.engines[0]
    const blind = {
      code: 'SENTINEL_BLIND',
      severity: 'unknown',
      status: 'pending',
      subject: `engine:${home?.engineId}`,
      sentence: 'The containers on desktop-linux cannot be seen.',
      evidence: {},
      remedy: { kind: 'none' },
      since: status.at,
    } as const
    const cell = cellsOf({ ...status, findings: [blind] }, 'grafana')['desktop-linux']
    expect(cell?.kind).toBe('cannot-see')
  })

  test('keeps a column for a home that no context leads to', () => {
    const status = statusOf('switched')
    const engines = status.engines.filter((engine) => !engine.home)
    expect(columnsOf({ ...status, engines })[0]).toEqual([
      'desktop-linux',
      'No context leads there.',
    ])
  })

  test('shows the worst of several containers of one service', () => {
    const status = statusOf('all-well')
    const services = status.services.map((service) =>
      service.name === 'grafana'
        ? {
            ...service,
            places: [
              ...service.places,
              ...service.places.map((place) => ({
                ...place,
                container: 'odin-grafana-2',
                health: 'unhealthy' as const,
              })),
            ],
          }
        : service,
    )
    const cell = cellsOf({ ...status, services }, 'grafana')['desktop-linux']
    expect(cell).toMatchObject({
      kind: 'unhealthy',
      containers: ['odin-grafana-2', 'odin-grafana-1'],
    })
  })

  test('takes a service that runs once and has ended for no fault, and does not count it', () => {
    const status = statusOf('all-well')
    const withOnce = (places: (typeof status.services)[number]['places']) => ({
      ...status,
      services: status.services.map((service) =>
        service.name === 'grafana' ? { ...service, oneShot: true, places } : service,
      ),
    })
    const gone = withOnce([])
    expect(cellsOf(gone, 'grafana')['desktop-linux']).toMatchObject({ kind: 'absent' })
    expect(columnsOf(gone)[0]).toEqual(['desktop-linux', '13 of 13 running'])
    const place = status.services.find((service) => service.name === 'grafana')?.places[0]
    if (place === undefined) throw new Error('the fixture has a grafana')
    const ended = cellsOf(withOnce([{ ...place, state: 'exited', health: 'none' }]), 'grafana')
    const cell = ended['desktop-linux']
    expect(cell).toMatchObject({ kind: 'stopped', word: 'finished' })
    expect(cell && toneOf(cell)).toBe('quiet')
  })

  test('tells strays that never came up from those that run', () => {
    const status = statusOf('desktop-stopped')
    const stray = status.services.find(({ places }) =>
      places.some(({ context }) => context === 'default'),
    )
    const services = status.services.map((service) =>
      service.name === stray?.name
        ? { ...service, places: service.places.map((at) => ({ ...at, state: 'created' as const })) }
        : service,
    )
    expect(columnsOf({ ...status, services })[1]).toEqual(['default', '3 strays, 2 running'])
  })
})
