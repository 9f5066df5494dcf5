import type { RequestListener } from 'node:http'
import { createServer, type Server } from 'node:net'
import { watchdogReceiver } from '../../electron/adapters/watchdog/watchdog-receiver.ts'
import { alertmanagerWatcher } from '../../electron/observe/programs/alertmanager.ts'
import { grafanaWatcher } from '../../electron/observe/programs/grafana.ts'
import { lokiWatcher } from '../../electron/observe/programs/loki.ts'
import { prometheusWatcher } from '../../electron/observe/programs/prometheus.ts'
import { shipperWatcher } from '../../electron/observe/programs/shippers.ts'
import { watchdogWatcher } from '../../electron/observe/programs/watchdog.ts'
import type { Stop, Watcher } from '../../electron/observe/watcher.ts'
import { grafanaStandIn } from '../support/grafana-stand-in.ts'
import { lokiStandIn } from '../support/loki-stand-in.ts'
import { type WebServer, webServer } from '../support/web-server.ts'
import { type WatchedWorld, watcherContract } from './watcher.contract.ts'

const rarelyMs = 3_600_000

type Parts = { url: string; everyMs: number; hints: (again: () => void) => Stop }

/** A program behind HTTP says nothing by itself; what hints at it comes from its container. */
async function aProgram<T>(
  server: Pick<WebServer, 'url' | 'start' | 'stop'>,
  open: (parts: Parts) => Watcher<T>,
  world: Pick<WatchedWorld<T>, 'change' | 'shows'>,
): Promise<WatchedWorld<T>> {
  let hint = () => {}
  const hints = (again: () => void) => {
    hint = again
    return () => {
      hint = () => {}
    }
  }
  return {
    watcher: open({ url: server.url, everyMs: rarelyMs, hints }),
    async change(step) {
      await world.change(step)
      hint()
    },
    shows: world.shows,
    async spoil() {
      await server.stop()
      hint()
    },
    async mend() {
      await server.start()
      hint()
    },
    close: server.stop,
  }
}

const byPath =
  (answers: Record<string, () => unknown>): RequestListener =>
  (request, response) => {
    const answer = answers[(request.url ?? '').split('?')[0] ?? '']
    if (answer) response.end(JSON.stringify(answer()))
    else response.writeHead(404).end()
  }

watcherContract('the Prometheus watcher', async () => {
  let version = '2.42.0'
  const time = '2026-11-23T04:00:00Z'
  const data = (value: () => unknown) => () => ({ status: 'success', data: value() })
  const server = await webServer(
    byPath({
      '/-/ready': () => 'ready',
      '/api/v1/status/buildinfo': data(() => ({ version })),
      '/api/v1/status/runtimeinfo': data(() => ({
        startTime: time,
        lastConfigTime: time,
        reloadConfigSuccess: true,
      })),
      '/api/v1/status/flags': data(() => ({})),
      '/api/v1/status/config': data(() => ({ yaml: '' })),
      '/api/v1/targets': data(() => ({ activeTargets: [] })),
      '/api/v1/rules': data(() => ({ groups: [] })),
      '/api/v1/alerts': data(() => ({ alerts: [] })),
      '/api/v1/query': data(() => ({ resultType: 'vector', result: [] })),
    }),
  )
  return aProgram(server, prometheusWatcher, {
    async change(step) {
      version = `2.${step}.0`
    },
    shows: (seen, step) => seen.version === `2.${step}.0`,
  })
})

watcherContract('the Alertmanager watcher', async () => {
  let silences = 0
  const active = { status: { state: 'active' } }
  const server = await webServer(
    byPath({
      '/-/ready': () => 'OK',
      '/api/v2/status': () => ({ versionInfo: { version: '0.28.1' } }),
      '/api/v2/alerts': () => [],
      '/api/v2/silences': () => [
        ...Array.from({ length: silences }, () => active),
        { status: { state: 'expired' } },
      ],
    }),
  )
  return aProgram(server, alertmanagerWatcher, {
    async change(step) {
      silences = step
    },
    shows: (seen, step) => seen.silences === step,
  })
})

watcherContract('the Loki watcher', async () => {
  const loki = await lokiStandIn()
  const from = Date.now() - 60_000
  return aProgram(loki, lokiWatcher, {
    async change(step) {
      loki.streams = [{ labels: { job: 'x' }, lines: [{ at: from + step, text: 'a line' }] }]
    },
    shows: (seen, step) => seen.newestLineAt === from + step,
  })
})

watcherContract('the shipper watcher', async () => {
  let step = 0
  const server = await webServer((_, response) =>
    response.writeHead(step % 2 === 0 ? 200 : 503).end(),
  )
  return aProgram(server, (parts) => shipperWatcher({ ...parts, program: 'alloy' }), {
    async change(next) {
      step = next
    },
    shows: (seen, wanted) => seen.ready === (wanted % 2 === 0),
  })
})

watcherContract('the Grafana watcher', async () => {
  const grafana = await grafanaStandIn()
  return aProgram(grafana, (parts) => grafanaWatcher({ ...parts, token: async () => 'a-token' }), {
    async change(step) {
      grafana.version = `11.${step}.0`
    },
    shows: (seen, step) => seen.version === `11.${step}.0`,
  })
})

watcherContract('the Watchdog watcher', async () => {
  let clock = 1_700_000_000_000
  const began = clock
  const probe = watchdogReceiver({ port: 0 })
  await probe.listen()
  const port = Number(new URL(probe.url() ?? '').port)
  await probe.close()
  const receiver = watchdogReceiver({ port, now: () => clock })
  let squatter: Server | undefined

  const beat = () =>
    fetch(`http://127.0.0.1:${port}/watchdog`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        version: '4',
        alerts: [{ status: 'firing', labels: { alertname: 'Watchdog' } }],
      }),
    }).then(
      (response) => response.text(),
      () => undefined,
    )

  const leave = async () => {
    const left = squatter
    squatter = undefined
    if (left) await new Promise((resolve) => left.close(resolve))
  }

  return {
    watcher: watchdogWatcher({ receiver, everySeconds: 60, everyMs: 50 }),
    async change(step) {
      clock = began + step
      await beat()
    },
    shows: (seen, step) => seen.lastBeatAt === began + step,
    // The port is lost to somebody else. The watcher may be about to take it back: who comes
    // first has it, so this is tried until it is taken.
    async spoil() {
      while (!squatter) {
        await receiver.close()
        squatter = await new Promise<Server | undefined>((resolve) => {
          const server = createServer()
          server.once('error', () => resolve(undefined))
          server.listen(port, '127.0.0.1', () => resolve(server))
        })
      }
    },
    mend: leave,
    close: leave,
  }
})
