import type { Health } from '../../../shared/ipc/status.ts'
import { StateIcon } from '../icons.tsx'

export type ChainLink = {
  stage: string
  name: string
  state: Health | 'info'
  word: string
  sentence: string
  count: string
}

/** From the exporter to the alert: pressing a link tells its sentence. */
export function Chain(props: {
  links: readonly ChainLink[]
  chosen: string | undefined
  firstBroken: string | undefined
  onChoose: (stage: string) => void
}) {
  const told = props.links.find(({ stage }) => stage === props.chosen)
  return (
    <section className="chain" aria-label="From exporter to alert">
      <ol className="chain-links">
        {props.links.map((link) => (
          <li key={link.stage} className={`chain-link chain-${link.state}`}>
            <button
              type="button"
              aria-pressed={link.stage === props.chosen}
              onClick={() => props.onChoose(link.stage)}
            >
              <StateIcon state={link.state} size={20} />
              <span className="chain-name">{link.name}</span>
              <span className={`chain-word tone-${link.state}`}>{link.word}</span>
              <span className="chain-count">{link.count}</span>
            </button>
          </li>
        ))}
      </ol>
      {told !== undefined && (
        <p className="chain-sentence" role="status">
          <strong>
            {told.name}
            {told.stage === props.firstBroken && ', the first broken link'}.
          </strong>{' '}
          {told.sentence}
        </p>
      )}
    </section>
  )
}
