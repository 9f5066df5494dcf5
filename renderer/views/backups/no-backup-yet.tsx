import { Button } from '../../components/button.tsx'
import { sizeWords } from '../../store/backups/words.ts'
import { type BackupProps, mayNotBegin } from './backup-props.ts'
import { GoingOn } from './going-on.tsx'

/** Nothing has been taken: what would be, where it goes, and the button. */
export function NoBackupYet(props: BackupProps) {
  const { view, connected, asking, actions } = props
  return (
    <section className="sheet" aria-label="No backup yet">
      <header className="sheet-head">
        <p className="label">Backups of {view.stack}</p>
        <h1>No backup yet.</h1>
        <p className="next-step">
          With one, what works today can be had back tomorrow, on this machine or another.
        </p>
      </header>
      <GoingOn {...props} />
      <ol className="adopting">
        <li>
          <strong>Configuration:</strong> compose files, env files and every file and directory that
          is mounted into a container.
        </li>
        <li>
          <strong>The machine:</strong> Docker contexts, engine settings, systemd units, ports and
          image digests.
        </li>
        <li>
          <strong>Data:</strong> Prometheus by its own snapshot, Alertmanager, Grafana with its
          dashboards and rules, Loki and every named volume.
        </li>
        <li>
          <strong>Kept in</strong> <code>{view.repository}</code>
          {view.space !== null && `, where ${sizeWords(view.space.freeBytes)} are free`}. It can be
          read and restored without Odin Sentinel.
        </li>
        <li>
          <strong>Verified</strong> by reading all of it back. No container is changed; one is
          stopped for its backup only where the stack file allows it.
        </li>
      </ol>
      <footer className="sheet-foot">
        <Button
          look="primary"
          first
          disabled={mayNotBegin(props)}
          onPress={() => void actions.startBackup(view.stack, { kind: 'backup' })}
        >
          Back up now
        </Button>
        <Button
          disabled={asking || !connected}
          onPress={() => void actions.editSchedule(view.stack)}
        >
          Set a schedule…
        </Button>
      </footer>
    </section>
  )
}
