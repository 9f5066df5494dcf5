import { afterEach, expect, test } from 'vitest'
import type { Mirror } from '../../../shared/ipc/contract.ts'
import { webServer } from '../../../test/support/web-server.ts'
import { heartbeat } from './heartbeat.ts'

const noon = Date.UTC(2026, 10, 23, 12)
const opened: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

async function aHeart(status: () => number) {
  const server = await webServer((_request, response) => response.writeHead(status()).end())
  opened.push(() => server.stop())
  const guard = { now: noon, judgedAt: noon, turns: 0 }
  const count = { sent: 0, failed: 0 }
  const said: string[] = []
  const stop = heartbeat({
    sentinel: {
      mirror: () => ({ stacks: [{ at: new Date(guard.judgedAt).toISOString() }] }) as Mirror,
    },
    url: `${server.url}/ping/s3cret`,
    everyMs: 5,
    count,
    onProblem: (sentence) => said.push(sentence),
    now: () => {
      guard.turns += 1
      return guard.now
    },
  })
  opened.push(stop)
  return { server, guard, count, said }
}

test('it beats while verdicts come, and a loop that judges no more is silent', async () => {
  const { server, guard, count } = await aHeart(() => 200)
  await expect.poll(() => count.sent).toBeGreaterThan(2)
  expect(server.asked[0]).toBe('/ping/s3cret')
  guard.now = noon + 120_000
  // It asks for the time only while no beat is under way.
  const turns = async (more: number) => {
    const from = guard.turns
    await expect.poll(() => guard.turns - from).toBeGreaterThan(more)
  }
  await turns(0)
  const before = count.sent
  await turns(10)
  expect(count.sent).toBe(before)
  guard.judgedAt = guard.now
  await expect.poll(() => count.sent).toBeGreaterThan(before)
})

test('what is not taken is counted, said once without its token, and its end too', async () => {
  let status = 500
  const { server, count, said } = await aHeart(() => status)
  await expect.poll(() => count.failed).toBeGreaterThan(3)
  status = 200
  await expect.poll(() => said.length).toBe(2)
  expect(said).toEqual([
    `The heartbeat is not taken: its receiver at ${server.url} answered 500.`,
    'The heartbeat is taken again.',
  ])
})
