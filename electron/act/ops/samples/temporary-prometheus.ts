import { posix } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { EngineFailure } from '../../../adapters/docker/engine-failure.ts'
import type { EngineHands } from '../../../adapters/docker/hands/engine-hands.ts'
import { isSnapshotName } from '../../../adapters/prometheus/tsdb-admin.ts'
import { type AskInside, askInside } from './ask-inside.ts'
import { expectIdle, type SampleStore } from './sample-store.ts'

/** A Prometheus of ours over somebody's data, while the one that it belongs to does not run. */
export type TemporaryPrometheus = {
  containerId: string
  /** Where the data is in it. */
  path: string
  ask: AskInside
  /** The head becomes a block of its own in it. Its name. */
  takeSnapshot(): Promise<string>
  /** Of all snapshots that are there. */
  snapshots(): Promise<readonly string[]>
  /** ULIDs of the blocks of a snapshot. */
  blocksOf(snapshot: string): Promise<readonly string[]>
  /** Removes snapshots that are not these; nothing but `snapshots/<name>` is touched. */
  removeSnapshotsBut(others: readonly string[]): Promise<void>
  /** What is still free where the data is; undefined where nobody can say. */
  freeBytes(): Promise<number | undefined>
  /** What a path holds; undefined where nobody can say. */
  sizeBytes(path: string): Promise<number | undefined>
}

const port = 9090
const stopSeconds = 60
const betweenTriesMs = 250
/** A large head is read from its log first. */
const readyWithinMs = 600_000

const ulids = /(?<![0-9A-Z])[0-9A-HJKMNP-TV-Z]{26}(?![0-9A-Z])/g
const snapshotNames = /\d{8}T\d{6}Z-[0-9a-f]+/g
const snapshotAnswer = z.object({ data: z.object({ name: z.string() }) })

export const isUlid = (name: string): boolean => /^[0-9A-HJKMNP-TV-Z]{26}$/.test(name)

/**
 * Runs the same image as the same user over the data, without a network, without anything to
 * scrape, and with the admin API; stops and removes it. What is left of an earlier one of the same
 * `id` goes first. Nobody else may run on the data.
 */
export async function withTemporaryPrometheus<T>(
  hands: EngineHands,
  store: SampleStore,
  { id, signal }: { id: string; signal: AbortSignal },
  use: (temporary: TemporaryPrometheus) => Promise<T>,
): Promise<T> {
  await removeTemporary(hands, id, signal)
  await expectIdle(hands, store, signal)
  const { container, place, path } = store
  const containerId = await hands.startHelper(
    {
      id,
      mount: { type: place.type, source: place.source, readOnly: false },
      image: container.imageId,
      user: container.user,
      command: [
        container.program,
        // No file, no targets, no rules.
        '--config.file=/dev/null',
        `--storage.tsdb.path=${path}`,
        // What is too old is for its own Prometheus to delete.
        '--storage.tsdb.retention.time=100y',
        '--web.enable-admin-api',
        `--web.listen-address=127.0.0.1:${port}`,
      ],
    },
    signal,
  )
  try {
    const temporary = temporaryIn(hands, containerId, path, signal)
    await untilReady(hands, temporary, container.name, signal)
    return await use(temporary)
  } finally {
    // Not to be broken off: its own Prometheus could not start while this one runs.
    await hands.stop(containerId, stopSeconds)
    await hands.removeHelper(containerId)
  }
}

/** What a process that was killed has left of it, and of what stands beside it under this `id`. */
export async function removeTemporary(
  hands: EngineHands,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  for (const helper of await hands.helpers(signal)) {
    if (helper.id !== id && !helper.id.startsWith(`${id}-`)) continue
    await hands.stop(helper.containerId, stopSeconds)
    await hands.removeHelper(helper.containerId)
  }
}

function temporaryIn(
  hands: EngineHands,
  containerId: string,
  path: string,
  signal: AbortSignal,
): TemporaryPrometheus {
  const ask = askInside(hands, containerId, `http://127.0.0.1:${port}`, signal)
  const snapshotsPath = posix.join(path, 'snapshots')

  /** Undefined where the image has no such program. */
  async function output(command: readonly string[]): Promise<string | undefined> {
    for (const one of [command, ['busybox', ...command]]) {
      try {
        return (await hands.exec(containerId, one, signal, { mostOutputBytes: 1 << 20 })).output
      } catch (error) {
        if (!(error instanceof EngineFailure) || error.code !== 'not-found') throw error
      }
    }
    return undefined
  }

  async function namesIn(directory: string, pattern: RegExp): Promise<string[]> {
    if (!(await hands.statPath(containerId, directory, signal))) return []
    const listed = await output(['ls', directory])
    if (listed === undefined) {
      throw new Error('Its image has no ls, so nobody can see which blocks there are.')
    }
    // It may colour and align what it takes for a terminal.
    return [...new Set(listed.match(pattern))]
  }

  const kilobytes = (text: string | undefined, pattern: RegExp): number | undefined => {
    const [, found] = pattern.exec(text ?? '') ?? []
    return found === undefined ? undefined : Number(found) * 1024
  }

  return {
    containerId,
    path,
    ask,
    async takeSnapshot() {
      const said = snapshotAnswer.safeParse(
        await ask('/api/v1/admin/tsdb/snapshot', { post: true }),
      )
      if (!said.success || !isSnapshotName(said.data.data.name)) {
        throw new Error(
          'Prometheus could not take a snapshot of its data. Is there space left on the disk of its volume?',
        )
      }
      return said.data.data.name
    },
    snapshots: () => namesIn(snapshotsPath, snapshotNames),
    blocksOf: (snapshot) => namesIn(posix.join(snapshotsPath, snapshot), ulids),
    async removeSnapshotsBut(others) {
      for (const name of await namesIn(snapshotsPath, snapshotNames)) {
        if (!isSnapshotName(name) || others.includes(name)) continue
        await output(['rm', '-rf', posix.join(snapshotsPath, name)])
      }
    },
    freeBytes: async () => kilobytes(await output(['df', '-kP', path]), /(\d+)\s+\d+%\s+\S+\s*$/),
    sizeBytes: async (of) => kilobytes(await output(['du', '-sk', of]), /^(\d+)\s/),
  }
}

/** It tells nobody when it is ready: asking is the only way. */
async function untilReady(
  hands: EngineHands,
  { containerId, ask }: TemporaryPrometheus,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + readyWithinMs
  for (;;) {
    const now = await hands.container(containerId, signal)
    if (!now || !isRunning(now.state)) {
      throw new Error(
        `A Prometheus over the data of ${name} ended with ${now?.exitCode ?? 'nothing'}, expected to run.`,
      )
    }
    if ((await ask('/-/ready')) !== undefined) return
    if (performance.now() > deadline) {
      throw new Error(`A Prometheus over the data of ${name} was not ready within 10 minutes.`)
    }
    await pause(betweenTriesMs, undefined, { signal })
  }
}

const isRunning = (state: string): boolean => state === 'running' || state === 'created'
