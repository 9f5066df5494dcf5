import type { MonitoringView } from '../../../shared/ipc/monitoring-view.ts'
import type { Actions } from '../../store/actions.ts'
import type { StackStatus } from '../../store/selectors.ts'

/** What each page of what is watched gets. */
export type WatchedProps = {
  view: MonitoringView
  status: StackStatus
  connected: boolean
  asking: boolean
  actions: Actions
}
