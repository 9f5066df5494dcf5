import { sentenceOf } from '../../../../shared/kit/sentence-of.ts'
import { flushLoki } from '../../../adapters/loki/flush.ts'
import type { BackupSource } from '../source.ts'
import { type VolumeParts, volumeSource } from './volume.ts'

export type LokiParts = Omit<VolumeParts, 'kind' | 'title' | 'beforeLive'> & {
  project: string
  service: string
  url?: string
}

/** Loki's volume: with Loki stopped where it may be, otherwise after it wrote what it holds. */
export function lokiSource({ project, service, url, ...parts }: LokiParts): BackupSource {
  const name = `${project}/${service}`
  return volumeSource({
    ...parts,
    kind: 'loki',
    title: `Loki data of ${name}`,
    async beforeLive(signal) {
      if (url === undefined)
        throw new Error(
          `Loki ${name} publishes no port and may not be stopped, so its newest logs are missing.`,
        )
      try {
        await flushLoki({ url }, signal)
      } catch (error) {
        const why = sentenceOf(error)
        throw new Error(`The newest logs of ${name} may be missing: ${why}`, { cause: error })
      }
    },
  })
}
