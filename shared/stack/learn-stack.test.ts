import { describe, expect, test } from 'vitest'
import { aContainer, anEngine, noon, second } from '../../test/support/a-world.ts'
import type { Container, Mount, PublishedPort } from '../domain/container.ts'
import { learnStack } from './learn-stack.ts'
import { renderStackFile } from './render-stack-file.ts'
import { parseStackFile } from './stack-file.ts'

type Asked = { name?: string; projects?: readonly string[] }

const learn = (containers: readonly Container[], asked: Asked = {}) =>
  learnStack({
    engine: anEngine({ id: 'DESK', name: 'docker-desktop' }),
    context: 'desktop-linux',
    endpoint: 'unix:///d.sock',
    containers,
    ...asked,
  })

function learned(containers: readonly Container[], asked: Asked = {}) {
  const result = learn(containers, asked)
  if (!result.ok) throw new Error(result.error.sentence)
  return result.value
}

/** The one service of a stack of one container. */
function serviceFrom(different: Partial<Container>) {
  const service = 'service' in different ? different : { service: 'thing', ...different }
  return learned([aContainer({ portsWanted: [], portsGot: [], ...service })]).stack.projects[0]
    ?.starts[0]?.services[0]
}

const port = (containerPort: number, rest: Partial<PublishedPort> = {}): PublishedPort => ({
  containerPort,
  protocol: 'tcp',
  hostIp: '',
  hostPort: containerPort,
  ...rest,
})
const bind = (source: string, destination: string, readOnly = false): Mount => ({
  type: 'bind',
  source,
  destination,
  readOnly,
})

test('three files brought up one after the other become three starts in that order', () => {
  const { stack, why } = learned([
    aContainer({
      service: 'loki',
      image: 'grafana/loki:3',
      composeFiles: ['/home/ada/odin/logging.yml'],
      createdAt: noon + 30 * second,
    }),
    aContainer({
      service: 'node-exporter',
      image: 'prom/node-exporter:v1',
      composeFiles: ['/home/ada/odin/exporters.yml', 'override.yml'],
      createdAt: noon + 20 * second,
    }),
    aContainer({ image: 'prom/prometheus:v3', envFiles: ['.env'], createdAt: noon }),
    aContainer({ service: 'grafana', image: 'grafana/grafana:13', createdAt: noon + 60 * second }),
    aContainer({ service: 'prometheus', oneOff: true, number: 2, createdAt: noon - second }),
  ])
  expect(stack.name).toBe('odin')
  expect(stack.home).toEqual({
    context: 'desktop-linux',
    engineId: 'DESK',
    engineKind: 'docker-desktop',
    endpoint: 'unix:///d.sock',
  })
  expect(stack.stayHome.enabled).toBe(false)
  expect(
    stack.projects[0]?.starts.map((start) => [start.files, start.services.map(({ name }) => name)]),
  ).toEqual([
    [['/home/ada/odin/docker-compose.yml'], ['prometheus', 'grafana']],
    [['/home/ada/odin/exporters.yml', '/home/ada/odin/override.yml'], ['node-exporter']],
    [['/home/ada/odin/logging.yml'], ['loki']],
  ])
  expect(why).toBe('Chosen for their monitoring images: odin (4 of 4 services).')
  expect(parseStackFile(renderStackFile(stack))).toEqual({ ok: true, value: stack })
})

test('env files are those of the newest container', () => {
  const { stack } = learned([
    aContainer({ envFiles: ['/home/ada/odin/.env.old'], createdAt: noon }),
    aContainer({ service: 'b', envFiles: ['.env.new'], createdAt: noon + second }),
  ])
  expect(stack.projects[0]?.starts[0]?.envFiles).toEqual(['/home/ada/odin/.env.new'])
})

test('replicas are one service', () => {
  const { stack } = learned([
    aContainer({
      number: 2,
      createdAt: noon + second,
      portsWanted: [port(9090, { hostPort: 9092 })],
    }),
    aContainer({ number: 1, createdAt: noon, portsWanted: [port(9090)] }),
  ])
  expect(stack.projects[0]?.starts[0]?.services).toMatchObject([
    { name: 'prometheus', ports: ['9090:9090', '9092:9090'] },
  ])
})

describe('which projects', () => {
  const monitoring = aContainer({ project: 'odin', image: 'prom/prometheus:v3' })
  const shop = ['web', 'api', 'db', 'queue', 'redis-exporter'].map((service) =>
    aContainer({
      project: 'shop',
      service,
      image: service === 'redis-exporter' ? 'oliver006/redis_exporter' : `shop/${service}`,
    }),
  )
  const exporters = aContainer({ project: 'gpu', image: 'utkuozdemir/nvidia_gpu_exporter:1.3' })

  test('those that monitor, and no shop with an exporter beside its database', () => {
    const { stack, why } = learned([...shop, exporters, monitoring])
    expect(stack.projects.map(({ name }) => name)).toEqual(['gpu', 'odin'])
    expect(why).toBe(
      'Chosen for their monitoring images: gpu (1 of 1 service), odin (1 of 1 service). Left out: shop.',
    )
  })

  test('else the largest', () => {
    const { stack, why } = learned([aContainer({ project: 'a', image: 'x' }), ...shop])
    expect(stack.projects.map(({ name }) => name)).toEqual(['shop'])
    expect(why).toBe(
      'No compose project holds monitoring images; shop is the largest of 2, with 5 services.',
    )
    expect(learned(shop).why).toBe('shop is the only compose project on this engine.')
  })

  test('those that are asked for, under the name that is asked for', () => {
    const asked = { name: 'cellar', projects: ['shop', 'gpu', 'shop'] }
    const { stack } = learned([...shop, monitoring, exporters], asked)
    expect(stack.name).toBe('cellar')
    expect(stack.projects.map(({ name }) => name)).toEqual(['shop', 'gpu'])
  })

  test('an empty list of projects leaves the choice', () => {
    expect(learned([...shop, monitoring], { projects: [] }).stack.name).toBe('odin')
  })

  test('a refusal says what there is', () => {
    expect(learn([monitoring, exporters], { projects: ['odn'] })).toEqual({
      ok: false,
      error: {
        code: 'NO_SUCH_PROJECT',
        sentence:
          'The engine docker-desktop (context desktop-linux) has no compose project odn; it has gpu, odin.',
        projects: ['gpu', 'odin'],
      },
    })
    expect(learn([])).toMatchObject({ ok: false, error: { code: 'NO_PROJECT' } })
    expect(learn([monitoring], { name: 'a/b' })).toMatchObject({
      ok: false,
      error: { code: 'BAD_NAME' },
    })
  })
})

test.each<[string, Partial<Container>, string[]]>([
  [
    'the wildcards of both families',
    { portsWanted: [port(9090, { hostIp: '0.0.0.0' }), port(9090, { hostIp: '::' })] },
    ['9090:9090'],
  ],
  [
    'an address and a protocol',
    { portsWanted: [port(53, { hostIp: '127.0.0.1', protocol: 'udp' })] },
    ['127.0.0.1:53:53/udp'],
  ],
  [
    'an address of version 6',
    { portsWanted: [port(80, { hostIp: '::1', hostPort: 8080 })] },
    ['[::1]:8080:80'],
  ],
  [
    'a port that the engine chooses',
    { portsWanted: [port(80, { hostPort: 0 })], portsGot: [port(80, { hostPort: 32768 })] },
    ['80'],
  ],
  [
    'one on an address that the engine chooses',
    { portsWanted: [port(80, { hostIp: '127.0.0.1', hostPort: 0 })] },
    ['127.0.0.1::80'],
  ],
])('ports: %s', (_, different, ports) => {
  expect(serviceFrom(different)?.ports).toEqual(ports)
})

test.each<[Partial<Container>, { port: number; kind: string } | undefined]>([
  [{ image: 'prom/node-exporter:v1.12.1' }, { port: 9100, kind: 'node' }],
  [
    { image: 'quay.io/prometheus/node-exporter', portsWanted: [port(9101)] },
    { port: 9101, kind: 'node' },
  ],
  [
    { image: 'nvcr.io/nvidia/k8s/dcgm-exporter:4', portsWanted: [port(9400, { hostPort: 9101 })] },
    { port: 9400, kind: 'dcgm' },
  ],
  [{ image: 'utkuozdemir/nvidia_gpu_exporter:1.14.0' }, { port: 9835, kind: 'nvidia-gpu' }],
  [
    { image: 'local/thing', portsWanted: [port(9836)] },
    { port: 9836, kind: 'nvidia-gpu' },
  ],
  [
    { image: 'ghcr.io/google/cadvisor:0.60.5', portsWanted: [port(8080, { hostPort: 8088 })] },
    { port: 8080, kind: 'cadvisor' },
  ],
  [{ image: 'some/web', portsWanted: [port(8080)] }, undefined],
  [{ image: 'prom/prometheus:v3', portsWanted: [port(9090)] }, undefined],
  [{ image: 'grafana/grafana:13', portsWanted: [port(3000)] }, undefined],
  [
    { image: 'prom/alertmanager', portsWanted: [port(9093), port(9094)] },
    { port: 9093, kind: 'alertmanager' },
  ],
  [
    { image: 'some/web', service: 'web', labels: { 'prometheus.io/port': '8888' } },
    { port: 8888, kind: 'web' },
  ],
  [{ image: 'some/web', labels: { 'prometheus.io/port': 'http' } }, undefined],
  [
    { image: 'odin/claude-exporter:1.0', service: 'claude-exporter', portsWanted: [port(9950)] },
    { port: 9950, kind: 'claude' },
  ],
  [{ image: 'prometheuscommunity/postgres-exporter' }, { port: 9187, kind: 'postgres' }],
  [{ image: 'nginx/nginx-prometheus-exporter:1' }, { port: 9113, kind: 'nginx' }],
  [{ image: 'some/dns', portsWanted: [port(9100, { protocol: 'udp' })] }, undefined],
])('exporter of %j', (different, exporter) => {
  expect(serviceFrom(different)?.exporter).toEqual(exporter)
})

test('configuration is what a person would edit, not what is measured or stored', () => {
  const workingDir = '/home/ada/odin'
  const yes = [
    bind(`${workingDir}/prometheus.yml`, '/etc/prometheus/prometheus.yml'),
    bind('/etc/prometheus/rules', '/etc/prometheus/rules', true),
    bind(`${workingDir}/grafana/provisioning`, '/etc/grafana/provisioning'),
    bind(`${workingDir}/dashboards`, '/var/lib/grafana/dashboards', true),
    bind(`${workingDir}/process-exporter`, '/config', true),
    bind('/host_mnt/home/ada/loki.yaml', '/mnt/loki.yaml'),
  ]
  const no = [
    bind('/', '/rootfs', true),
    bind('/proc', '/host/proc', true),
    bind('/sys/fs/cgroup', '/sys/fs/cgroup', true),
    bind('/dev/disk', '/dev/disk', true),
    bind('/var/run/docker.sock', '/var/run/docker.sock', true),
    bind('/home/ada/.docker/desktop/docker.sock', '/etc/docker.sock'),
    bind('/var/lib/docker', '/var/lib/docker', true),
    bind('/var/log', '/var/log', true),
    bind('/etc/localtime', '/etc/localtime', true),
    bind('/etc/machine-id', '/etc/machine-id', true),
    bind('/etc', '/host/etc', true),
    bind('/lib/modules', '/lib/modules', true),
    bind(`${workingDir}/data`, '/prometheus'),
    bind('/srv/grafana', '/var/lib/grafana'),
    { ...bind('odin_config', '/etc/prometheus'), type: 'volume' as const },
  ]
  expect(serviceFrom({ workingDir, mounts: [...no, ...yes, ...yes] })?.config).toEqual([
    '/etc/prometheus/rules',
    '/home/ada/loki.yaml',
    '/home/ada/odin/dashboards',
    '/home/ada/odin/grafana/provisioning',
    '/home/ada/odin/process-exporter',
    '/home/ada/odin/prometheus.yml',
  ])
})

describe('one-shot services', () => {
  const done = { state: 'exited', exitCode: 0, restartPolicy: 'no' } as const

  test('ran to their end', () => {
    expect(serviceFrom(done)).toMatchObject({ oneShot: true })
  })

  test.each<[string, Partial<Container>]>([
    ['failed', { ...done, exitCode: 1 }],
    ['would be restarted', { ...done, restartPolicy: 'unless-stopped' }],
    ['still runs', { ...done, state: 'running' }],
    ['is a server that somebody stopped', { ...done, portsWanted: [port(9090)] }],
  ])('not one that %s', (_, different) => {
    expect(serviceFrom(different)).not.toHaveProperty('oneShot')
  })

  test('are also those that others wait for to complete, even while they run', () => {
    const label = 'init:service_completed_successfully:false,db:service_healthy:true'
    const { stack } = learned([
      aContainer({ service: 'init', createdAt: noon, portsWanted: [], portsGot: [] }),
      aContainer({
        service: 'web',
        createdAt: noon + second,
        labels: { 'com.docker.compose.depends_on': label },
      }),
    ])
    expect(stack.projects[0]?.starts[0]?.services.map(({ oneShot }) => oneShot)).toEqual([
      true,
      undefined,
    ])
  })
})

test('containers without labels of files can still be guarded', () => {
  const { stack } = learned([aContainer({ composeFiles: ['-'], workingDir: '' })])
  expect(stack.projects[0]).toMatchObject({ workingDir: '/', starts: [{ files: [] }] })
  expect(parseStackFile(renderStackFile(stack))).toEqual({ ok: true, value: stack })
})
