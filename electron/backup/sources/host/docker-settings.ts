import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  configDirectoryOf,
  type DockerPlace,
  resolveConfigFile,
  whyInvalid,
} from '../../../adapters/docker/config-file.ts'
import { metaDirectoryIn } from '../../../adapters/docker/context-store.ts'
import { readDockerContexts } from '../../../adapters/docker/docker-config.ts'
import { firstValue, isObject } from '../../../adapters/docker/json-text.ts'
import type { HostRoot } from './host-tree.ts'
import { configWithoutLogins, jsonText, type Openness } from './machine-records.ts'
import type { Section } from './machine-section.ts'

/**
 * Docker's contexts, the command line's config.json and the settings of its engines. Keys of
 * contexts and logins come along only where they may; config.json is then a copy without them.
 */
export async function dockerSettings(
  { place, etcDocker = '/etc/docker' }: { place: DockerPlace; etcDocker?: string },
  openness: Openness,
): Promise<Section> {
  const directory = configDirectoryOf(place)
  const { current, contexts, environment } = await readDockerContexts(place)
  const tls = join(directory, 'contexts', 'tls')
  const withKeys = await readdir(tls).catch(() => [])
  const config = await configOf(await resolveConfigFile(directory), openness)
  const rootless = place.env['XDG_CONFIG_HOME'] || join(place.homeDirectory, '.config')
  const optional = (path: string, role: string): HostRoot => ({ path, role, isOptional: true })
  return {
    documents: [
      {
        path: 'docker/contexts.json',
        text: jsonText({ current, contexts, environment }, { keepsSecrets: false }),
      },
      ...(config.documents ?? []),
    ],
    files: [
      optional(metaDirectoryIn(directory), 'contexts of Docker'),
      ...(openness.keepsSecrets ? [optional(tls, 'keys of contexts')] : []),
      optional(join(etcDocker, 'daemon.json'), 'settings of the engine'),
      optional(join(rootless, 'docker', 'daemon.json'), 'settings of the rootless engine'),
      optional(join(directory, 'daemon.json'), "settings of Docker Desktop's engine"),
      optional(join(directory, 'desktop', 'settings-store.json'), 'settings of Docker Desktop'),
      optional(join(directory, 'desktop', 'settings.json'), 'settings of Docker Desktop'),
      ...(config.files ?? []),
    ],
    gaps: config.gaps ?? [],
    withheld: [
      ...(withKeys.length > 0 && !openness.keepsSecrets
        ? [
            `The TLS keys of ${withKeys.length === 1 ? 'a context' : `${withKeys.length} contexts`}.`,
          ]
        : []),
      ...(config.withheld ?? []),
    ],
  }
}

async function configOf(path: string, openness: Openness): Promise<Section> {
  if (openness.keepsSecrets) {
    return { files: [{ path, role: 'configuration of the docker command', isOptional: true }] }
  }
  let config: unknown
  try {
    config = firstValue(await readFile(path, 'utf8'))?.value
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    return { gaps: [`${path} ${whyInvalid(error)}: no copy without its logins could be made.`] }
  }
  if (!isObject(config)) return {}
  const text = configWithoutLogins(config)
  const isWhole = jsonText(config, { keepsSecrets: true }) === text
  return {
    documents: [{ path: 'docker/config.json', text }],
    withheld: isWhole ? [] : [`The logins of ${path}.`],
  }
}
