import type { Container } from '../domain/container.ts'
import type { LiveProgram } from '../text/live-configuration.ts'

/** As the programs' images, and most who write their own, call it. */
const names: Record<LiveProgram, readonly string[]> = {
  prometheus: ['prometheus.yml', 'prometheus.yaml'],
  alertmanager: ['alertmanager.yml', 'alertmanager.yaml', 'config.yml', 'config.yaml'],
  loki: [
    ...['local-config.yaml', 'loki-config.yaml', 'loki-config.yml', 'loki.yaml', 'loki.yml'],
    ...['config.yaml', 'config.yml'],
  ],
}

const isYaml = (path: string): boolean => /\.ya?ml$/i.test(path)
const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/**
 * Host paths at which the main configuration of a program may lie, by what its container has
 * mounted. Files that are mounted by themselves are there; of a directory's nobody knows yet.
 */
export function mainConfigFiles(
  program: LiveProgram,
  { mounts }: Pick<Container, 'mounts'>,
): string[] {
  const binds = mounts.filter(({ type }) => type === 'bind')
  const files = binds.filter(({ destination }) => isYaml(destination))
  const named = files.filter(({ destination }) => names[program].includes(nameOf(destination)))
  if (named.length > 0) return named.map(({ source }) => source)
  const [only, ...others] = files
  if (only && others.length === 0) return [only.source]
  return binds
    .filter(({ destination }) => destination.startsWith('/etc/') && !isYaml(destination))
    .flatMap(({ source }) => names[program].map((name) => `${source}/${name}`))
}
