import { describe, expect, test } from 'vitest'
import { composeReferences } from './compose-references.ts'
import { interpolate } from './interpolate.ts'

const referencesIn = (text: string, variables: Record<string, string> = {}) =>
  composeReferences(text, { workingDir: '/home/ada/odin', variables })

describe('variables', () => {
  const variables = { A: 'a', EMPTY: '' }
  test.each<[string, string | undefined]>([
    ['plain', 'plain'],
    ['$A/$${A}', 'a/${A}'],
    ['${A}.env', 'a.env'],
    ['${EMPTY}', ''],
    ['${EMPTY:-other}', 'other'],
    ['${EMPTY-other}', ''],
    ['${B-${A}x}', 'ax'],
    ['${B:-${C:-./c}}/d', './c/d'],
    ['${A:+set}${B:+set}${EMPTY+set}', 'setset'],
    ['${B:?must be given}', undefined],
    ['$B', undefined],
    ['${B', undefined],
    ['${a b}', undefined],
    ['10$', undefined],
  ])('%s', (text, expected) => {
    expect(interpolate(text, variables)).toBe(expected)
  })
})

test('env files in each of their forms', () => {
  const { files, problems } = referencesIn(
    `
services:
  a: { env_file: a.env }
  b: { env_file: [./b.env, /etc/odin/c.env] }
  c:
    env_file:
      - path: d.env
        required: false
      - path: \${STAGE:-prod}.env
        format: raw
    label_file: labels
  d:
    env_file: \${NOT_GIVEN}.env
`,
  )
  expect(files).toEqual([
    { path: '/home/ada/odin/a.env', role: 'env file of a' },
    { path: '/home/ada/odin/b.env', role: 'env file of b' },
    { path: '/etc/odin/c.env', role: 'env file of b' },
    { path: '/home/ada/odin/d.env', role: 'env file of c', isOptional: true },
    { path: '/home/ada/odin/prod.env', role: 'env file of c' },
    { path: '/home/ada/odin/labels', role: 'label file of c' },
  ])
  expect(problems).toEqual([
    'The env file of d is ${NOT_GIVEN}.env, and nothing here gives its variable a value.',
  ])
})

test('includes and extended files, with the directory that their paths begin at', () => {
  const { includes, problems } = referencesIn(`
include:
  - logging/compose.yml
  - path: [gpu/compose.yml, gpu/override.yml]
    project_directory: ..
    env_file: gpu/.env
  - oci://registry.example/odin:1
services:
  a: { extends: { file: base/common.yml, service: a } }
  b: { extends: { service: a } }
  c: { extends: a }
`)
  expect(includes).toEqual([
    { paths: ['/home/ada/odin/logging/compose.yml'], workingDir: '/home/ada/odin/logging' },
    {
      paths: ['/home/ada/odin/gpu/compose.yml', '/home/ada/odin/gpu/override.yml'],
      workingDir: '/home/ada',
      envFiles: ['/home/ada/odin/gpu/.env'],
    },
    { paths: ['/home/ada/odin/base/common.yml'], workingDir: '/home/ada/odin/base' },
  ])
  expect(problems).toEqual([
    'The included compose file is oci://registry.example/odin:1, which is not on this machine.',
  ])
})

test('files of configs and secrets', () => {
  const { files } = referencesIn(
    `
configs:
  web: { file: ./web.yml }
  inline: { content: "x" }
secrets:
  token: { file: ~/tokens/grafana }
  other: { environment: TOKEN }
`,
    { HOME: '/home/ada' },
  )
  expect(files).toEqual([
    { path: '/home/ada/odin/web.yml', role: 'file of the config web' },
    { path: '/home/ada/tokens/grafana', role: 'file of the secret token' },
  ])
})

test('binds, and no volumes', () => {
  const { binds } = referencesIn(
    `
x-volumes: &common
  - ./prometheus.yml:/etc/prometheus/prometheus.yml:ro,z
services:
  prometheus:
    volumes: *common
  grafana:
    volumes:
      - grafana-data:/var/lib/grafana
      - \${ROOT:-..}/provisioning:/etc/grafana/provisioning
      - type: bind
        source: ./dashboards
        target: /dashboards
        read_only: true
      - type: volume
        source: other
        target: /other
      - /anonymous
      - \${GONE}/x:/x
    extends: { file: x.yml }
`,
  )
  expect(binds).toEqual([
    {
      service: 'prometheus',
      source: '/home/ada/odin/prometheus.yml',
      destination: '/etc/prometheus/prometheus.yml',
      readOnly: true,
    },
    {
      service: 'grafana',
      source: '/home/ada/provisioning',
      destination: '/etc/grafana/provisioning',
      readOnly: false,
    },
    {
      service: 'grafana',
      source: '/home/ada/odin/dashboards',
      destination: '/dashboards',
      readOnly: true,
    },
  ])
})

test('what images are built from', () => {
  const { builds } = referencesIn(`
services:
  a: { build: ./claude-exporter }
  b: { build: { context: ., dockerfile: gpu/Dockerfile } }
  c: { build: https://github.com/x/y.git }
  d: { build: { dockerfile_inline: "FROM scratch", context: ./d } }
`)
  expect(builds).toEqual([
    {
      service: 'a',
      context: '/home/ada/odin/claude-exporter',
      dockerfile: '/home/ada/odin/claude-exporter/Dockerfile',
    },
    { service: 'b', context: '/home/ada/odin', dockerfile: '/home/ada/odin/gpu/Dockerfile' },
    { service: 'd', context: '/home/ada/odin/d', dockerfile: '/home/ada/odin/d/Dockerfile' },
  ])
})

test('merges, tags of Compose and several documents', () => {
  const { files, problems } = referencesIn(`
x-base: &base { env_file: base.env }
services:
  a: { <<: *base, ports: !reset [] }
---
services:
  b: { env_file: !override [b.env] }
`)
  expect(files.map(({ path }) => path)).toEqual(['/home/ada/odin/base.env', '/home/ada/odin/b.env'])
  expect(problems).toEqual([])
})

test.each(['services: [', 'services: {a: *nobody}', '- a', 'services: 7', '', '\u0000'])(
  'nothing is found in %j, and nothing breaks',
  (text) => {
    const { files, binds } = referencesIn(text)
    expect([...files, ...binds]).toEqual([])
  },
)

test('a file that is no YAML is said', () => {
  expect(referencesIn('services: [').problems).toEqual([
    'It is no YAML that can be read, so what it leads to is not known.',
  ])
})
