import type { OperationView } from '../../../shared/ipc/contract.ts'

/** The manual procedure for what is left of an operation; nothing where nothing is. */
export function ByHand({ steps }: Pick<OperationView, 'steps'>) {
  const left = steps.filter(({ byHand = [] }) => byHand.length > 0)
  if (left.length === 0) return null
  return (
    <details className="commands">
      <summary>Do the rest by hand</summary>
      <pre className="remedy">
        {left.map(({ what, byHand = [] }) => [`# ${what}`, ...byHand].join('\n')).join('\n\n')}
      </pre>
    </details>
  )
}
