import type { Mirror } from '../../../shared/ipc/contract.ts'
import { StateIcon } from '../../components/icons.tsx'
import type { Actions } from '../../store/actions.ts'
import type { StackStatus } from '../../store/selectors.ts'
import type { Ui } from '../../store/ui.ts'
import { BackupList } from './backup-list.tsx'
import type { BackupProps } from './backup-props.ts'
import { NoBackupYet } from './no-backup-yet.tsx'
import { ScheduleEditor } from './schedule-editor.tsx'
import { SnapshotSheet } from './snapshot-sheet.tsx'
import { useBackups } from './use-backups.ts'

function Nothing({ title, sentence }: { title: string; sentence: string }) {
  return (
    <section className="middle" role="status">
      <StateIcon state="unknown" size={36} />
      <h1>{title}</h1>
      <p className="aside">{sentence}</p>
    </section>
  )
}

function Place(props: BackupProps) {
  const { place } = props.state
  if (place.name === 'schedule') return <ScheduleEditor {...props} place={place} />
  if (place.name === 'snapshot') {
    const snapshot = props.view.snapshots.find(({ id }) => id === place.id)
    // It may have been cleaned up while it was looked at.
    if (snapshot !== undefined) {
      return <SnapshotSheet {...props} place={place} snapshot={snapshot} key={place.id} />
    }
  }
  const nothing = props.view.snapshots.length === 0 && props.view.broken.length === 0
  return nothing && props.view.problem === null ? (
    <NoBackupYet {...props} />
  ) : (
    <BackupList {...props} />
  )
}

export function Backups(props: {
  status: StackStatus
  backups: Mirror['backups']
  connected: boolean
  ui: Ui
  actions: Actions
}) {
  const { status, backups, connected, ui, actions } = props
  useBackups(status.stack, backups?.revision, actions)
  const { answered } = ui.backups
  if (answered?.stack !== status.stack) {
    return <Nothing title="Looking." sentence="The answer is on its way." />
  }
  if (answered.view === null) {
    return <Nothing title="Cannot tell." sentence="Nobody keeps backups of this stack here." />
  }
  return (
    <Place
      view={answered.view}
      status={status}
      run={backups?.run ?? null}
      state={ui.backups}
      connected={connected}
      asking={ui.asking}
      actions={actions}
    />
  )
}
