import { expect, test } from 'vitest'
import { monitoringOf, statusOf } from '../../../test/support/mirrors.ts'
import { gpuCards } from './gpu-cards.ts'

const crowded = monitoringOf('crowded')
const { findings } = statusOf('monitoring-broken')
const cards = gpuCards(crowded, findings, true)

test('a card that sleeps is calm, and tells nothing of now', () => {
  const asleep = cards[3]
  expect(asleep).toMatchObject({ state: 'info', word: 'asleep, not woken to be asked' })
  expect(asleep?.plots.map(({ value }) => value)).toEqual(Array(4).fill('unknown'))
})

test('a card that a finding is about wears its severity and its sentence', () => {
  expect(cards[2]).toMatchObject({ state: 'warning' })
  expect(cards[2]?.sentences[0]).toContain('91 °C')
})

test('a quantity that a card does not tell is unknown, and not zero', () => {
  const [utilisation, memory, temperature] = cards[5]?.plots ?? []
  expect(utilisation).toMatchObject({ value: 'unknown', paths: [] })
  expect(memory?.value).toBe('unknown')
  expect(temperature?.value).toBe('66 °C')
})

test('a gap stays a gap', () => {
  expect(cards[1]?.plots.map(({ paths }) => paths.length)).toEqual([2, 2, 2, 2])
})

test('cards that nobody can ask now, or that tell nothing, are not fine', () => {
  const states = (all: typeof cards) => all.map(({ state }) => state)
  expect(states(cards)[7]).toBe('unknown')
  expect(states(gpuCards(crowded, [], false))).not.toContain('ok')
  expect(states(gpuCards(monitoringOf('unknown'), [], true))).toEqual(['unknown'])
})
