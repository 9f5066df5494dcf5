import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { holdContainersOp } from '../../electron/act/ops/hold-containers.ts'
import { connectHands } from '../../electron/adapters/docker/hands/connect-hands.ts'
import { type Lab, startLab } from './engines.ts'

let lab: Lab
beforeAll(async () => {
  lab = await startLab()
})
afterAll(async () => {
  // Frozen, it would keep its engine from ending.
  await lab?.docker(['--context', 'native', 'unpause', 'stray'], { anyExitCode: true })
  await lab?.close()
})

const native = async (...args: string[]) =>
  (await lab.docker(['--context', 'native', ...args])).stdout.trim()

it('a real engine ends a paused container in its own way, and pauses it again', async () => {
  const path = lab.native.socket
  const endpoint = `unix://${path}`
  const loop = "trap 'exit 7' TERM; while :; do sleep 0.1; done"
  const run = ['run', '-d', '--name', 'stray', '--restart', 'always', 'busybox:1.37']
  const containerId = await native(...run, 'sh', '-c', loop)
  await native('pause', 'stray')
  const op = holdContainersOp(async () => connectHands({ kind: 'unix', endpoint, path }))
  const step = {
    ...{ kind: 'HoldContainers' as const, endpoint, engineId: await lab.native.id() },
    ...{ from: 'native', containers: [{ containerId, container: 'stray', always: true }] },
    cause: 'test',
  }
  const keepDirectory = join(lab.directory, 'keep')
  const site = { id: 'test', keepDirectory, signal: AbortSignal.timeout(60_000) }
  const state = () =>
    native(
      ...[
        'inspect',
        '-f',
        '{{.State.Status}} {{.State.ExitCode}} {{.HostConfig.RestartPolicy.Name}}',
      ],
      'stray',
    )
  await op.run(step, site)
  await op.verify(step, site)
  // Not 137: its program got the signal and ended by itself.
  expect(await state()).toBe('exited 7 unless-stopped')
  await op.rollback(step, site)
  await op.rollback(step, site)
  expect(await state()).toBe('paused 0 always')
})
