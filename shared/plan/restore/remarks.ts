import type { Container } from '../../domain/container.ts'
import type { PutBack } from '../steps/file-steps.ts'
import type { RestoreIntent, RestoreMatter } from './matter.ts'
import { type DataPart, hostPathOf } from './selection.ts'

/** What a person should know of a restore besides its steps, a sentence each. */
export function remarks(
  { selection, present, stack }: RestoreMatter,
  data: readonly DataPart[],
  files: readonly PutBack[],
  containers: readonly Container[] | undefined,
): string[] {
  const all = selection.configuration.filter(({ type }) => type === 'file').length
  const made = files.filter(({ replaces }) => replaces === null).length
  const same = selection.data.length - data.length
  const links = selection.configuration.filter(
    (file) => file.type === 'symlink' && present.hashes.get(hostPathOf(file)) === null,
  )
  return [
    ...(all === 0
      ? []
      : [
          `Files of the configuration: ${made} created, ${files.length - made} replaced, 0 deleted, ${all - files.length} unchanged.`,
        ]),
    ...(same === 0
      ? []
      : [
          `${same === 1 ? 'One part' : `${same} parts`} of the data ${same === 1 ? 'is' : 'are'} as in the snapshot, and left alone.`,
        ]),
    ...(data.length > 0 && present.isRoomKnown === false
      ? [`How much room the disk of ${stack.home.context} has cannot be seen from here.`]
      : []),
    ...(data.length > 0 && (stack.backup?.recipients.length ?? 0) > 0
      ? [
          'What the data is now is kept for seven days unencrypted, where only your own user can read it.',
        ]
      : []),
    ...links.map((link) => `The link ${hostPathOf(link)} to ${link.linkTo} is not made anew.`),
    ...(files.length > 0 && containers === undefined
      ? [`The engine of ${stack.home.context} does not answer, so nobody is restarted.`]
      : []),
    ...selection.notes,
  ]
}

export function otherEngine({ manifest, stack }: RestoreMatter, intent: RestoreIntent): string[] {
  if (intent.kind !== 'restore' || !intent.fromOtherEngine) return []
  return [
    `The data comes from another engine, ${manifest.engine?.id} (${manifest.engine?.context}), and goes to ${stack.home.context}.`,
  ]
}
