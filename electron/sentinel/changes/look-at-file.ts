import { createHmac, randomBytes } from 'node:crypto'
import { readSmallFile } from '../../adapters/disk/small-file.ts'
import { mostFileBytes } from './accepted-contents.ts'

/** What stands at a path now, as far as it can be compared. */
export type LookedAt =
  | { is: 'file'; bytes: Buffer; modifiedAt: number }
  | { is: 'gone' }
  | { is: 'other'; why: string }

export async function lookAtFile(path: string): Promise<LookedAt> {
  try {
    const file = await readSmallFile(path, mostFileBytes)
    if (file) return { is: 'file', ...file }
    return { is: 'other', why: 'It is larger than 256 KiB, or no file that can be read.' }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return { is: 'gone' }
    return { is: 'other', why: `It cannot be read: ${code ?? 'no reason given'}.` }
  }
}

const strict = { fatal: true } as const

/** Undefined for what is no text. */
export function textOf(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined
  try {
    return new TextDecoder('utf-8', strict).decode(bytes)
  } catch {
    return undefined
  }
}

/** Tells secrets apart in this process alone: nobody keeps the key, so nobody can try words. */
export function tellOfSecrets(): (secret: string) => string {
  const key = randomBytes(32)
  return (secret) => createHmac('sha256', key).update(secret).digest('hex').slice(0, 4)
}
