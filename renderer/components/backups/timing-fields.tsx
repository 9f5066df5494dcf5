import { useId, useState } from 'react'
import { Button } from '../button.tsx'

export type TimingKind = 'daily' | 'weekly' | 'hours' | 'cron'

export type TimingFieldsProps = {
  /** Names the whole row for who listens. */
  label: string
  kind: TimingKind
  time: string
  weekday: number
  every: number
  minute: number
  /** The same as a cron line. */
  line: string
  /** The same in words. */
  words: string
  problem: string | null
  weekdays: readonly string[]
  steps: readonly number[]
  onKind: (kind: TimingKind) => void
  onTime: (time: string) => void
  onWeekday: (weekday: number) => void
  onEvery: (hours: number) => void
  onMinute: (minute: number) => void
  onLine: (line: string) => void
  onRemove?: () => void
}

const kinds: readonly { name: TimingKind; label: string }[] = [
  { name: 'daily', label: 'Every day' },
  { name: 'weekly', label: 'Every week' },
  { name: 'hours', label: 'Every few hours' },
  { name: 'cron', label: 'Cron line' },
]

const isKind = (value: string): value is TimingKind => kinds.some(({ name }) => name === value)

/** `02:15` whatever the desktop's language: a browser's own field may say `02:15 AM`. */
function ClockField({ time, onTime }: { time: string; onTime: (time: string) => void }) {
  const [typed, setTyped] = useState<string | null>(null)
  const shown = typed ?? time
  const sound = (text: string) => /^([01]?\d|2[0-3]):[0-5]\d$/.test(text)
  return (
    <label>
      at
      <input
        type="text"
        className="clock-field"
        inputMode="numeric"
        maxLength={5}
        value={shown}
        aria-invalid={!sound(shown)}
        onBlur={() => setTyped(null)}
        onChange={({ target }) => {
          setTyped(target.value)
          if (sound(target.value)) onTime(target.value.padStart(5, '0'))
        }}
      />
    </label>
  )
}

/** When something is due: by choice on the left, as a cron line on the right, always the same. */
export function TimingFields(props: TimingFieldsProps) {
  const { kind, problem } = props
  const told = useId()
  return (
    <fieldset className="timing">
      <legend className="unseen">{props.label}</legend>
      <div className="timing-row">
        <select
          aria-label="How often"
          value={kind}
          onChange={({ target }) => isKind(target.value) && props.onKind(target.value)}
        >
          {kinds.map(({ name, label }) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </select>
        {kind === 'weekly' && (
          <label>
            on
            <select
              value={props.weekday}
              onChange={({ target }) => props.onWeekday(Number(target.value))}
            >
              {props.weekdays.map((name, at) => (
                <option key={name} value={at}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        )}
        {kind === 'hours' && (
          <>
            <label>
              every
              <select
                value={props.every}
                onChange={({ target }) => props.onEvery(Number(target.value))}
              >
                {props.steps.map((hours) => (
                  <option key={hours} value={hours}>
                    {hours === 1 ? '1 hour' : `${hours} hours`}
                  </option>
                ))}
              </select>
            </label>
            <label>
              at minute
              <input
                type="number"
                min={0}
                max={59}
                value={props.minute}
                onChange={({ target }) => props.onMinute(Number(target.value))}
              />
            </label>
          </>
        )}
        {(kind === 'daily' || kind === 'weekly') && (
          <ClockField time={props.time} onTime={props.onTime} />
        )}
        <label className="timing-cron">
          <span className="aside">cron</span>
          <input
            type="text"
            className="code"
            spellCheck={false}
            value={props.line}
            aria-invalid={problem !== null}
            aria-describedby={told}
            onChange={({ target }) => props.onLine(target.value)}
          />
        </label>
        {props.onRemove !== undefined && (
          <Button look="quiet" onPress={props.onRemove}>
            Remove
          </Button>
        )}
      </div>
      <p id={told} className={problem === null ? 'field-words' : 'field-problem'}>
        {problem ?? props.words}
      </p>
    </fieldset>
  )
}
