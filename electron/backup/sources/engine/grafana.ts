import { exportGrafana } from '../../../adapters/grafana/grafana-export.ts'
import { HttpFailure } from '../../../adapters/http/http-failure.ts'
import type { BackupSource, OpenedSource } from '../source.ts'
import { documentItems } from './documents.ts'

export type GrafanaParts = {
  project: string
  service: string
  url?: string
  /** Never logged. */
  token: () => Promise<string | undefined>
}

const howToGiveOne = 'Give one that may see everything: odin-sentinel token grafana.'

/** What Grafana's API gives by UID: to browse, compare and pick from. Secrets are in its volume alone. */
export function grafanaSource(parts: GrafanaParts): BackupSource {
  const name = `${parts.project}/${parts.service}`
  return {
    id: `grafana:${name}`,
    kind: 'grafana',
    title: `Grafana objects of ${name}`,
    packing: 'new-files',
    open: (signal) => openGrafana(parts, name, signal),
  }
}

async function openGrafana(
  { url, token }: GrafanaParts,
  name: string,
  signal: AbortSignal,
): Promise<OpenedSource> {
  if (url === undefined)
    throw new Error(`Grafana ${name} publishes no port, so its objects cannot be asked for.`)
  const given = await token()
  // A password in the URL of the stack file opens the door as well.
  const isOpen = given !== undefined || URL.parse(url)?.username !== ''
  if (!isOpen) throw new Error(`There is no token for Grafana ${name}. ${howToGiveOne}`)
  const exported = await exportGrafana(
    { url, ...(given !== undefined && { token: given }) },
    signal,
  ).catch((error: unknown) => {
    if (!(error instanceof HttpFailure && error.code === 'permission-denied')) throw error
    throw new Error(`Grafana ${name} refuses its token. ${howToGiveOne}`, { cause: error })
  })
  const facts: Record<string, string> = { service: name, version: exported.version }
  async function* items() {
    yield* documentItems(exported.documents)
    if (exported.without().length > 0) facts['without'] = exported.without().join(', ')
  }
  return {
    consistency: 'exported',
    facts,
    items: items(),
    gaps: () => exported.gaps().map((gap) => `Grafana ${name}: ${gap}`),
    close: async () => exported.close(),
  }
}
