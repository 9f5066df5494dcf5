import { useEffect } from 'react'
import { Button } from '../../components/button.tsx'
import { ChoiceRow } from '../../components/instruments/choice-row.tsx'
import { Prose } from '../../components/prose.tsx'
import type { Actions } from '../../store/actions.ts'
import type { Ui } from '../../store/ui.ts'
import { periods } from '../../store/wording.ts'

export function Reports(props: { report: Ui['report']; asking: boolean; actions: Actions }) {
  const { report, asking, actions } = props
  const { since, markdown, saved } = report
  useEffect(() => {
    void actions.readReport('1d')
  }, [actions])
  return (
    <section className="sheet sheet-wide" aria-label="Reports">
      <header className="page-tools">
        <ChoiceRow
          label="Period"
          choices={periods}
          chosen={since}
          onChoose={(next) => void actions.readReport(next)}
        />
        <Button
          look="primary"
          disabled={asking || markdown === null}
          onPress={() => void actions.saveReport(since)}
        >
          Save as Markdown
        </Button>
        {saved !== null && (
          <p className="aside" role="status">
            Saved as <code>{saved}</code>.
          </p>
        )}
      </header>
      {markdown === null ? (
        <p className="waiting" role="status">
          {asking ? 'Writing the report.' : 'There is no report.'}
        </p>
      ) : (
        <Prose markdown={markdown} />
      )}
    </section>
  )
}
