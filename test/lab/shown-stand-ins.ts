// The stand-ins of Grafana and Loki, on the lab's computer behind the containers of their names.
// Argument: what they hold, as JSON. A datasource is asked from inside the container that asks.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer, type RequestListener, request } from 'node:http'
import { setInterval } from 'node:timers'
import { promisify } from 'node:util'
import {
  grafanaStandIn,
  type StandInDashboard,
  type StandInDatasource,
} from '../support/grafana-stand-in.ts'
import { lokiStandIn } from '../support/loki-stand-in.ts'

export type Shown = {
  address: string
  grafanaPort: number
  lokiPort: number
  token: string
  /** A JSON file with Grafana's datasources, read again for each request. */
  datasourcesFile: string
  dashboards: StandInDashboard[]
  /** Sockets of the engines, in the order in which they are asked for a running Grafana. */
  engines: string[]
  grafanaContainer: string
}

const shown = JSON.parse(process.argv[2] ?? '{}') as Shown
const runProgram = promisify(execFile)

const grafana = await grafanaStandIn({
  token: shown.token,
  dashboards: shown.dashboards,
  fetch: askFromGrafana,
})
const loki = await lokiStandIn()
const line = () => ({ at: Date.now(), text: 'level=info msg="the lab lives"' })
const stream = { labels: { job: 'lab', service_name: 'lab' }, lines: [line()] }
loki.streams = [stream]
setInterval(() => {
  stream.lines = [...stream.lines, line()].slice(-10)
}, 2_000)

const toGrafana = passOn(() => grafana.url)
createServer((asked, response) => {
  const text = readFileSync(shown.datasourcesFile, 'utf8')
  grafana.datasources = JSON.parse(text) as StandInDatasource[]
  toGrafana(asked, response)
}).listen(shown.grafanaPort, shown.address)
createServer(passOn(() => loki.url)).listen(shown.lokiPort, shown.address)

/** One request for each connection: nc ends with the connection that it carries. */
function passOn(urlOf: () => string): RequestListener {
  return (asked, response) => {
    // Grafana has no such page; the healthcheck of the lab's stack asks its stand-ins for it.
    if (asked.url === '/ready') return void response.end('ready\n')
    const { method, headers } = asked
    const onward = request(`${urlOf()}${asked.url}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, { ...answer.headers, connection: 'close' })
      answer.pipe(response)
    })
    onward.once('error', () => response.destroy())
    asked.pipe(onward)
  }
}

async function askFromGrafana(url: string): Promise<Response> {
  const pid = await grafanaPid()
  const into = ['-t', String(pid), '-m', '-n', '--root', '--wd']
  try {
    const ask = ['/bin/wget', '-q', '-T', '3', '-O', '-', url]
    const { stdout } = await runProgram('nsenter', [...into, '--', ...ask])
    return new Response(stdout, { headers: { 'content-type': 'application/json' } })
  } catch (error) {
    const said = (error as { stderr?: string }).stderr ?? String(error)
    throw new Error('fetch failed', { cause: new Error(said.trim()) })
  }
}

type Inspected = { State: { Running: boolean; Pid: number } }

async function grafanaPid(): Promise<number> {
  for (const socketPath of shown.engines) {
    const body = await new Promise<string>((resolve) => {
      const path = `/containers/${shown.grafanaContainer}/json`
      const asked = request({ socketPath, path }, async (answer) => {
        let text = ''
        for await (const chunk of answer) text += chunk
        resolve(answer.statusCode === 200 ? text : '')
      })
      asked.once('error', () => resolve('')).end()
    })
    if (body === '') continue
    const { State } = JSON.parse(body) as Inspected
    if (State.Running) return State.Pid
  }
  throw new Error('no Grafana runs')
}
