import { StateIcon } from '../../components/icons.tsx'
import { GpuCard } from '../../components/instruments/gpu-card.tsx'
import { gpuCards, plotSize } from '../../store/monitoring/gpu-cards.ts'
import type { WatchedProps } from './watched-props.ts'

export function Gpus({ view, status, connected }: WatchedProps) {
  const { state, sentence, driverVersion, cards } = view.gpus
  const told = state === 'broken' ? 'critical' : state === 'cannot-tell' ? 'unknown' : 'info'
  return (
    <section className="watched" aria-label="GPUs">
      <header className={`gpus-head verdict-${told}`}>
        <StateIcon state={connected ? told : 'unknown'} size={20} />
        <h1>{sentence}</h1>
        <p className="aside">
          {driverVersion !== null && `Driver ${driverVersion}. `}
          {cards.length > 0 && 'The lines show the last hour; a gap is a time nobody knows.'}
        </p>
      </header>
      <div className="gpus">
        {gpuCards(view, status.findings, connected).map(({ key, ...card }) => (
          <GpuCard key={key} {...card} plotSize={plotSize} />
        ))}
      </div>
    </section>
  )
}
