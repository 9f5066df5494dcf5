import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A DOCKER_CONFIG directory as the docker CLI would have written it. */
export async function aDockerDirectory(
  directory: string,
  contexts: Readonly<Record<string, string>>,
  config: string,
): Promise<string> {
  for (const [name, endpoint] of Object.entries(contexts)) {
    const meta = join(
      directory,
      'contexts',
      'meta',
      createHash('sha256').update(name).digest('hex'),
    )
    await mkdir(meta, { recursive: true })
    const content = { Name: name, Metadata: {}, Endpoints: { docker: { Host: endpoint } } }
    await writeFile(join(meta, 'meta.json'), JSON.stringify(content))
  }
  await mkdir(directory, { recursive: true })
  await writeFile(join(directory, 'config.json'), config, { mode: 0o600 })
  return directory
}
