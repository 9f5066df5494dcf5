import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

type UnixServer = {
  socketPath: string
  endpoint: string
  /** Paths with their queries, in the order in which they were asked. */
  asked: string[]
  start(): Promise<void>
  /** Cuts every connection, and the socket is gone. */
  stop(): Promise<void>
}

export const aSocketPath = async (): Promise<string> =>
  join(await mkdtemp(join(tmpdir(), 'engine-')), 'docker.sock')

/** Something on a unix socket that answers HTTP as the test says. */
export async function unixServer(answer: RequestListener, path?: string): Promise<UnixServer> {
  const socketPath = path ?? (await aSocketPath())
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(decodeURIComponent(request.url ?? ''))
    answer(request, response)
  })
  return {
    socketPath,
    endpoint: `unix://${socketPath}`,
    asked,
    start: () => new Promise((resolve) => server.listen(socketPath, resolve)),
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

export const removeSocketDirectory = (socketPath: string): Promise<void> =>
  rm(dirname(socketPath), { recursive: true, force: true })
