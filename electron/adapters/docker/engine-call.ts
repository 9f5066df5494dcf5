import Docker from 'dockerode'
import type { z } from 'zod'
import { EngineFailure, engineFailure } from './engine-failure.ts'
import type { EngineTarget } from './target.ts'
import type { EngineAgent } from './transport.ts'

/**
 * A dockerode that cannot go astray. docker-modem 5.0.7 prefers DOCKER_HOST of the environment
 * to a given socketPath, mixes in DOCKER_CERT_PATH, and throws when either makes no sense;
 * so it does not get to see them, and every connection comes from our agent.
 */
export function dockerOver(agent: EngineAgent, target: EngineTarget): Docker {
  const { DOCKER_HOST: hidden } = process.env
  delete process.env['DOCKER_HOST']
  try {
    const options: Docker.DockerOptions & { agent: EngineAgent } = {
      // It takes a host apart with url.parse, of which Node 24 warns (DEP0169). A socket's path it
      // leaves alone, and our agent knows better where to connect to.
      socketPath: target.endpoint,
      headers: { Host: hostHeader(target) },
      protocol: 'http',
      agent,
    }
    return new Docker(options)
  } finally {
    if (hidden !== undefined) process.env['DOCKER_HOST'] = hidden
  }
}

function hostHeader(target: EngineTarget): string {
  if (target.kind !== 'tcp') return 'docker'
  const host = target.host.includes(':') ? `[${target.host}]` : target.host
  return `${host}:${target.port}`
}

/** Aborts after a while or with the given signal, and leaves nothing behind when cleared. */
export function limitTo(milliseconds: number, signal: AbortSignal | undefined) {
  const controller = new AbortController()
  const abort = () => controller.abort(signal?.reason)
  const timer = setTimeout(() => controller.abort(), milliseconds)
  if (signal?.aborted) abort()
  signal?.addEventListener('abort', abort, { once: true })
  return {
    signal: controller.signal,
    clear() {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    },
  }
}

/** One call with its own end: rejects with an `EngineFailure`, also when nothing answers. */
export type Ask = <S extends z.ZodType>(
  shape: S,
  signal: AbortSignal | undefined,
  call: (abortSignal: AbortSignal) => Promise<unknown>,
  /** Instead of the usual time. */
  patienceMs?: number,
) => Promise<z.infer<S>>

export function askerOf(endpoint: string, giveUpAfterMs: number): Ask {
  return async (shape, signal, call, patienceMs = giveUpAfterMs) => {
    const limit = limitTo(patienceMs, signal)
    try {
      const answer = shape.safeParse(await call(limit.signal))
      if (answer.success) return answer.data
      const where = answer.error.issues[0]?.path.join('.') ?? ''
      throw new EngineFailure('invalid', `The answer of ${endpoint} makes no sense at "${where}".`)
    } catch (error) {
      throw engineFailure(endpoint, error)
    } finally {
      limit.clear()
    }
  }
}

/** Of an engine that is reached through ssh, more than that of a socket. */
export const usualPatienceMs = (target: EngineTarget): number =>
  target.kind === 'ssh' ? 45_000 : 10_000

/** The status with which the engine refused; absent where it gave no answer. */
export const statusOf = (failure: unknown): number | undefined =>
  ((failure as Error | undefined)?.cause as { statusCode?: number } | undefined)?.statusCode
