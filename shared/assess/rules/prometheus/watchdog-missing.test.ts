import { expect, test } from 'vitest'
import { aReading, minute, noon, noReading } from '../../../../test/support/a-world.ts'
import { monitored } from '../../../../test/support/some-monitoring.ts'
import type { Watchdog } from '../../../domain/prometheus.ts'
import { watchdogMissing } from './watchdog-missing.ts'

const after = (different: Partial<Watchdog>) =>
  watchdogMissing(
    monitored({
      watchdog: aReading({
        url: 'http://127.0.0.1:9847/',
        everySeconds: 60,
        listeningSince: noon - 60 * minute,
        ...different,
      }),
    }),
  ).map(({ sentence }) => sentence)

test.each<[string, Partial<Watchdog>, string[]]>([
  ['it beats', { lastBeatAt: noon - minute }, []],
  ['one was late', { lastBeatAt: noon - 2 * minute }, []],
  ['nobody has listened long enough', { listeningSince: noon - minute }, []],
  [
    'it beat long ago, and we listen again only now',
    { lastBeatAt: noon - 60 * minute, listeningSince: noon - minute },
    [],
  ],
  [
    'it stopped',
    { lastBeatAt: noon - 10 * minute },
    ['The Watchdog alert has not come for 10 min, expected every 60 s.'],
  ],
  [
    'it never came',
    {},
    ['The Watchdog alert has not come in 60 min of listening, expected every 60 s.'],
  ],
])('%s', (_, different, expected) => {
  expect(after(different)).toEqual(expected)
})

test('nothing is said where nobody listens, or cannot', () => {
  expect(watchdogMissing(monitored())).toEqual([])
  expect(watchdogMissing(monitored({ watchdog: noReading('other') }))).toEqual([])
})
