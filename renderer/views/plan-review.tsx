import { useCallback } from 'react'
import type { PlanProposal } from '../../shared/ipc/contract.ts'
import { Button } from '../components/button.tsx'
import { StateIcon } from '../components/icons.tsx'
import { ProposedSteps } from '../components/plan-steps.tsx'
import type { Actions } from '../store/actions.ts'
import type { Page } from '../store/ui.ts'
import { countWords } from '../store/wording.ts'
import { useKey } from './use-key.ts'

type Plan = PlanProposal & { kind: 'plan' }
type Refusal = PlanProposal & { kind: 'refusal' }

function PlanToRead({ plan, asking, actions }: { plan: Plan; asking: boolean; actions: Actions }) {
  const empty = plan.steps.length === 0
  const approve = useCallback(() => {
    if (!asking && !empty) void actions.approve(plan.hash)
  }, [actions, asking, empty, plan.hash])
  useKey('Enter', approve)
  return (
    <>
      <header className="sheet-head">
        <p className="label">Plan · nothing has been done yet</p>
        <h1>{plan.title}</h1>
        <p className="aside">
          {empty
            ? 'Nothing to do: everything is already as this plan would leave it.'
            : `${countWords(plan.steps.length, 'step')}. If one fails, those before it are undone.`}
        </p>
      </header>
      {plan.warnings.length > 0 && (
        <ul className="warnings" aria-label="Before you approve">
          {plan.warnings.map((warning) => (
            <li key={warning}>
              <StateIcon state="warning" />
              <span>{warning}</span>
            </li>
          ))}
        </ul>
      )}
      {!empty && <ProposedSteps steps={plan.steps} />}
      <footer className="sheet-foot">
        {!empty && (
          <Button look="primary" first disabled={asking} onPress={approve}>
            Approve <kbd>Enter</kbd>
          </Button>
        )}
        <Button first={empty} onPress={() => actions.show('overview')}>
          Back <kbd>Esc</kbd>
        </Button>
        <span className="hash" title={plan.hash}>
          Plan {plan.hash.slice(0, 12)}
        </span>
      </footer>
    </>
  )
}

function RefusalToRead(props: {
  refusal: Refusal
  stack: string
  asking: boolean
  actions: Actions
}) {
  const { refusal, stack, asking, actions } = props
  const { offer } = refusal
  return (
    <>
      <header className="sheet-head">
        <p className="label">No plan · nothing has been done</p>
        <h1 className="with-icon">
          <StateIcon state="warning" size={24} />
          {refusal.sentence}
        </h1>
        <p className="next-step">{refusal.nextStep}</p>
      </header>
      <footer className="sheet-foot">
        {offer !== undefined && (
          <Button
            look="primary"
            first
            disabled={asking}
            onPress={() => void actions.review(stack, offer.intent)}
          >
            {offer.label}
          </Button>
        )}
        <Button first={offer === undefined} onPress={() => actions.show('overview')}>
          Back <kbd>Esc</kbd>
        </Button>
        <span className="hash">{refusal.code}</span>
      </footer>
    </>
  )
}

export type PlanReviewProps = {
  page: Page & { name: 'plan' }
  asking: boolean
  actions: Actions
}

/** Nothing is done before this has been read and approved. */
export function PlanReview({ page, asking, actions }: PlanReviewProps) {
  const back = useCallback(() => actions.show('overview'), [actions])
  useKey('Escape', back)
  const { proposal } = page
  return (
    <section className="sheet" aria-label="Plan review">
      {proposal === null && (
        <p className="waiting" role="status">
          Looking at every engine before planning.
        </p>
      )}
      {proposal?.kind === 'plan' && (
        <PlanToRead plan={proposal} asking={asking} actions={actions} />
      )}
      {proposal?.kind === 'refusal' && (
        <RefusalToRead refusal={proposal} stack={page.stack} asking={asking} actions={actions} />
      )}
    </section>
  )
}
