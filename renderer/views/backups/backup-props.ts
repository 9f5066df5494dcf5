import type { BackupRun, BackupView } from '../../../shared/ipc/backup-view.ts'
import type { Actions } from '../../store/actions.ts'
import type { BackupsUi } from '../../store/backups/place.ts'
import type { StackStatus } from '../../store/selectors.ts'

/** What each part of the Backups page gets. */
export type BackupProps = {
  view: BackupView
  status: StackStatus
  run: BackupRun | null
  state: BackupsUi
  connected: boolean
  asking: boolean
  actions: Actions
}

/** Nothing can be begun while something goes on, an answer is awaited or nobody is heard. */
export const mayNotBegin = ({ run, asking, connected }: BackupProps): boolean =>
  run !== null || asking || !connected
