import { useEffect, useRef } from 'react'
import type { Health } from '../../../shared/ipc/status.ts'
import { StateIcon } from '../icons.tsx'
import { Badge, type BadgeName } from './marks.tsx'
import { walkButtons } from './walk.ts'

export type SnapshotLine = {
  id: string
  when: string
  reason: string
  notes: readonly string[]
  state: Health
  word: string
  size: string
  added: string
  badges: readonly { kind: BadgeName; word: string }[]
}

/** One stop for the keyboard; the arrows walk the lines, Enter opens one. */
export function SnapshotList(props: {
  lines: readonly SnapshotLine[]
  /** Where the keyboard was, and comes back to. */
  last: string | null
  onOpen: (id: string) => void
}) {
  const list = useRef<HTMLUListElement>(null)
  const { lines, last } = props
  const stop = lines.some(({ id }) => id === last) ? last : lines[0]?.id
  useEffect(() => {
    if (last === null) return
    const line = list.current?.querySelector<HTMLElement>('[tabindex="0"]')
    line?.focus({ preventScroll: true })
    line?.scrollIntoView({ block: 'nearest' })
  }, [last])
  return (
    <ul
      ref={list}
      className="snapshots"
      aria-label="Backups"
      onKeyDown={(event) => {
        if (walkButtons(list.current, event.key)) event.preventDefault()
      }}
    >
      {lines.map((line) => (
        <li key={line.id}>
          <button
            type="button"
            className={`snapshot snapshot-${line.state}`}
            tabIndex={line.id === stop ? 0 : -1}
            onClick={() => props.onOpen(line.id)}
          >
            <StateIcon state={line.state} size={16} />
            <span className="unseen">{`${line.word}, `}</span>
            <span className="snapshot-when">{line.when}</span>
            <span className="snapshot-why">
              <span className="snapshot-reason">{line.reason}</span>
              {line.badges.map((badge) => (
                <Badge key={badge.kind} {...badge} />
              ))}
            </span>
            <span className="snapshot-size">{line.size}</span>
            <span className="snapshot-added">{line.added}</span>
            {line.notes.length > 0 && (
              <span className="snapshot-note">{line.notes.join(' · ')}</span>
            )}
          </button>
        </li>
      ))}
    </ul>
  )
}
