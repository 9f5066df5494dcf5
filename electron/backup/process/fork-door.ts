import { fork } from 'node:child_process'
import type { BackupDoor, FromBackup } from './process-talk.ts'

const mostWords = 4_096

/** Starts the backup process with Node; Electron's own binary cannot (its fuse runAsNode is off). */
export function forkDoor(program: string, env: NodeJS.ProcessEnv = process.env): BackupDoor {
  return () => {
    const child = fork(program, [], {
      env,
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    let said = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-mostWords)
    })
    // A process that is gone cannot be told anything; its exit says so.
    child.on('error', () => {})
    return {
      post(message) {
        if (child.connected) child.send(message, () => {})
      },
      onMessage(listener) {
        child.on('message', (message) => listener(message as FromBackup))
      },
      onExit(listener) {
        child.once('close', (code, signal) => {
          listener(errorIn(said) ?? signal ?? `exit code ${code}`)
        })
      },
      kill: () => void child.kill('SIGKILL'),
    }
  }
}

/** The line of a stack trace that says what it is about. */
const errorIn = (said: string): string | undefined =>
  said
    .split('\n')
    .find((line) => /^\s*(?:Uncaught )?\w*Error\b.*: /.test(line))
    ?.trim()
