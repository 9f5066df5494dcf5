import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Something on loopback that answers HTTP as the test says, and can be gone for a while. */
export type WebServer = {
  readonly url: string
  /** Paths with their queries, in the order in which they were asked. */
  asked: string[]
  start(): Promise<void>
  stop(): Promise<void>
}

export async function webServer(answer: RequestListener): Promise<WebServer> {
  const asked: string[] = []
  let port = 0
  let server: Server | undefined

  async function start(): Promise<void> {
    const made = createServer((request, response) => {
      asked.push(request.url ?? '')
      answer(request, response)
    })
    await new Promise<void>((resolve, reject) => {
      made.once('error', reject)
      made.listen(port, '127.0.0.1', resolve)
    })
    server = made
    port = (made.address() as AddressInfo).port
  }

  await start()
  return {
    get url() {
      return `http://127.0.0.1:${port}`
    },
    asked,
    start,
    async stop() {
      if (!server) return
      const closed = new Promise((resolve) => server?.close(resolve))
      server.closeAllConnections()
      await closed
      server = undefined
    },
  }
}

export async function bodyText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
