// A stand-in for Docker Desktop's backend, which shows the published ports of its containers on
// the host's localhost. Runs on the lab's computer. Arguments: the engine's socket, its address.
import { type IncomingMessage, request } from 'node:http'
import { connect, createServer, type Server } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

const [socketPath = '', address = ''] = process.argv.slice(2)
process.title = 'com.docker.backend'

type Published = { PublicPort?: number; Type: string }
const shown = new Map<number, Server>()

function ask(path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path }, resolve).once('error', reject).end()
  })
}

async function published(): Promise<Set<number>> {
  let body = ''
  for await (const chunk of await ask('/containers/json')) body += chunk
  const containers = JSON.parse(body) as { Ports: Published[] }[]
  const tcp = containers.flatMap(({ Ports }) => Ports).filter(({ Type }) => Type === 'tcp')
  return new Set(tcp.flatMap(({ PublicPort }) => PublicPort ?? []))
}

function show(port: number): void {
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ host: address, port, allowHalfOpen: true })
    near.pipe(far).pipe(near)
    const end = () => {
      near.destroy()
      far.destroy()
    }
    for (const side of [near, far]) side.once('error', end).once('close', end)
  })
  server.once('error', (error) => {
    shown.delete(port)
    process.stderr.write(`port ${port} is not shown: ${error.message}\n`)
  })
  shown.set(port, server.listen(port))
}

function showOnly(wanted: ReadonlySet<number>): void {
  for (const [port, server] of shown) {
    if (wanted.has(port)) continue
    server.close()
    shown.delete(port)
  }
  for (const port of wanted) if (!shown.has(port)) show(port)
}

for (;;) {
  try {
    const filters = encodeURIComponent(JSON.stringify({ type: ['container'] }))
    const events = await ask(`/events?filters=${filters}`)
    showOnly(await published())
    for await (const _ of events) showOnly(await published())
  } catch {
    // The engine does not run, or went away in the middle.
  }
  showOnly(new Set())
  await delay(100)
}
