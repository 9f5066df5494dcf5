import type { Stack } from '../../../shared/domain/stack.ts'
import type { FileSource } from '../../../shared/plan/steps/file-steps.ts'
import type { RestoreDoors } from '../../act/ops/restore/restore-doors.ts'
import { prometheusClient } from '../../adapters/prometheus/prometheus-client.ts'
import type { RunOrder } from '../../backup/order.ts'
import type { Repository } from '../../backup/repository/repository.ts'
import type { StackInForce } from '../keep/stack-in-force.ts'

type Parts = {
  /** Nobody keeps backups without them. */
  backups?: {
    carryOut: RunOrder
    open: (stack: Stack) => Promise<Repository | undefined>
  }
  inForce: () => readonly StackInForce[]
}

type DoorsHere = Omit<RestoreDoors, 'openHands'> & {
  /** What a file held when a snapshot was taken. */
  fromSnapshot: (
    source: Extract<FileSource, { from: 'snapshot' }>,
    signal: AbortSignal,
  ) => Promise<Uint8Array>
}

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
    async askPrometheus(url, signal) {
      const client = prometheusClient({ url })
      try {
        return await client.look(signal)
      } finally {
        client.close()
      }
    },
    async fromSnapshot({ repository: directory, snapshot, component, path }, signal) {
      for (const { stack } of inForce()) {
        const repository = stack && (await kept().open(stack))
        if (repository?.directory !== directory) continue
        const file = (await repository.files(snapshot)).find(
          (one) => one.component === component && one.path === path && one.type === 'file',
        )
        if (!file) break
        const chunks: Buffer[] = []
        const each = async (_: unknown, content: AsyncIterable<Buffer>) => {
          for await (const chunk of content) chunks.push(chunk)
        }
        await repository.read([file], each, signal)
        return Buffer.concat(chunks)
      }
      throw new Error(
        `${component}/${path} is not in snapshot ${snapshot} of ${directory} any more.`,
      )
    },
  }
}
