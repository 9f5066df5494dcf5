import type { ServiceOfStack } from '../domain/stack.ts'

export type Role = 'prometheus' | 'alertmanager' | 'grafana' | 'loki' | 'promtail' | 'alloy'

type Known = { role: Role; port: number; names: readonly string[] }

/** Ports as the programs' own documentation gives them. */
const programs: readonly Known[] = [
  { role: 'prometheus', port: 9090, names: ['prometheus', 'prometheus-distroless'] },
  { role: 'alertmanager', port: 9093, names: ['alertmanager'] },
  { role: 'grafana', port: 3000, names: ['grafana', 'grafana-oss', 'grafana-enterprise'] },
  { role: 'loki', port: 3100, names: ['loki'] },
  { role: 'promtail', port: 9080, names: ['promtail'] },
  { role: 'alloy', port: 12_345, names: ['alloy'] },
]

/**
 * Which monitoring program a service is: by the last part of its image's name; an image that
 * compose built itself is called like its service, and any other one may be a mirror's.
 */
export function roleOf({ project, service }: ServiceOfStack): Role | undefined {
  const image = nameOfImage(service.image)
  const own = image === `${project}-${service.name}` ? service.name : image
  return programs.find(({ names }) => names.includes(own.toLowerCase()))?.role
}

export const defaultPortOf = (role: Role): number =>
  programs.find((one) => one.role === role)?.port ?? 0

/** `ghcr.io:443/prom/prometheus:v3@sha256:…` is `prometheus`. */
const nameOfImage = (image: string): string =>
  (image.split('@')[0]?.split('/').at(-1) ?? '').split(':')[0] ?? ''
