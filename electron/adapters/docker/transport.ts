import { Agent } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { inspect } from 'node:util'
import { SshStream } from './ssh-stream.ts'
import type { EngineTarget } from './target.ts'

/** Gives every HTTP request a connection to one engine, and to nothing else. */
export class EngineAgent extends Agent {
  readonly #target: EngineTarget
  readonly #env: NodeJS.ProcessEnv

  constructor(target: EngineTarget, env: NodeJS.ProcessEnv, reuse: boolean) {
    super({ keepAlive: reuse, ...(reuse && { maxSockets: target.kind === 'ssh' ? 2 : 6 }) })
    this.#target = target
    this.#env = env
  }

  override createConnection(): Duplex {
    const target = this.#target
    switch (target.kind) {
      case 'unix':
        return connect({ path: target.path })
      case 'tcp':
        return this.#tcp(target)
      case 'ssh':
        return new SshStream(target, this.#env)
    }
  }

  #tcp({ host, port, tls }: Extract<EngineTarget, { kind: 'tcp' }>): Duplex {
    if (tls === undefined) return connect({ host, port, keepAlive: true })
    const { verify, ...keys } = tls
    const socket = connectTls({ host, port, ...keys, rejectUnauthorized: verify })
    return socket.setKeepAlive(true)
  }

  /** docker-modem 5.0.7 runs util.inspect over the request's options, agent included, each time. */
  [inspect.custom](): string {
    return `EngineAgent(${this.#target.endpoint})`
  }
}
