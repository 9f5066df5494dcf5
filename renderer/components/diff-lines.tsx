import { useState } from 'react'
import { type DiffLine, diffLines } from '../../shared/text/diff-lines.ts'
import { Button } from './button.tsx'

const signs: Record<DiffLine['kind'], string> = { same: ' ', added: '+', removed: '−', gap: '⋯' }
const spoken: Record<DiffLine['kind'], string> = {
  same: '',
  added: 'added: ',
  removed: 'removed: ',
  gap: '',
}

/** A unified diff, one line under the other; beyond `most` lines only once it is asked for. */
export function DiffLines({
  diff,
  label,
  most = 60,
}: {
  diff: string
  label: string
  most?: number
}) {
  const [whole, setWhole] = useState(false)
  const lines = diffLines(diff)
  const shown = whole || lines.length <= most ? lines : lines.slice(0, most)
  return (
    <figure className="diff-view" aria-label={label}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
      <section className="diff-scroll" aria-label={`${label}, lines`} tabIndex={0}>
        <table>
          <tbody>
            {shown.map((line, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a diff is replaced whole, never reordered
              <tr key={at} className={`diff-row diff-row-${line.kind}`}>
                <td className="diff-number">{line.before}</td>
                <td className="diff-number">{line.after}</td>
                <td className="diff-sign" aria-hidden="true">
                  {signs[line.kind]}
                </td>
                <td className="diff-text">
                  {spoken[line.kind] && <span className="unseen">{spoken[line.kind]}</span>}
                  {line.text}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {shown.length < lines.length && (
        <div className="diff-more">
          <Button onPress={() => setWhole(true)}>{`Show all ${lines.length} lines`}</Button>
        </div>
      )}
    </figure>
  )
}
