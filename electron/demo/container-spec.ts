import { createHash } from 'node:crypto'
import type { Mount, PublishedPort } from '../../shared/domain/container.ts'

/** What a small engine is asked to run, as far as anybody ever asks about it. */
export type ContainerSpec = {
  name: string
  image: string
  command: readonly string[]
  labels: Readonly<Record<string, string>>
  /** Ports wanted on the host; `hostIp: ''` stands for every address, v4 and v6. */
  ports: readonly PublishedPort[]
  mounts: readonly Mount[]
  /** Name of a network, or `host`. */
  network: string
  restartPolicy: 'no' | 'always' | 'on-failure' | 'unless-stopped'
  /** As in the image or the compose file: `['CMD', 'wget', …]`. */
  healthcheck?: readonly string[]
}

/** A service as a compose file describes it; everything left out has a plain default. */
export type ComposeService = {
  project: string
  service: string
  image: string
  workingDir: string
  composeFile: string
  command?: readonly string[]
  ports?: readonly PublishedPort[]
  mounts?: readonly Mount[]
  hostNetwork?: boolean
  healthcheck?: readonly string[]
  dependsOn?: readonly string[]
  restartPolicy?: ContainerSpec['restartPolicy']
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The ID of an image is a digest of its content; here its name must do. */
export const imageIdOf = (image: string): string => `sha256:${sha256(image)}`

/** `9090` on every address of the host leads to `9090` in the container. */
export function published(hostPort: number, containerPort = hostPort): PublishedPort {
  return { containerPort, protocol: 'tcp', hostIp: '', hostPort }
}

/** The container that `docker compose up` makes of a service, with Compose's own labels. */
export function composeContainer(service: ComposeService): ContainerSpec {
  const { healthcheck } = service
  return {
    name: `${service.project}-${service.service}-1`,
    image: service.image,
    command: service.command ?? [`/bin/${service.service}`],
    labels: {
      'com.docker.compose.config-hash': sha256(JSON.stringify(service)),
      'com.docker.compose.container-number': '1',
      'com.docker.compose.depends_on': (service.dependsOn ?? [])
        .map((name) => `${name}:service_started:false`)
        .join(','),
      'com.docker.compose.image': imageIdOf(service.image),
      'com.docker.compose.oneoff': 'False',
      'com.docker.compose.project': service.project,
      'com.docker.compose.project.config_files': service.composeFile,
      'com.docker.compose.project.working_dir': service.workingDir,
      'com.docker.compose.service': service.service,
      'com.docker.compose.version': '2.26.1',
    },
    ports: service.ports ?? [],
    mounts: service.mounts ?? [],
    network: service.hostNetwork ? 'host' : `${service.project}_default`,
    restartPolicy: service.restartPolicy ?? 'unless-stopped',
    ...(healthcheck && { healthcheck }),
  }
}
