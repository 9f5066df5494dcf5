import { useState } from 'react'
import { Button } from '../button.tsx'

export type WayLine<W extends string> = {
  way: W
  label: string
  meaning: string
  /** Cannot be taken back: it is asked for once more. */
  final: boolean
}

/** How an operation that stopped goes on. Nothing here has the keyboard by itself. */
export function WayChoice<W extends string>(props: {
  title: string
  ways: readonly WayLine<W>[]
  disabled: boolean
  onChoose: (way: W) => void
}) {
  const { title, ways, disabled, onChoose } = props
  const [sure, ask] = useState<W | null>(null)
  return (
    <section className="ways" aria-label={title}>
      <h2>{title}</h2>
      <ul>
        {ways.map(({ way, label, meaning, final }, index) => (
          <li key={way} className="way">
            {sure === way ? (
              <span className="way-sure">
                <Button look="primary" disabled={disabled} onPress={() => onChoose(way)}>
                  {label}
                </Button>
                <Button first onPress={() => ask(null)}>
                  Not now
                </Button>
              </span>
            ) : (
              <Button
                look={index === 0 ? 'primary' : 'plain'}
                disabled={disabled}
                onPress={() => (final ? ask(way) : onChoose(way))}
              >
                {final ? `${label}…` : label}
              </Button>
            )}
            <p>{meaning}</p>
          </li>
        ))}
      </ul>
    </section>
  )
}
