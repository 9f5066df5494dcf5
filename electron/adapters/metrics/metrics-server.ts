import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

export type Metrics = () => Promise<{ text: string; contentType: string }>

/** Answers GET /metrics on loopback and nothing else. */
export interface MetricsServer {
  /** Rejects with a sentence when nobody can listen there. */
  listen(): Promise<void>
  close(): Promise<void>
}

/** A page in a browser may reach loopback under a name of its own, so the name must be one of ours. */
const ourNames = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i

export function metricsServer(
  { host, port }: { host: string; port: number },
  metrics: Metrics,
): MetricsServer {
  const at = `${host.includes(':') ? `[${host}]` : host}:${port}`
  let server: Server | undefined

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const say = (status: number, text: string, contentType = 'text/plain; charset=utf-8') =>
      response.writeHead(status, { 'content-type': contentType }).end(text)
    if (!ourNames.test(request.headers.host ?? '')) return void say(403, 'only for this machine\n')
    if (URL.parse(request.url ?? '', 'http://x')?.pathname !== '/metrics')
      return void say(404, 'only /metrics is here\n')
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return void say(405, 'only GET is taken\n')
    try {
      const { text, contentType } = await metrics()
      say(200, text, contentType)
    } catch (error) {
      say(500, `${(error as Error).message}\n`)
    }
  }

  return {
    listen() {
      const made = createServer((request, response) => void answer(request, response))
      made.requestTimeout = 10_000
      return new Promise((resolve, reject) => {
        made.once('error', ({ code, message }: NodeJS.ErrnoException) => {
          const taken = `${at} is taken by another program, perhaps another Odin Sentinel`
          const why = code === 'EADDRINUSE' ? taken : message
          reject(new Error(`Metrics are not to be had: ${why}.`))
        })
        made.listen(port, host, () => {
          server = made
          resolve()
        })
      })
    },
    async close() {
      if (!server) return
      const closed = new Promise((resolve) => server?.close(resolve))
      server.closeAllConnections()
      server = undefined
      await closed
    },
  }
}
