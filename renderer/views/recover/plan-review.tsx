import { useCallback, useState } from 'react'
import type { Intent } from '../../../shared/domain/intent.ts'
import type { PlanProposal } from '../../../shared/ipc/contract.ts'
import { Button } from '../../components/button.tsx'
import { StateIcon } from '../../components/icons.tsx'
import { CarryDashboards } from '../../components/recover/carry-dashboards.tsx'
import { FilesFrom } from '../../components/recover/files-from.tsx'
import { ProposedSteps } from '../../components/recover/plan-steps.tsx'
import { TypedName } from '../../components/recover/typed-name.tsx'
import type { Actions } from '../../store/actions.ts'
import { sourceChoices } from '../../store/file-sources.ts'
import { stepGroups, touchWords } from '../../store/plan-groups.ts'
import type { Page, Tab } from '../../store/ui.ts'
import { countWords } from '../../store/wording.ts'
import { useKey } from '../use-key.ts'
import { PutBack } from './put-back.tsx'

type Plan = PlanProposal & { kind: 'plan' }
type Refusal = PlanProposal & { kind: 'refusal' }

function Head({ plan }: { plan: Plan }) {
  const empty = plan.steps.length === 0
  const ending =
    plan.whenStopped === 'ask'
      ? 'If one fails, it stops there and asks whether to go on or to roll back.'
      : 'If one fails, those before it are undone.'
  const touched = touchWords(plan)
  return (
    <header className="sheet-head">
      <p className="label">Plan · nothing has been done yet</p>
      <h1>{plan.title}</h1>
      {empty ? (
        <p className="aside">
          {plan.warnings.length === 0
            ? 'Nothing to do: everything is already as this plan would leave it.'
            : 'There is nothing that this plan could do.'}
        </p>
      ) : (
        <>
          {touched !== '' && <p className="touch">{touched}</p>}
          <p className="aside">
            {countWords(plan.steps.length, 'step')}. {ending}
          </p>
        </>
      )}
    </header>
  )
}

function Warnings({ warnings }: Pick<Plan, 'warnings'>) {
  if (warnings.length === 0) return null
  return (
    <ul className="warnings" aria-label="Before you approve">
      {warnings.map((warning) => (
        <li key={warning}>
          <StateIcon state="warning" />
          <span>{warning}</span>
        </li>
      ))}
    </ul>
  )
}

/** Only where there is something to choose from. */
function Sources({ plan, intent, asking, actions }: Reading) {
  const { filesFrom } = plan
  if (filesFrom === undefined || intent.kind !== 'recover') return null
  const chosen = asking ? (intent.filesFrom ?? filesFrom.chosen) : filesFrom.chosen
  const choices = sourceChoices(filesFrom, chosen)
  if (choices.length < 2) return null
  return (
    <FilesFrom
      choices={choices}
      chosen={chosen}
      planning={asking}
      onChoose={(value) => void actions.planAnew({ ...intent, filesFrom: value })}
    />
  )
}

/** They are kept as files whatever is chosen here. */
function Dashboards({ plan, intent, asking, actions }: Reading) {
  const { dashboards } = plan
  if (dashboards === undefined || intent.kind !== 'recover') return null
  return (
    <CarryDashboards
      titles={dashboards.titles}
      carried={asking ? intent.carryDashboards === true : dashboards.carried}
      planning={asking}
      onChoose={(chosen) => void actions.planAnew({ ...intent, carryDashboards: chosen })}
    />
  )
}

type Reading = {
  plan: Plan
  intent: Intent
  stack: string
  from: Tab
  asking: boolean
  actions: Actions
}

/** One press, or Enter, is enough. */
function Approving({ plan, asking, actions }: Pick<Reading, 'plan' | 'asking' | 'actions'>) {
  const approve = useCallback(() => {
    if (!asking) void actions.approve(plan.hash)
  }, [actions, asking, plan.hash])
  useKey('Enter', approve)
  return (
    <Button look="primary" first disabled={asking} onPress={approve}>
      Approve <kbd>Enter</kbd>
    </Button>
  )
}

/** What was typed for one plan says yes to no other. */
function Foot({ plan, from, asking, actions }: Reading) {
  const [typed, type] = useState('')
  const { confirmWith } = plan
  const empty = plan.steps.length === 0
  const careful = confirmWith !== undefined && !empty
  return (
    <footer className={`sheet-foot ${careful ? 'sheet-foot-careful' : ''}`}>
      {careful && <TypedName word={confirmWith} typed={typed} disabled={asking} onType={type} />}
      {careful && (
        <Button
          look="primary"
          disabled={asking || typed.trim() !== confirmWith}
          onPress={() => void actions.approve(plan.hash)}
        >
          Carry out
        </Button>
      )}
      {!careful && !empty && <Approving plan={plan} asking={asking} actions={actions} />}
      <Button first={empty} onPress={() => actions.show(from)}>
        Back <kbd>Esc</kbd>
      </Button>
      <span className="hash" title={plan.hash}>
        Plan {plan.hash.slice(0, 12)}
      </span>
    </footer>
  )
}

function PlanToRead(props: Reading) {
  const { plan, actions } = props
  const empty = plan.steps.length === 0
  return (
    <>
      <Head plan={plan} />
      <Sources {...props} />
      <Dashboards {...props} />
      <Warnings warnings={plan.warnings} />
      {!empty && (
        <ProposedSteps
          groups={stepGroups(plan.steps)}
          more={(step) =>
            step.files === undefined ? null : (
              <PutBack key={plan.hash} files={step.files} hash={plan.hash} actions={actions} />
            )
          }
        />
      )}
      <Foot key={plan.hash} {...props} />
    </>
  )
}

function RefusalToRead(props: {
  refusal: Refusal
  stack: string
  from: Tab
  asking: boolean
  actions: Actions
}) {
  const { refusal, stack, from, asking, actions } = props
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
        <Button first={offer === undefined} onPress={() => actions.show(from)}>
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
  const { proposal, intent, stack, from } = page
  const back = useCallback(() => actions.show(from), [actions, from])
  useKey('Escape', back)
  return (
    <section className="sheet" aria-label="Plan review">
      {proposal === null && (
        <p className="waiting" role="status">
          Looking at every engine before planning.
        </p>
      )}
      {proposal?.kind === 'plan' && (
        <PlanToRead
          plan={proposal}
          intent={intent}
          stack={stack}
          from={from}
          asking={asking}
          actions={actions}
        />
      )}
      {proposal?.kind === 'refusal' && (
        <RefusalToRead
          refusal={proposal}
          stack={stack}
          from={from}
          asking={asking}
          actions={actions}
        />
      )}
    </section>
  )
}
