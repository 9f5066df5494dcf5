import { CannotNotify, type Notice, type Notifier } from './notifier.ts'

const answerWithinMs = 3_000

/** The part of node-notifier that is used, so that a test can stand in the place of notify-send. */
export type Send = (
  words: { title: string; message: string; urgency: string; 'app-name': string },
  answer: (error: Error | null) => void,
) => void

/**
 * The last resort, which also works without Electron and without our D-Bus connection:
 * node-notifier 10 spawns notify-send. It knows neither buttons nor clicks nor replacing.
 */
export function nodeNotifier(appName: string, send: Send = sendByNotifySend): Notifier {
  let last: Promise<unknown> = Promise.resolve()
  return {
    name: 'notify-send',
    show(notice) {
      // One process at a time: they all wait for the same server.
      const mine = last.catch(() => {}).then(() => sendOne(notice, appName, send))
      last = mine
      return mine.then(() => ({ by: 'notify-send', actions: false }))
    },
    async close() {},
  }
}

function sendOne(notice: Notice, appName: string, send: Send): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(
      () => reject(new CannotNotify('notify-send does not come back.', true)),
      answerWithinMs,
    )
    const answer = (error: Error | null) => {
      clearTimeout(late)
      if (error) reject(new CannotNotify(error.message))
      else resolve()
    }
    try {
      send(
        {
          title: notAnOption(notice.title),
          message: notAnOption(notice.body),
          urgency: notice.urgency,
          'app-name': appName,
        },
        answer,
      )
    } catch (error) {
      answer(error instanceof Error ? error : new Error(String(error)))
    }
  })
}

/**
 * node-notifier 10.0.1 calls notify-send without `--`, so a text that begins with a dash is
 * read as an option. A zero-width space before it is invisible and makes it a text.
 */
export function notAnOption(text: string): string {
  const plain = text.replaceAll('\0', '')
  if (plain.trim() === '') return '\u200b'
  return plain.startsWith('-') ? `\u200b${plain}` : plain
}

const sendByNotifySend: Send = (words, answer) => {
  import('node-notifier').then(({ default: notifier }) => {
    // `urgency` and `app-name` belong to notify-send and are missing from the general type.
    const notification: Record<string, unknown> = words
    notifier.notify(notification, answer)
  }, answer)
}
