import type { FindingView } from '../../../shared/ipc/status.ts'
import type { StackProblems } from '../../act/ops/verify-stack.ts'
import type { Sentinel } from '../surface.ts'

/** What a recovery neither causes nor cures. */
const notItsMatter = /^(BACKUP_|GPU_(HOT|MEMORY_FULL)|DISK_FILLING)/

const isProblem = ({ code, status, severity }: FindingView): boolean =>
  status !== 'resolved' &&
  (severity === 'critical' || severity === 'warning') &&
  !notItsMatter.test(code)

/** Looks at everything again, and says what is still wrong. Findings that are pending count. */
export function stackProblems(sentinel: () => Sentinel): StackProblems {
  return async (stack) => {
    const guard = sentinel()
    await guard.lookAgain()
    const status = guard.mirror().stacks.find((one) => one.stack === stack)
    if (!status) return [`Nobody guards ${stack} any more.`]
    return status.findings.filter(isProblem).map(({ sentence }) => sentence)
  }
}
