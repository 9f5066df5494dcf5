import { join } from 'node:path'
import type { MessageBus } from '../session-bus/session-bus.ts'
import { type Keyring, keyring } from './keyring.ts'
import { secretFile } from './secret-file.ts'

/** Keeps tokens where nobody else reads them: in the keyring, or without one in a file. */
export interface SecretStore {
  read(name: string): Promise<string | undefined>
  /** Says where it is now, and why there. Nothing but the secret itself is kept of it. */
  keep(name: string, secret: string): Promise<string>
  /** From everywhere; whether there was one. */
  remove(name: string): Promise<boolean>
}

export function secretStore(bus: MessageBus | undefined, stateDirectory: string): SecretStore {
  const path = join(stateDirectory, 'secrets.json')
  const file = secretFile(path)
  const ring: Keyring = bus ? keyring(bus) : noKeyring

  return {
    // What is in the file was put there when there was no keyring, and may be older.
    read: async (name) => (await ring.find(name).catch(() => undefined)) ?? file.find(name),
    async keep(name, secret) {
      try {
        await ring.keep(name, secret)
      } catch (error) {
        await file.keep(name, secret)
        return `Kept in ${path}, for its owner alone: ${(error as Error).message}.`
      }
      await file.remove(name)
      return 'Kept in the keyring of this session.'
    },
    async remove(name) {
      const fromRing = await ring.remove(name).catch(() => false)
      return (await file.remove(name)) || fromRing
    },
  }
}

const nobody = () => Promise.reject(new Error('this session has no D-Bus session bus'))
const noKeyring: Keyring = { find: nobody, keep: nobody, remove: nobody }

/** The name of Grafana's token for a stack. */
export const grafanaTokenName = (stack: string): string => `grafana/${stack}`

/** The name of the age identity that reads the snapshots of a stack. */
export const backupIdentityName = (stack: string): string => `backup-identity/${stack}`

/** The name of the password of the restic repository with the second copy. */
export const secondCopyPasswordName = (stack: string): string => `second-copy/${stack}`

/** The name of what the backend of that repository asks for, as KEY=VALUE lines. */
export const secondCopyAccessName = (stack: string): string => `second-copy-access/${stack}`
