import type { SnapshotFile } from '../../../shared/domain/snapshot.ts'
import type { Stack } from '../../../shared/domain/stack.ts'
import { configurationId } from '../../../shared/plan/restore/selection.ts'
import type { FileSource } from '../../../shared/plan/steps/file-steps.ts'
import type { RestoreDoors } from '../../act/ops/restore/restore-doors.ts'
import { prometheusClient } from '../../adapters/prometheus/prometheus-client.ts'
import { withChecksums } from '../../backup/look/with-checksums.ts'
import type { BackupProgress, RunOrder } from '../../backup/order.ts'
import type { Repository } from '../../backup/repository/repository.ts'
import { asBytes, counted } from '../../backup/run/say.ts'
import type { StackInForce } from '../keep/stack-in-force.ts'
import { contentIn } from '../recover/snapshot-file.ts'
import type { RestorePlannerParts } from './plan-restore.ts'

type Parts = {
  /** Nobody keeps backups without them. */
  backups?: {
    carryOut: RunOrder
    open: (stack: Stack) => Promise<Repository | undefined>
  }
  inForce: () => readonly StackInForce[]
}

type DoorsHere = Omit<RestoreDoors, 'openHands'> & {
  countData: RestorePlannerParts['countData']
  /** What a file held when a snapshot was taken. */
  fromSnapshot: (
    source: Extract<FileSource, { from: 'snapshot' }>,
    signal: AbortSignal,
  ) => Promise<Uint8Array>
  /** What a snapshot lists of the configuration. */
  listOf: (repository: string, snapshot: string) => Promise<readonly SnapshotFile[]>
}

/** Where the checksums of the configuration have been lost, it is read for them. */
const listWithinMs = 60_000

/** Snapshots of this machine's stacks, for the steps of a plan. */
export function restoreDoorsHere({ backups, inForce }: Parts): DoorsHere {
  function kept() {
    if (backups) return backups
    throw new Error('Nobody keeps backups here.')
  }
  function inForceNamed(name: string) {
    const found = inForce().find(({ stack }) => stack?.name === name)
    if (found?.stack) return { stack: found.stack, stackFile: found.file }
    throw new Error(`There is no stack ${name}.`)
  }

  async function openAt(directory: string): Promise<Repository> {
    for (const { stack } of inForce()) {
      const repository = stack && (await kept().open(stack))
      if (repository?.directory === directory) return repository
    }
    throw new Error(`There is no repository of a stack in ${directory} any more.`)
  }

  return {
    async openRepository(name) {
      const repository = await kept().open(inForceNamed(name).stack)
      if (repository) return repository
      throw new Error(`There are no snapshots of ${name} any more.`)
    },
    takeSnapshot: (name, { reason, note, pin, only }, signal) =>
      kept().carryOut(
        { ...inForceNamed(name), kind: 'backup', reason, note, pin, only },
        () => {},
        signal,
      ),
    async workOnData(name, deed, { signal, remark }) {
      const order = { ...inForceNamed(name), kind: 'restore' as const, deed }
      const tell = (progress: BackupProgress) => remark?.(howFar(progress))
      const { outcome, sentence } = await kept().carryOut(order, tell, signal)
      // How far it came is no news any more.
      remark?.('')
      signal.throwIfAborted()
      if (outcome !== 'done') throw new Error(sentence)
    },
    async countData(stack, deed) {
      const { signal } = new AbortController()
      const order = { stack, kind: 'restore' as const, deed }
      return (await kept().carryOut(order, () => {}, signal)).counted ?? {}
    },
    async askPrometheus(url, signal) {
      const client = prometheusClient({ url })
      try {
        return await client.look(signal)
      } finally {
        client.close()
      }
    },
    async fromSnapshot({ repository: directory, snapshot, component, path }, signal) {
      const repository = await openAt(directory)
      const file = (await repository.files(snapshot)).find(
        (one) => one.component === component && one.path === path && one.type === 'file',
      )
      if (file) return contentIn(repository, file, signal)
      throw new Error(
        `${component}/${path} is not in snapshot ${snapshot} of ${directory} any more.`,
      )
    },
    async listOf(directory, snapshot) {
      const repository = await openAt(directory)
      const files = (await repository.files(snapshot)).filter(
        ({ component }) => component === configurationId,
      )
      return withChecksums(repository, files, AbortSignal.timeout(listWithinMs))
    },
  }
}

function howFar({ what, files, bytes, totalBytes }: BackupProgress): string {
  const of = totalBytes === undefined ? '' : ` of ${asBytes(totalBytes)}`
  return `${what}: ${counted(files, 'file')}, ${asBytes(bytes)}${of}.`
}
