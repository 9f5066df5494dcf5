import type { OpenOperationView } from '../../../shared/ipc/contract.ts'
import { type OpenOperation, openOperations } from '../../act/open-operations.ts'

/** What stopped before its end on this machine, oldest first, and what may be done about it. */
export async function openOperationViews(stateDirectory: string): Promise<OpenOperationView[]> {
  return (await openOperations(stateDirectory)).map(viewOf)
}

function viewOf(operation: OpenOperation): OpenOperationView {
  const { id, title, stack, startedAt, touched, steps, directory, problem } = operation
  return {
    id,
    title,
    stack,
    startedAt: startedAt ?? null,
    touched: touched.map(({ what, done }) => (done ? what : `${what} (not finished)`)),
    ...(steps && { steps }),
    // Nobody knows what a plan or a journal that cannot be read has touched.
    ways: problem === undefined ? ['continue', 'roll-back', 'leave'] : ['leave'],
    directory,
    problem: problem ?? null,
  }
}
