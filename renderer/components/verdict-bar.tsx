import type { Health } from '../../shared/ipc/status.ts'
import { StateIcon } from './icons.tsx'

export type VerdictBarProps = { health: Health; word: string; sentence: string; since?: string }

/** One sentence, one colour; the state also by shape and by word. */
export function VerdictBar({ health, word, sentence, since }: VerdictBarProps) {
  return (
    <section
      className={`verdict verdict-${health}`}
      role={health === 'critical' ? 'alert' : 'status'}
      aria-label="Verdict"
    >
      <StateIcon state={health} size={36} />
      <div className="verdict-words">
        <p className="verdict-word">
          {word}
          {since !== undefined && <span className="verdict-since">{since}</span>}
        </p>
        <h1 className="verdict-sentence">{sentence}</h1>
      </div>
    </section>
  )
}
