import { join } from 'node:path'
import type { Mount } from '../../shared/domain/container.ts'
import {
  type ComposeService,
  type ContainerSpec,
  composeContainer,
  published,
} from './container-spec.ts'

// The stack of the demo: fourteen services that watch one workstation, in three compose files of
// one project, as people build them. Some exporters publish no port: Prometheus reaches them on
// the project's own network. node-exporter sits on the host's network.

export const demoProject = 'odin'

export const demoComposeFiles = [
  'docker-compose.yml',
  'docker-compose-exporters.yml',
  'docker-compose-logging.yml',
] as const

export type DemoComposeFile = (typeof demoComposeFiles)[number]

type Recipe = Omit<ComposeService, 'project' | 'workingDir' | 'composeFile'>

const http = (url: string) => ['CMD', 'wget', '-q', '-O', '-', url]

const volume = (name: string, destination: string): Mount => {
  return { type: 'volume', source: `${demoProject}_${name}`, destination, readOnly: false }
}

const bind = (source: string, destination: string): Mount => {
  return { type: 'bind', source, destination, readOnly: true }
}

/** The services of each file; sources of binds that begin with `./` lie in the working directory. */
const recipes: Readonly<Record<DemoComposeFile, readonly Recipe[]>> = {
  'docker-compose.yml': [
    {
      service: 'prometheus',
      image: 'prom/prometheus:v3.5.0',
      command: ['/bin/prometheus', '--config.file=/etc/prometheus/prometheus.yml'],
      ports: [published(9090)],
      mounts: [
        bind('./prometheus/prometheus.yml', '/etc/prometheus/prometheus.yml'),
        bind('./prometheus/alerts.yml', '/etc/prometheus/alerts.yml'),
        volume('prometheus-data', '/prometheus'),
      ],
      healthcheck: http('http://localhost:9090/-/ready'),
    },
    {
      service: 'alertmanager',
      image: 'prom/alertmanager:v0.28.1',
      ports: [published(9093)],
      mounts: [bind('./alertmanager/alertmanager.yml', '/etc/alertmanager/alertmanager.yml')],
      healthcheck: http('http://localhost:9093/-/ready'),
    },
    {
      service: 'pushgateway',
      image: 'prom/pushgateway:v1.11.1',
      ports: [published(9091)],
    },
    {
      service: 'renderer',
      image: 'grafana/grafana-image-renderer:3.12.9',
      ports: [published(8081)],
    },
    {
      service: 'grafana',
      image: 'grafana/grafana:12.1.0',
      command: ['/run.sh'],
      ports: [published(3000)],
      mounts: [
        bind('./grafana/provisioning', '/etc/grafana/provisioning'),
        volume('grafana-data', '/var/lib/grafana'),
      ],
      healthcheck: http('http://localhost:3000/api/health'),
      dependsOn: ['prometheus', 'renderer'],
    },
  ],
  'docker-compose-exporters.yml': [
    {
      service: 'node-exporter',
      image: 'prom/node-exporter:v1.9.1',
      command: ['/bin/node_exporter', '--path.rootfs=/host'],
      mounts: [bind('/', '/host')],
      hostNetwork: true,
    },
    {
      service: 'nvidia-gpu-exporter',
      image: 'utkuozdemir/nvidia_gpu_exporter:1.3.2',
      ports: [published(9835)],
    },
    {
      service: 'cadvisor',
      image: 'gcr.io/cadvisor/cadvisor:v0.53.0',
      ports: [published(8080)],
      mounts: [bind('/', '/rootfs'), bind('/var/run', '/var/run'), bind('/sys', '/sys')],
      healthcheck: http('http://localhost:8080/healthz'),
    },
    {
      service: 'docker-exporter',
      image: 'prometheusnet/docker_exporter:latest',
      ports: [published(9417)],
      mounts: [bind('/var/run/docker.sock', '/var/run/docker.sock')],
    },
    {
      service: 'process-exporter',
      image: 'ncabatoff/process-exporter:0.8.7',
      mounts: [bind('/proc', '/host/proc'), bind('./process-exporter', '/config')],
    },
    {
      service: 'blackbox-exporter',
      image: 'prom/blackbox-exporter:v0.27.0',
      mounts: [bind('./blackbox/blackbox.yml', '/etc/blackbox_exporter/config.yml')],
    },
    {
      service: 'claude-exporter',
      image: 'odin/claude-exporter:1.0',
      ports: [published(9950)],
    },
  ],
  'docker-compose-logging.yml': [
    {
      service: 'loki',
      image: 'grafana/loki:3.5.3',
      ports: [published(3100)],
      mounts: [
        bind('./loki/loki-config.yml', '/etc/loki/local-config.yaml'),
        volume('loki-data', '/loki'),
      ],
    },
    {
      service: 'alloy',
      image: 'grafana/alloy:v1.10.0',
      ports: [published(12345)],
      mounts: [
        bind('./alloy/config.alloy', '/etc/alloy/config.alloy'),
        bind('/var/log', '/var/log'),
      ],
      dependsOn: ['loki'],
    },
  ],
}

function inPlace(mount: Mount, workingDir: string): Mount {
  if (!mount.source.startsWith('./')) return mount
  return { ...mount, source: join(workingDir, mount.source) }
}

/** The containers of the demo's stack, or of one of its files, in their start order. */
export function demoStack(workingDir: string, file?: DemoComposeFile): ContainerSpec[] {
  const files = file === undefined ? demoComposeFiles : [file]
  return files.flatMap((name) =>
    recipes[name].map((recipe) =>
      composeContainer({
        ...recipe,
        project: demoProject,
        workingDir,
        composeFile: join(workingDir, name),
        mounts: (recipe.mounts ?? []).map((mount) => inPlace(mount, workingDir)),
      }),
    ),
  )
}
