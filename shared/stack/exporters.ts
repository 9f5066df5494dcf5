import type { Container } from '../domain/container.ts'
import type { Exporter } from '../domain/stack.ts'

type KnownExporter = {
  kind: string
  /** Default port, as the exporter's own documentation gives it. */
  port: number
  /** Ports on which it is also met. */
  alsoPorts?: readonly number[]
  image: RegExp
  /** The port is taken by many other programs: only the image tells. */
  portSaysNothing?: boolean
}

/** In order: the first whose image fits wins, then the first whose port fits. */
export const knownExporters: readonly KnownExporter[] = [
  { kind: 'node', port: 9100, image: /node[-_]exporter/ },
  { kind: 'dcgm', port: 9400, image: /dcgm[-_]exporter/ },
  {
    kind: 'nvidia-gpu',
    port: 9835,
    alsoPorts: [9836],
    image: /nvidia[-_]?(gpu|smi)?[-_]exporter|gpu[-_]exporter/,
  },
  { kind: 'alertmanager', port: 9093, image: /alertmanager/ },
  { kind: 'pushgateway', port: 9091, image: /pushgateway/ },
  { kind: 'blackbox', port: 9115, image: /blackbox[-_]exporter/ },
  { kind: 'snmp', port: 9116, image: /snmp[-_]exporter/ },
  { kind: 'process', port: 9256, image: /process[-_]exporter/ },
  { kind: 'statsd', port: 9102, image: /statsd[-_]exporter/ },
  { kind: 'mysqld', port: 9104, image: /mysqld?[-_]exporter/ },
  { kind: 'nginx', port: 9113, image: /nginx.*exporter/ },
  { kind: 'elasticsearch', port: 9114, image: /elasticsearch[-_]exporter/ },
  { kind: 'apache', port: 9117, image: /apache[-_]exporter/ },
  { kind: 'redis', port: 9121, image: /redis[-_]exporter/ },
  { kind: 'postgres', port: 9187, image: /postgres(ql)?[-_]exporter/ },
  { kind: 'haproxy', port: 9101, image: /haproxy[-_]exporter/, portSaysNothing: true },
  { kind: 'ipmi', port: 9290, image: /ipmi[-_]exporter/ },
  { kind: 'docker', port: 9417, image: /docker[-_]exporter/ },
  { kind: 'cadvisor', port: 8080, image: /cadvisor/, portSaysNothing: true },
]

/**
 * What a container exports: by its `prometheus.io/port` label, by its image, by a known
 * port. The port is the one inside the container, which publishing does not change.
 */
export function exporterOf(container: Container): Exporter | undefined {
  const image = container.image.toLowerCase()
  const ports = [...container.portsWanted, ...container.portsGot]
    .filter(({ protocol }) => protocol === 'tcp')
    .map(({ containerPort }) => containerPort)
  const byImage = knownExporters.find((exporter) => exporter.image.test(image))

  const labelled = Number(container.labels['prometheus.io/port'])
  if (Number.isInteger(labelled) && labelled > 0 && labelled < 65_536) {
    return { port: labelled, kind: byImage?.kind ?? kindFromName(container.service) }
  }
  if (byImage) return { port: portFor(byImage, ports), kind: byImage.kind }
  if (/[-_]exporter([:@]|$)/.test(image) && ports[0] !== undefined) {
    return { port: ports[0], kind: kindFromName(container.service) }
  }
  const byPort = knownExporters.find(
    (exporter) => !exporter.portSaysNothing && ports.some((port) => isPortOf(exporter, port)),
  )
  return byPort && { port: portFor(byPort, ports), kind: byPort.kind }
}

const isPortOf = (exporter: KnownExporter, port: number): boolean =>
  port === exporter.port || (exporter.alsoPorts ?? []).includes(port)

/** Its known port where that is published, else the only one there is, else the default. */
function portFor(exporter: KnownExporter, ports: readonly number[]): number {
  const known = ports.find((port) => isPortOf(exporter, port))
  if (known !== undefined) return known
  const distinct = [...new Set(ports)]
  return distinct.length === 1 && distinct[0] !== undefined ? distinct[0] : exporter.port
}

const kindFromName = (service: string): string => service.replace(/[-_]exporter$/, '') || service
