import { utilityProcess } from 'electron'
import type { BackupDoor, FromBackup } from '../backup/process/process-talk.ts'

/** Starts the backup process inside Electron, where Node's fork is locked. */
export function utilityDoor(program: string): BackupDoor {
  return () => {
    const child = utilityProcess.fork(program, [], {
      serviceName: 'odin-sentinel-backup',
      stdio: 'inherit',
    })
    return {
      post: (message) => child.postMessage(message),
      onMessage(listener) {
        child.on('message', (message) => listener(message as FromBackup))
      },
      onExit(listener) {
        child.once('exit', (code) => listener(`exit code ${code}`))
      },
      kill: () => void child.kill(),
    }
  }
}
