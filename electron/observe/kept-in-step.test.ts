import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { keptInStep } from './kept-in-step.ts'

function aSet() {
  const log: string[] = []
  let told = 0
  const closing = new Map<string, () => void>()
  const set = keptInStep<string, { key: string; wish: string }>({
    open(key, wish) {
      log.push(`open ${key}`)
      return { key, wish }
    },
    keep(place, wish) {
      place.wish = wish
    },
    watchIn: ({ key }) => ({
      stop() {
        log.push(`close ${key}`)
        return new Promise((resolve) => closing.set(key, resolve))
      },
    }),
    publish() {
      told += 1
    },
  })
  return { set, log, closing, told: () => told }
}

test('what is wanted is open, what is not wanted any more is closed, what stays is kept', () => {
  const { set, log } = aSet()
  set.setWanted(
    new Map([
      ['a', 'one'],
      ['b', 'one'],
    ]),
  )
  const [first] = set.places.values()
  set.setWanted(
    new Map([
      ['a', 'two'],
      ['c', 'one'],
    ]),
  )
  expect(log).toEqual(['open a', 'open b', 'close b', 'open c'])
  expect(set.places.get('a')).toBe(first)
  expect(first?.wish).toBe('two')
})

test('many changes in one turn are told once', async () => {
  const { set, told } = aSet()
  set.setWanted(new Map([['a', 'one']]))
  set.changed()
  set.changed()
  await nextTurn()
  expect(told()).toBe(1)
})

test('a stop waits for all that was ever opened, and nothing is told or opened after it', async () => {
  const { set, log, closing, told } = aSet()
  set.setWanted(
    new Map([
      ['a', 'one'],
      ['b', 'one'],
    ]),
  )
  set.setWanted(new Map([['b', 'one']]))
  let isOver = false
  const over = set.stop().then(() => {
    isOver = true
  })
  closing.get('b')?.()
  await nextTurn()
  expect(isOver).toBe(false)
  closing.get('a')?.()
  await over
  set.setWanted(new Map([['c', 'one']]))
  set.changed()
  await nextTurn()
  expect(told()).toBe(0)
  expect(log).not.toContain('open c')
})
