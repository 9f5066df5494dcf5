import { isSeq } from 'yaml'
import { editBackupSection } from './edit-backup-section.ts'

/**
 * The text of a stack file whose new snapshots are encrypted to this age recipient as well. Throws
 * a sentence when the text is not a valid stack file, or this is no recipient.
 */
export const addBackupRecipient = (text: string, recipient: string): string =>
  editBackupSection(text, {
    choices: (before) => ({
      ...before,
      recipients: [...new Set([...before.recipients, recipient])],
    }),
    edit(section) {
      const list = section.get('recipients')
      if (!isSeq(list)) section.set('recipients', [recipient])
      else if (!list.toJSON().includes(recipient)) list.add(recipient)
    },
  })
