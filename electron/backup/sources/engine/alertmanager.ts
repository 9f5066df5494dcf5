import { exportSilences } from '../../../adapters/alertmanager/silences.ts'
import type { BackupSource } from '../source.ts'
import { documentItems } from './documents.ts'

export type AlertmanagerParts = { project: string; service: string; url?: string }

/**
 * Silences as the API gives them: Alertmanager writes them to its disk every 15 minutes only
 * (--data.maintenance-interval), so its volume may not have the newest.
 */
export function alertmanagerSource({ project, service, url }: AlertmanagerParts): BackupSource {
  const name = `${project}/${service}`
  return {
    id: `alertmanager:${name}`,
    kind: 'alertmanager',
    title: `Silences of ${name}`,
    packing: 'new-files',
    async open(signal) {
      if (url === undefined)
        throw new Error(
          `Alertmanager ${name} publishes no port, so its silences cannot be asked for.`,
        )
      const { version, silences } = await exportSilences({ url }, signal)
      async function* documents() {
        yield { path: 'silences.json', value: silences }
      }
      return {
        consistency: 'exported',
        facts: { service: name, version, silences: String(silences.length) },
        items: documentItems(documents()),
        gaps: () => [],
        close: async () => undefined,
      }
    },
  }
}
