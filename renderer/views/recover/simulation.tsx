import { useCallback } from 'react'
import { Button } from '../../components/button.tsx'
import { StateIcon } from '../../components/icons.tsx'
import { ForeseenList } from '../../components/recover/foreseen-list.tsx'
import type { Actions } from '../../store/actions.ts'
import { foreseenGroups, foreseenWords, otherPlaces } from '../../store/foreseen.ts'
import type { StackStatus } from '../../store/selectors.ts'
import type { Page } from '../../store/ui.ts'
import { useKey } from '../use-key.ts'

type SimulationPage = Page & { name: 'simulation' }

function Answer({ page }: { page: SimulationPage }) {
  const { answer, context } = page
  if (answer === null) {
    return (
      <p className="waiting" role="status">
        Looking at {context}. Nothing is moved.
      </p>
    )
  }
  if (answer.simulation === null) {
    return (
      <p className="outcome" role="alert">
        <StateIcon state="unknown" size={20} />
        <span>{answer.problem ?? 'There is no answer, expected one.'}</span>
      </p>
    )
  }
  const { simulation } = answer
  const groups = foreseenGroups(simulation)
  const state = groups[0]?.state ?? 'ok'
  return (
    <>
      <p className="outcome" role="status">
        <StateIcon state={state} size={20} />
        <span>{foreseenWords(simulation)}</span>
      </p>
      <p className="aside">{simulation.engine}. Looked at only; nothing was moved.</p>
      <ForeseenList groups={groups} />
    </>
  )
}

/** What would break if the stack ran on another engine. */
export function Simulation(props: {
  page: SimulationPage
  status: StackStatus | undefined
  asking: boolean
  actions: Actions
}) {
  const { page, status, asking, actions } = props
  const back = useCallback(() => actions.show('overview'), [actions])
  useKey('Escape', back)
  const places = new Set([...(status ? otherPlaces(status) : []), page.context])
  return (
    <section className="sheet" aria-label="What would break elsewhere">
      <Button look="quiet" first onPress={back}>
        Overview <kbd>Esc</kbd>
      </Button>
      <header className="sheet-head">
        <p className="label">Simulation · {page.stack}</p>
        <h1>What would break on {page.context}?</h1>
        <label className="field field-row">
          Context
          <select
            value={page.context}
            disabled={asking}
            onChange={({ target }) => void actions.simulate(page.stack, target.value)}
          >
            {[...places].map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </header>
      <Answer page={page} />
    </section>
  )
}
