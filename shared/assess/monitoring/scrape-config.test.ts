import { expect, test } from 'vitest'
import { scrapeConfigOf } from './scrape-config.ts'

const live = `
global: { scrape_interval: 2s }
alerting:
  alertmanagers:
  - static_configs:
    - targets: [alertmanager:9093]
scrape_configs:
- job_name: node
  scheme: https
  static_configs:
  - targets: [node-exporter:9100, "[::1]:9100"]
  - targets: [other:9100]
- job_name: found
  file_sd_configs: [{ files: [targets.json] }]
  docker_sd_configs: [{ host: unix:///x }]
- job_name: probe
  static_configs: [{ targets: ["https://example.org"] }]
  relabel_configs: [{ target_label: __address__, replacement: "blackbox:9115" }]
`

test('static targets, and what is found or turned into something else', () => {
  expect(scrapeConfigOf(live)).toEqual({
    jobs: [
      {
        job: 'node',
        scheme: 'https',
        addresses: ['node-exporter:9100', '[::1]:9100', 'other:9100'],
        discovers: [],
        relabels: false,
      },
      {
        job: 'found',
        scheme: 'http',
        addresses: [],
        discovers: ['file', 'docker'],
        relabels: false,
      },
      {
        job: 'probe',
        scheme: 'http',
        addresses: ['https://example.org'],
        discovers: [],
        relabels: true,
      },
    ],
    alertmanagers: ['alertmanager:9093'],
  })
})

test.each(['', '- a list', 'a: [', '['.repeat(20_000), 'x: &a [*a, *a]'])(
  'what is no configuration is read as nothing and never throws: %#',
  (text) => {
    const read = scrapeConfigOf(text)
    expect(read?.jobs ?? []).toEqual([])
  },
)

test.each([
  'scrape_configs: nonsense',
  'scrape_configs: [1, null, {}]',
  'scrape_configs: [{ static_configs: [{ targets: [1, null] }, 7] }]',
  'alerting: []',
])('half a configuration gives what there is: %s', (text) => {
  expect((scrapeConfigOf(text)?.jobs ?? []).flatMap(({ addresses }) => addresses)).toEqual([])
})
