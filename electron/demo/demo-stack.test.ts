import { expect, test } from 'vitest'
import { demoComposeFiles, demoStack } from './demo-stack.ts'

const label = (name: string) => `com.docker.compose.${name}`

test('fourteen services in three files of one project', () => {
  const stack = demoStack('/home/odin/monitoring')
  expect(new Set(stack.map(({ labels }) => labels[label('service')]))).toHaveProperty('size', 14)
  expect(new Set(stack.map(({ labels }) => labels[label('project')]))).toEqual(new Set(['odin']))
  const files = new Set(stack.map(({ labels }) => labels[label('project.config_files')]))
  expect([...files]).toEqual(demoComposeFiles.map((file) => `/home/odin/monitoring/${file}`))
})

test('no two services want the same port, and the GPU exporter has its usual one', () => {
  const ports = demoStack('/x').flatMap((spec) => spec.ports.map((port) => port.hostPort))
  expect(new Set(ports).size).toBe(ports.length)
  expect(ports).toContain(9835)
})

test('relative configuration lies in the working directory, volumes keep their names', () => {
  const [prometheus] = demoStack('/home/odin/monitoring')
  expect(prometheus?.mounts.map(({ source }) => source)).toEqual([
    '/home/odin/monitoring/prometheus/prometheus.yml',
    '/home/odin/monitoring/prometheus/alerts.yml',
    'odin_prometheus-data',
  ])
})

test('what a service depends on stands before it', () => {
  const seen = new Set<string>()
  for (const { labels } of demoStack('/x')) {
    for (const needed of (labels[label('depends_on')] ?? '').split(',').filter(Boolean)) {
      expect(seen).toContain(needed.split(':')[0])
    }
    seen.add(labels[label('service')] ?? '')
  }
})
