import { type IncomingMessage, request } from 'node:http'
import { addAbortSignal } from 'node:stream'
import type { EngineTarget } from './target.ts'
import type { EngineAgent } from './transport.ts'

export type Question = {
  path: string
  /** What is no text is sent as JSON, as the Engine API wants its filters. */
  query?: Readonly<Record<string, unknown>>
  signal: AbortSignal
}

/** The engine answered, and not with what was asked for. */
export class EngineRefusal extends Error {
  readonly statusCode: number
  readonly json: unknown

  constructor(statusCode: number, json: unknown) {
    super(`HTTP status ${statusCode}`)
    this.statusCode = statusCode
    this.json = json
  }
}

/**
 * Asks one engine over its agent: GET and nothing else, so that no question can change anything.
 * Knows nothing of the environment, and so cannot be led astray by DOCKER_HOST.
 */
export type EngineQuestions = {
  /** The whole answer; text where it is no JSON. Rejects with an `EngineRefusal` for another status. */
  ask(question: Question): Promise<unknown>
  /** The answer as it comes; the signal ends no more than the wait for its beginning. */
  open(question: Question): Promise<IncomingMessage>
}

export function engineQuestions(agent: EngineAgent, target: EngineTarget): EngineQuestions {
  const headers = { host: hostHeader(target) }

  function send({ path, query = {}, signal }: Question): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const full = `${path}${queryText(query)}`
      request({ agent, headers, path: full, signal }, resolve).once('error', reject).end()
    })
  }

  /** A request's own signal ends its answer with ECONNRESET, which would be blamed on the engine. */
  async function read(response: IncomingMessage, signal: AbortSignal): Promise<unknown> {
    let text = ''
    response.setEncoding('utf8')
    for await (const chunk of addAbortSignal(signal, response)) text += chunk
    return jsonOrText(text)
  }

  async function open(question: Question): Promise<IncomingMessage> {
    const response = await send(question)
    const { statusCode = 0 } = response
    if (statusCode === 200) return response
    throw new EngineRefusal(statusCode, await read(response, question.signal))
  }

  return {
    open,
    ask: async (question) => read(await open(question), question.signal),
  }
}

function queryText(query: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(query).map(([name, value]): [string, string] => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ])
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function hostHeader(target: EngineTarget): string {
  if (target.kind !== 'tcp') return 'docker'
  const host = target.host.includes(':') ? `[${target.host}]` : target.host
  return `${host}:${target.port}`
}
