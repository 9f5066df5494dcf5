import { expect, test } from 'vitest'
import { compareConfiguration } from './live-configuration.ts'

const file = `
# by hand
global: { resolve_timeout: 300s, smtp_smarthost: 'localhost:25', smtp_auth_password: hush }
route:
  group_by: [alertname]
  repeat_interval: 24h
  receiver: odin
  routes:
    - match: { severity: critical }
      continue: false
      receiver: odin
    - matchers: [ severity = "warning", team=~"a|b" ]
      receiver: odin
receivers:
  - name: odin
    webhook_configs: [{ url: "http://127.0.0.1:9847/hook", send_resolved: true }]
templates: []
`
// As Alertmanager 0.28.1 said it of the file above, less what is in it by default.
const live = `
global:
  resolve_timeout: 5m
  http_config: { follow_redirects: true, enable_http2: true }
  smtp_smarthost: localhost:25
  smtp_auth_password: <secret>
route:
  receiver: odin
  group_by:
  - alertname
  continue: false
  routes:
  - receiver: odin
    match:
      severity: critical
    continue: false
  - receiver: odin
    matchers:
    - severity="warning"
    - team=~"a|b"
    continue: false
  repeat_interval: 1d
receivers:
- name: odin
  webhook_configs:
  - send_resolved: true
    url: <secret>
    timeout: 0s
templates: []
`

test('what Alertmanager fills in, masks and writes in other units is the same', () => {
  expect(compareConfiguration(file, live, 'alertmanager')).toEqual({ differs: [], hidden: 2 })
})

test.each([
  ['route.repeat_interval', file.replace('24h', '25h')],
  ['route.receiver', file.replace('receiver: odin\n  routes', 'receiver: another\n  routes')],
  [
    'route.routes',
    file.replace(/ {4}- match: [\s\S]*?(?=\n {4}- matchers)/, '').replace('\n\n', '\n'),
  ],
  ['route.routes.1.matchers', file.replace('"warning"', '"info"')],
  ['route.group_wait', file.replace('route:\n', 'route:\n  group_wait: 10s\n')],
  [
    'receivers.0.webhook_configs.0.send_resolved',
    file.replace('resolved: true', 'resolved: false'),
  ],
])('%s is told where it differs, and never what it is', (path, changed) => {
  expect(changed).not.toBe(file)
  expect(compareConfiguration(changed, live, 'alertmanager')?.differs).toEqual([path])
})

test('a file that is no configuration of the program says nothing', () => {
  expect(compareConfiguration('groups: []', live, 'alertmanager')).toBeUndefined()
  expect(compareConfiguration('route: [', live, 'alertmanager')).toBeUndefined()
})

test('what the environment fills in, or Loki calls otherwise by now, is not compared', () => {
  const loki =
    'auth_enabled: false\ncommon: { path_prefix: "${PREFIX}", old: 3 }\nlimits_config: { retention_period: 744h, ingestion_rate: 4MB }'
  const runs =
    'auth_enabled: false\ncommon: { path_prefix: /loki }\nlimits_config: { retention_period: 31d, ingestion_rate: 4194304 }'
  expect(compareConfiguration(loki, runs, 'loki')).toEqual({ differs: [], hidden: 2 })
  expect(compareConfiguration(loki.replace('744h', '24h'), runs, 'loki')?.differs).toEqual([
    'limits_config.retention_period',
  ])
})

test('Prometheus fills in what each job has, and writes paths from its directory', () => {
  const scraped = `
global: { scrape_interval: 60s, external_labels: { machine: odin } }
rule_files: [ rules/*.yml, ./alerts.yml ]
alerting: { alertmanagers: [{ static_configs: [{ targets: ['alertmanager:9093'] }] }] }
scrape_configs:
  - job_name: node
    honor_labels: yes
    basic_auth: { username: ada, password: hush }
    static_configs: [{ targets: ['host.docker.internal:9100'], labels: { rack: 1 } }]
    relabel_configs: [{ source_labels: [__address__], regex: '(.*):9100', target_label: host }]
remote_write: [{ url: 'http://ada:hush@far:9090/api/v1/write' }]
`
  // As Prometheus 2.42 says it of the file above, less what is in it by default.
  const runs = `
global: { scrape_interval: 1m, scrape_timeout: 10s, external_labels: { machine: odin } }
alerting: { alertmanagers: [{ scheme: http, static_configs: [{ targets: ["alertmanager:9093"] }] }] }
rule_files: [ /etc/prometheus/rules/*.yml, /etc/prometheus/alerts.yml ]
scrape_configs:
- job_name: node
  honor_labels: true
  scrape_interval: 1m
  basic_auth: { username: ada, password: <secret> }
  relabel_configs:
  - { source_labels: [__address__], separator: ;, regex: (.*):9100, target_label: host, action: replace }
  static_configs: [{ targets: ["host.docker.internal:9100"], labels: { rack: "1" } }]
remote_write: [{ url: "http://ada:xxxxx@far:9090/api/v1/write", remote_timeout: 30s }]
`
  const differs = (file: string) => compareConfiguration(file, runs, 'prometheus')?.differs
  expect(compareConfiguration(scraped, runs, 'prometheus')).toEqual({ differs: [], hidden: 2 })
  expect(differs(scraped.replace('host.docker.internal', '172.17.0.1'))).toEqual([
    'scrape_configs.0.static_configs.0.targets.0',
  ])
  expect(differs(scraped.replace('rules/*.yml', 'old/*.yml'))).toEqual(['rule_files.0'])
  expect(differs(scraped.replace('honor_labels: yes', 'honor_labels: no'))).toEqual([
    'scrape_configs.0.honor_labels',
  ])
  expect(differs(scraped.replace(/^rule_files.*\n/m, ''))).toEqual(['rule_files'])
  expect(differs(scraped.replace(/^ {4}basic_auth.*\n/m, ''))).toEqual([
    'scrape_configs.0.basic_auth',
  ])
})

test('what YAML merges is read as merged', () => {
  const merged = `
scrape_configs:
  - &base { job_name: a, scheme: http, relabel_configs: [{ action: Drop, regex: a }] }
  - { <<: *base, job_name: b }
`
  const job = (name: string) =>
    `- { job_name: ${name}, scheme: http, relabel_configs: [{ action: drop, regex: a }], scrape_protocols: [PrometheusText0.0.4] }`
  const runs = `scrape_configs:\n${job('a')}\n${job('b')}\n`
  expect(compareConfiguration(merged, runs, 'prometheus')).toEqual({ differs: [], hidden: 0 })
})
