import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { Duplex } from 'node:stream'
import { shellWord } from '../../../shared/kit/shell-word.ts'
import { EngineFailure } from './engine-failure.ts'
import type { EngineTarget } from './target.ts'

export type SshTarget = Extract<EngineTarget, { kind: 'ssh' }>

const stderrKept = 2000

/** The same command as docker/cli's connhelper, run by the system's ssh with its configuration. */
export function sshArguments(target: SshTarget): string[] {
  return [
    '-o',
    'ConnectTimeout=30',
    // Not the CLI's: a guard in the background must never make ssh ask for a passphrase.
    '-o',
    'BatchMode=yes',
    '-T',
    ...(target.user ? ['-l', target.user] : []),
    ...(target.port ? ['-p', String(target.port)] : []),
    '--',
    target.host,
    'docker',
    // The far shell sees these words joined by spaces.
    ...(target.socket ? [`--host=unix://${shellWord(target.socket)}`] : []),
    'system',
    'dial-stdio',
  ]
}

/** A connection to the engine's socket through one ssh process, which ends with it. */
export class SshStream extends Duplex {
  readonly #child: ChildProcessWithoutNullStreams
  #stderr = ''

  constructor(target: SshTarget, env: NodeJS.ProcessEnv) {
    super({ allowHalfOpen: false })
    this.#child = spawn('ssh', sshArguments(target), { stdio: 'pipe', env })
    const { stdin, stdout, stderr } = this.#child
    stdout.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) stdout.pause()
    })
    stdin.on('error', () => {})
    stderr.setEncoding('utf8').on('data', (chunk: string) => {
      this.#stderr = (this.#stderr + chunk).slice(-stderrKept)
    })
    this.#child.on('error', (error) => {
      this.destroy(
        new EngineFailure('not-found', `ssh cannot be started for ${target.endpoint}.`, {
          cause: error,
        }),
      )
    })
    this.#child.on('close', (code) => {
      if (code === 0) this.push(null)
      else this.destroy(this.#failure(target))
    })
  }

  #failure(target: SshTarget): EngineFailure {
    const last = this.#stderr.trim().split('\n').at(-1)?.trim().replace(/\.$/, '') ?? ''
    const code = /permission denied|host key verification/i.test(last)
      ? 'permission-denied'
      : /timed out/i.test(last)
        ? 'timeout'
        : 'refused'
    return new EngineFailure(code, `ssh to ${target.endpoint} ended: ${last || 'it said nothing'}.`)
  }

  override _read(): void {
    this.#child.stdout.resume()
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: () => void) {
    // A pipe that broke is told by the end of ssh, which comes with its reason.
    this.#child.stdin.write(chunk, encoding, () => done())
  }

  override _final(done: () => void): void {
    this.#child.stdin.end(done)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#child.kill()
    done(error)
  }

  // What http.Agent asks of a socket.
  setKeepAlive(): this {
    return this
  }
  setNoDelay(): this {
    return this
  }
  setTimeout(): this {
    return this
  }
  ref(): this {
    this.#child.ref()
    return this
  }
  unref(): this {
    this.#child.unref()
    return this
  }
}
