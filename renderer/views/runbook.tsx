import { useCallback } from 'react'
import { Button } from '../components/button.tsx'
import { Prose } from '../components/prose.tsx'
import type { Actions } from '../store/actions.ts'
import type { Page } from '../store/ui.ts'
import { useKey } from './use-key.ts'

export function Runbook(props: {
  page: Page & { name: 'runbook' }
  asking: boolean
  actions: Actions
}) {
  const { page, asking, actions } = props
  const back = useCallback(() => actions.show('overview'), [actions])
  useKey('Escape', back)
  return (
    <section className="sheet" aria-label="Runbook">
      <div className="runbook-head">
        <Button first onPress={back}>
          Back <kbd>Esc</kbd>
        </Button>
        <Button look="quiet" disabled={asking} onPress={() => void actions.saveRunbooks()}>
          Save all runbooks…
        </Button>
        <span className="hash">{page.code}</span>
      </div>
      {page.saved !== null && (
        <p className="aside runbook-saved" role="status">
          Saved as <code>{page.saved}</code>.
        </p>
      )}
      {page.markdown === null ? (
        <p className="waiting" role="status">
          Opening the runbook.
        </p>
      ) : (
        <Prose markdown={page.markdown} />
      )}
    </section>
  )
}
