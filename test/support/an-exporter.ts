import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A real HTTP server on loopback that answers as it is told. */
export type AnExporter = {
  url: string
  /** Requests so far. */
  readonly asked: number
  answer(listener: RequestListener): void
  /** Answers with this exposition from now on. */
  say(body: string): void
  /** Nobody listens any more, until `open`. */
  shut(): Promise<void>
  open(): Promise<void>
}

export async function anExporter(body = 'a 1\n'): Promise<AnExporter> {
  const saying =
    (text: string): RequestListener =>
    (_, response) => {
      response.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8')
      response.end(text)
    }
  let listener = saying(body)
  let asked = 0
  const server = createServer((request, response) => {
    asked += 1
    listener(request, response)
  })
  let port = 0
  async function open(): Promise<void> {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
  }
  await open()
  return {
    url: `http://127.0.0.1:${port}/metrics`,
    get asked() {
      return asked
    },
    answer(next) {
      listener = next
    },
    say(text) {
      listener = saying(text)
    },
    open,
    async shut() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
