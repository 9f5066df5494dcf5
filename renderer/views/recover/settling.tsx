import { WayChoice } from '../../components/recover/way-choice.tsx'
import type { Actions } from '../../store/actions.ts'
import { type Way, wayWords } from '../../store/plan-groups.ts'

/** What is to become of an operation that stopped. */
export function Settling(props: {
  id: string
  ways: readonly Way[]
  /** Already on its way. */
  busy: boolean
  actions: Actions
}) {
  const { id, ways, busy, actions } = props
  if (ways.length === 0) return null
  return (
    <WayChoice
      title="How does it go on?"
      ways={ways.map((way) => ({ way, ...wayWords[way], final: way === 'leave' }))}
      disabled={busy}
      onChoose={(way) => void actions.settle(id, way)}
    />
  )
}
