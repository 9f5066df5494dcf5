import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { sentenceOf } from '../../shared/kit/sentence-of.ts'
import { asInspection, asListEntry } from './container-json.ts'
import { containerFilter, eventFilter, InvalidFilter, parseFilters } from './engine-filters.ts'
import {
  apiVersion,
  type EngineIdentity,
  infoJson,
  oldestApiVersion,
  pingHeaders,
  versionJson,
} from './engine-identity.ts'
import type { EventFeed } from './event-feed.ts'
import { runs, type SmallContainer } from './small-container.ts'

/** What the server asks of the engine behind it. */
type ServedEngine = {
  readonly identity: EngineIdentity
  readonly containers: readonly SmallContainer[]
  readonly events: EventFeed
  find(which: string): SmallContainer | undefined
  startContainer(which: string): void
  stopContainer(which: string): void
  kill(which: string, signal: string): void
  restart(which: string): void
  remove(which: string): void
}

type Reply = { status: number; body?: unknown }
type Asked = { query: URLSearchParams; which: string; response: ServerResponse }
/** Replies, or keeps the response and returns nothing. */
type Answer = (asked: Asked) => Reply | undefined
type Route = [method: string, path: RegExp, answer: Answer]

const ok = (body: unknown): Reply => ({ status: 200, body })
const done: Reply = { status: 204 }
const nothingToDo: Reply = { status: 304 }
const refusal = (status: number, message: string): Reply => ({ status, body: { message } })
const isTrue = (value: string | null) => ['1', 'true', 'True'].includes(value ?? '')

/** The Engine API of a small engine on a unix socket, with and without `/v1.45` in front. */
export function engineServer(engine: ServedEngine) {
  const routes = routesOf(engine)
  const server = createServer((request, response) => {
    request.resume()
    for (const [name, value] of Object.entries(pingHeaders(engine.identity))) {
      response.setHeader(name, value)
    }
    const reply = replyTo(routes, request, response)
    if (!reply) return
    if (reply.body === undefined) response.writeHead(reply.status).end()
    else if (typeof reply.body === 'string') {
      response.setHeader('Content-Type', 'text/plain; charset=utf-8')
      response.writeHead(reply.status).end(reply.body)
    } else {
      response.setHeader('Content-Type', 'application/json')
      response.writeHead(reply.status).end(`${JSON.stringify(reply.body)}\n`)
    }
  })
  return {
    listen(socketPath: string): Promise<void> {
      return new Promise((resolve, reject) => {
        server.once('error', reject)
        server.listen(socketPath, () => {
          server.off('error', reject)
          resolve()
        })
      })
    },
    /** Cuts every connection, the event streams too, and takes the socket away. */
    close(): Promise<void> {
      return new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    },
  }
}

function replyTo(
  routes: readonly Route[],
  request: IncomingMessage,
  response: ServerResponse,
): Reply | undefined {
  const url = new URL(request.url ?? '/', 'http://engine')
  const [, version, path = ''] = /^(?:\/v(\d+\.\d+))?(\/.*)$/.exec(url.pathname) ?? []
  const problem = version === undefined ? undefined : versionProblem(version)
  if (problem !== undefined) return refusal(400, problem)
  for (const [method, pattern, answer] of routes) {
    const match = request.method === method ? pattern.exec(path) : null
    if (!match) continue
    try {
      return answer({ query: url.searchParams, which: match[1] ?? '', response })
    } catch (error) {
      if (error instanceof InvalidFilter) return refusal(400, error.message)
      return refusal(500, sentenceOf(error))
    }
  }
  return refusal(404, 'page not found')
}

/** Minor versions count on: 1.9 is older than 1.24. */
function versionProblem(version: string): string | undefined {
  const minor = (text: string) => Number(text.split('.')[1])
  if (minor(version) > minor(apiVersion)) {
    return `client version ${version} is too new. Maximum supported API version is ${apiVersion}`
  }
  if (minor(version) < minor(oldestApiVersion)) {
    return `client version ${version} is too old. Minimum supported API version is ${oldestApiVersion}, please upgrade your client to a newer version`
  }
  return undefined
}

function routesOf(engine: ServedEngine): Route[] {
  const ping: Answer = () => ok('OK')

  const list: Answer = ({ query }) => {
    const listed = containerFilter(parseFilters(query.get('filters')), isTrue(query.get('all')))
    const now = Date.now()
    const newestFirst = engine.containers.filter(listed).reverse()
    return ok(newestFirst.map((container) => asListEntry(container, now)))
  }

  /** Lines from now on; `since` and `until` are not kept. */
  const stream: Answer = ({ query, response }) => {
    const wanted = eventFilter(parseFilters(query.get('filters')))
    response.writeHead(200, { 'Content-Type': 'application/json' })
    response.flushHeaders()
    const unsubscribe = engine.events.subscribe((event) => {
      if (wanted(event)) response.write(`${JSON.stringify(event)}\n`)
    })
    response.on('close', unsubscribe)
    return undefined
  }

  function ofContainer(
    answer: (container: SmallContainer, query: URLSearchParams) => Reply,
  ): Answer {
    return ({ query, which }) => {
      const container = engine.find(decodeURIComponent(which))
      return container
        ? answer(container, query)
        : refusal(404, `No such container: ${decodeURIComponent(which)}`)
    }
  }

  const start = ofContainer((container) => {
    if (runs(container)) return nothingToDo
    engine.startContainer(container.id)
    return done
  })

  const stop = ofContainer((container) => {
    if (!runs(container)) return nothingToDo
    engine.stopContainer(container.id)
    return done
  })

  const restart = ofContainer((container) => {
    engine.restart(container.id)
    return done
  })

  const kill = ofContainer((container, query) => {
    const { id, spec } = container
    if (!runs(container)) {
      return refusal(409, `cannot kill container: ${spec.name}: container ${id} is not running`)
    }
    engine.kill(id, query.get('signal') ?? 'SIGKILL')
    return done
  })

  const remove = ofContainer((container, query) => {
    if (runs(container) && !isTrue(query.get('force'))) {
      const name = `cannot remove container "/${container.spec.name}"`
      const why = 'container is running: stop the container before removing or force remove'
      return refusal(409, `${name}: ${why}`)
    }
    engine.remove(container.id)
    return done
  })

  return [
    ['HEAD', /^\/_ping$/, ping],
    ['GET', /^\/_ping$/, ping],
    ['GET', /^\/version$/, () => ok(versionJson(engine.identity))],
    ['GET', /^\/info$/, () => ok(infoJson(engine.identity, engine.containers))],
    ['GET', /^\/events$/, stream],
    ['GET', /^\/containers\/json$/, list],
    [
      'GET',
      /^\/containers\/([^/]+)\/json$/,
      ofContainer((container) => ok(asInspection(container))),
    ],
    // Compose asks for these before it stops or takes down; there is nothing of the kind to keep.
    ['GET', /^\/networks$/, () => ok([])],
    ['GET', /^\/volumes$/, () => ok({ Volumes: [], Warnings: null })],
    ['POST', /^\/containers\/([^/]+)\/start$/, start],
    ['POST', /^\/containers\/([^/]+)\/stop$/, stop],
    ['POST', /^\/containers\/([^/]+)\/restart$/, restart],
    ['POST', /^\/containers\/([^/]+)\/kill$/, kill],
    ['DELETE', /^\/containers\/([^/]+)$/, remove],
  ]
}
