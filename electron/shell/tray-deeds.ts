import { carryOut } from '../sentinel/carry-out.ts'
import type { Sentinel } from '../sentinel/surface.ts'
import type { TrayDeed } from './tray-model.ts'
import type { WindowPlace } from './window.ts'

type TrayDeedParts = {
  sentinel: Sentinel
  show: (place?: WindowPlace) => void
  quit: () => void
  notifyTest: () => Promise<unknown>
  /** Begins a backup, and tells when it failed. */
  backUp: (stack: string) => Promise<void>
  startWithSession: (on: boolean) => Promise<void>
  tellProblem: (error: Error) => void
}

/** What a press in the tray menu does. */
export function trayDeeds(parts: TrayDeedParts): (deed: TrayDeed) => void {
  const { sentinel, show, tellProblem } = parts
  return (deed) => {
    switch (deed.kind) {
      case 'open':
        return show()
      case 'review':
        return show({ review: deed.stack })
      case 'recover':
        return show({ recover: deed.stack })
      case 'open-operation':
        return show({ operation: deed.operation })
      case 'quit':
        return parts.quit()
      case 'move':
        return void sentinel.moveOnPurpose(deed.hours)
      case 'notify-test':
        return void parts.notifyTest().catch(tellProblem)
      case 'cancel-countdown':
        return sentinel.cancelCountdown()
      case 'start-with-session':
        return void parts.startWithSession(deed.on).catch(tellProblem)
      case 'snooze':
        for (const incident of deed.incidents) void sentinel.snooze(incident, deed.until)
        return
      case 'back-up':
        return void parts.backUp(deed.stack)
      case 'cancel-backup':
        return sentinel.backups?.cancel()
      case 'carry-out':
        return void carryOut(sentinel, deed.stack, deed.intent).then(({ kind }) => {
          if (kind !== 'done') show({ review: deed.stack })
        })
    }
  }
}
