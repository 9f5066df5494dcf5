import { expect, test } from 'vitest'
import { aReading, minute, noon, second } from '../../../../test/support/a-world.ts'
import { aFile, monitored, prometheusWith } from '../../../../test/support/some-monitoring.ts'
import { known } from '../../../domain/reading.ts'
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

const compared = (differs: readonly string[], modifiedAt: number, observedAt = noon) =>
  prometheusConfigStale(
    monitored({
      files: aReading([aFile({ modifiedAt })]),
      configurations: [
        {
          ...prometheusWith(),
          look: known(
            { file: '/home/ada/odin/prometheus.yml', modifiedAt, differs, hidden: 0 },
            observedAt,
          ),
        },
      ],
    }),
  )

test('what it runs is compared with the file: replaced under its mount, it was loaded in vain', () => {
  expect(compared(['global.scrape_interval'], noon - 90 * minute)).toMatchObject([
    {
      sentence:
        'prometheus runs another configuration than /home/ada/odin/prometheus.yml, expected what is in the file.',
      evidence: {
        'differs at': 'global.scrape_interval',
        'loaded again since': expect.stringContaining('only a restart helps'),
      },
    },
  ])
  expect(compared(['global.scrape_interval'], noon - 10 * second)).toEqual([])
})

test('not every difference can be seen, so a newer file counts; what was compared before a reload does not', () => {
  expect(compared([], noon - 10 * minute)).toMatchObject([
    { sentence: expect.stringContaining('runs an older configuration than') },
  ])
  expect(compared(['rule_files'], noon - 90 * minute, noon - 80 * minute)).toEqual([])
})

test('written and reloaded is one deed, loaded later is well, and another file is none of it', () => {
  expect(after(noon - 10 * second)).toEqual([])
  expect(after(noon - 90 * minute)).toEqual([])
  expect(after(noon - 10 * minute, '/home/ada/odin/targets.json')).toEqual([])
})
