import { expect, test } from 'vitest'
import { aReading, minute, noon, second } from '../../../../test/support/a-world.ts'
import { aFile, monitored, prometheusWith } from '../../../../test/support/some-monitoring.ts'
import { prometheusConfigStale } from './prometheus-config-stale.ts'

const after = (modifiedAt: number, path?: string) =>
  prometheusConfigStale(
    monitored({ files: aReading([aFile({ modifiedAt, ...(path && { path }) })]) }),
  )

test('the last reload was refused', () => {
  const prometheus = [prometheusWith({ configAccepted: false })]
  expect(prometheusConfigStale(monitored({ prometheus }))).toMatchObject([
    {
      sentence: 'prometheus refused its configuration when it last reloaded, expected it accepted.',
    },
  ])
})

test('the file changed after it was loaded', () => {
  expect(after(noon - 10 * minute)).toMatchObject([
    {
      sentence:
        'prometheus runs an older configuration than /home/ada/odin/prometheus.yml, expected what is in the file.',
    },
  ])
})

test('written and reloaded is one deed, loaded later is well, and another file is none of it', () => {
  expect(after(noon - 10 * second)).toEqual([])
  expect(after(noon - 90 * minute)).toEqual([])
  expect(after(noon - 10 * minute, '/home/ada/odin/targets.json')).toEqual([])
})
