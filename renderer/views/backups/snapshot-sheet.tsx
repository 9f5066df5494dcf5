import { useCallback, useState } from 'react'
import type { SnapshotView } from '../../../shared/ipc/backup-view.ts'
import { ChangeList } from '../../components/backups/change-list.tsx'
import { FileList } from '../../components/backups/file-list.tsx'
import { Badge } from '../../components/backups/marks.tsx'
import { Button } from '../../components/button.tsx'
import { StateIcon } from '../../components/icons.tsx'
import { ChoiceRow } from '../../components/instruments/choice-row.tsx'
import { changeRows, changesWords, comparable } from '../../store/backups/differences.ts'
import { crumbsOf, fileRows } from '../../store/backups/files.ts'
import type { BackupPlace } from '../../store/backups/place.ts'
import { snapshotSheet } from '../../store/backups/rows.ts'
import { countWords } from '../../store/wording.ts'
import { useKey } from '../use-key.ts'
import { useNow } from '../use-now.ts'
import { type BackupProps, mayNotBegin } from './backup-props.ts'
import { Contents } from './contents.tsx'
import { GoingOn } from './going-on.tsx'

type SheetProps = BackupProps & {
  snapshot: SnapshotView
  place: BackupPlace & { name: 'snapshot' }
}

const parts = [
  { name: 'contents', label: 'What is in it' },
  { name: 'files', label: 'Files' },
  { name: 'differences', label: 'Differences' },
] as const

/** What programs exported comes back with their data, or one dashboard at a time. */
const notAsAWhole: readonly string[] = ['machine', 'grafana', 'alertmanager']

/** So many open by themselves. */
const openedAtOnce = 3

function Pinning(props: SheetProps & { onEnd: () => void }) {
  const { view, snapshot, asking, actions, onEnd } = props
  const [why, setWhy] = useState('')
  const pin = () =>
    void actions
      .pinSnapshot(view.stack, snapshot.id, why.trim())
      .then((pinned) => pinned && onEnd())
  return (
    <form
      className="accepting"
      aria-label="Pin this backup"
      onSubmit={(event) => {
        event.preventDefault()
        if (why.trim() !== '') pin()
      }}
    >
      <h2>Keep this backup until it is let go?</h2>
      <label className="field">
        Why it is kept
        <input
          type="text"
          // biome-ignore lint/a11y/noAutofocus: it was opened to be filled in
          autoFocus
          maxLength={200}
          placeholder="before the upgrade to Grafana 12"
          value={why}
          onChange={({ target }) => setWhy(target.value)}
        />
      </label>
      <div className="choices">
        <Button look="primary" disabled={asking || why.trim() === ''} onPress={pin}>
          Pin
        </Button>
        <Button onPress={onEnd}>Back</Button>
      </div>
    </form>
  )
}

function Deeds(props: SheetProps & { onPin: () => void }) {
  const { view, snapshot, asking, connected, actions } = props
  const busy = mayNotBegin(props)
  const begin = (kind: 'verify' | 'drill') => () =>
    void actions.startBackup(view.stack, { kind, snapshot: snapshot.id })
  return (
    <div className="sheet-deeds">
      <Button
        disabled={busy}
        onPress={() => void actions.review(view.stack, { kind: 'restore', snapshot: snapshot.id })}
      >
        Restore…
      </Button>
      <Button disabled={busy} onPress={begin('verify')}>
        Verify
      </Button>
      <Button disabled={busy} onPress={begin('drill')}>
        Prove (drill)
      </Button>
      {snapshot.pinned === null ? (
        <Button disabled={asking || !connected} onPress={props.onPin}>
          Pin…
        </Button>
      ) : (
        <Button
          disabled={asking || !connected}
          onPress={() => void actions.pinSnapshot(view.stack, snapshot.id, null)}
        >
          Unpin
        </Button>
      )}
    </div>
  )
}

type Sheet = ReturnType<typeof snapshotSheet>

function Differences({ view, snapshot, place, asking, actions }: SheetProps) {
  const now = useNow(null)
  const { against, changes, problem } = place.comparing
  const choices = comparable(view.snapshots, snapshot.id, now)
  const named = choices.find(({ value }) => value === (against ?? ''))?.label ?? 'another backup'
  return (
    <section className="comparing" aria-label="Differences">
      <label className="field field-row">
        Compared with
        <select
          value={against ?? ''}
          disabled={asking}
          onChange={({ target }) =>
            void actions.compareSnapshot(view.stack, snapshot.id, target.value || null)
          }
        >
          {choices.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      {problem !== null ? (
        <p role="alert">{problem}</p>
      ) : (
        <p role="status" className="aside">
          {changes === null ? 'Comparing every file.' : changesWords(changes, named)}
        </p>
      )}
      {changes !== null && changes.length > 0 && (
        <ChangeList changes={changeRows(changes)} open={openedAtOnce} />
      )}
    </section>
  )
}

function Part(props: SheetProps & { sheet: Sheet }) {
  const { view, snapshot, place, actions } = props
  const now = useNow(null)
  const mayRestore = !mayNotBegin(props)
  const restore = (only: string) =>
    void actions.review(view.stack, { kind: 'restore', snapshot: snapshot.id, only: [only] })
  if (place.part === 'contents') {
    return <Contents sheet={props.sheet} mayRestore={mayRestore} onRestore={restore} />
  }
  if (place.part === 'differences') return <Differences {...props} />
  const { path, entries, problem } = place.browsing
  const components = snapshot.components.map(({ id }) => id)
  const restorable = snapshot.components.flatMap(({ id, kind }) =>
    notAsAWhole.includes(kind) ? [] : [id],
  )
  return (
    <FileList
      crumbs={crumbsOf(path, 'This backup', components)}
      lines={entries && fileRows(entries, now, restorable)}
      problem={problem}
      mayRestore={mayRestore}
      onRestore={restore}
      onOpen={(next) => void actions.browseSnapshot(view.stack, snapshot.id, next)}
    />
  )
}

/** Everything about one backup. */
export function SnapshotSheet(props: SheetProps) {
  const { view, snapshot, place, connected, actions } = props
  const [pinning, setPinning] = useState(false)
  const now = useNow(30)
  const back = useCallback(() => {
    if (pinning) setPinning(false)
    else actions.showBackups()
  }, [pinning, actions])
  useKey('Escape', back)
  const sheet = snapshotSheet(snapshot, connected, now)
  return (
    <section className="sheet sheet-wide" aria-label={sheet.title}>
      <Button look="quiet" first onPress={() => actions.showBackups()}>
        All backups <kbd>Esc</kbd>
      </Button>
      <header className="sheet-head snapshot-head">
        <p className="label">{sheet.label}</p>
        <h1 className="with-icon">
          <StateIcon state={sheet.state} size={20} />
          {sheet.title}
        </h1>
        {sheet.badges.length > 0 && (
          <p className="badges">
            {sheet.badges.map((badge) => (
              <Badge key={badge.kind} {...badge} />
            ))}
          </p>
        )}
        <Deeds {...props} onPin={() => setPinning(true)} />
      </header>
      {pinning && <Pinning {...props} onEnd={() => setPinning(false)} />}
      {props.run !== null && <GoingOn {...props} />}
      {sheet.damaged.length > 0 && (
        <section className="broken" role="alert">
          <h2>
            {countWords(sheet.damaged.length, 'file is', 'files are')} lost; the rest is sound and
            can be restored
          </h2>
          <ul>
            {sheet.damaged.map((file) => (
              <li key={file}>
                <StateIcon state="critical" size={16} />
                <code>{file}</code>
              </li>
            ))}
          </ul>
        </section>
      )}
      {sheet.warnings.length > 0 && (
        <ul className="warnings">
          {sheet.warnings.map((warning) => (
            <li key={warning}>
              <StateIcon state="warning" size={16} />
              <span>{warning}</span>
            </li>
          ))}
        </ul>
      )}
      <ChoiceRow
        label="Part"
        choices={parts}
        chosen={place.part}
        onChoose={(part) => void actions.showPart(view.stack, snapshot.id, part)}
      />
      <Part {...props} sheet={sheet} />
    </section>
  )
}
