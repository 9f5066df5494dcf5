import type { IncidentView } from '../../../shared/ipc/status.ts'
import type { Messenger } from './messenger.ts'
import { secretDoor } from './secret-door.ts'

/** ntfy 2: 1 is the least, 5 makes a phone ring. Tags with the name of an emoji become one. */
const faces: Readonly<Record<IncidentView['severity'], { priority: number; tag: string }>> = {
  critical: { priority: 5, tag: 'rotating_light' },
  warning: { priority: 4, tag: 'warning' },
  unknown: { priority: 3, tag: 'grey_question' },
  info: { priority: 2, tag: 'information_source' },
}

/**
 * A topic of an ntfy server. Told as JSON to the server's root, as headers would take no more
 * than Latin-1; what is in the URL beside the topic goes with it.
 */
export function ntfy(url: string): Messenger {
  const root = new URL(url)
  const topic = root.pathname.split('/').filter(Boolean).at(-1) ?? ''
  root.pathname = root.pathname.replace(/[^/]*\/?$/, '')
  const { at, post } = secretDoor('ntfy', root.href)
  return {
    at,
    async send({ change, stack, incident, machine }, signal) {
      // It goes on as part of another incident, which has been told.
      if (change === 'withdrawn') return
      const over = change === 'resolved'
      const { priority, tag } = faces[incident.severity]
      await post(
        {
          topic: decodeURIComponent(topic),
          title: `${stack} on ${machine}: ${over ? 'over' : incident.severity}`,
          message: `${over ? 'Over: ' : ''}${incident.sentence}`,
          priority: over ? 3 : priority,
          tags: [over ? 'white_check_mark' : tag, incident.cause],
        },
        signal,
      )
    },
  }
}
