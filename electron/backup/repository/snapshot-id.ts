import { randomBytes } from 'node:crypto'

/** Crockford's base 32, as ULIDs are written: no I, L, O, U. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** "2026-11-23T02-15-00Z_01J…": sorts by time, and is a directory's name everywhere. */
export function newSnapshotId(now: number): string {
  const at = new Date(now).toISOString().slice(0, 19).replaceAll(':', '-')
  return `${at}Z_${ulid(now)}`
}

function ulid(now: number): string {
  let time = ''
  for (let rest = now, digit = 0; digit < 10; digit++, rest = Math.floor(rest / 32)) {
    time = (alphabet[rest % 32] ?? '') + time
  }
  const chance = Array.from(randomBytes(16), (byte) => alphabet[byte % 32]).join('')
  return time + chance
}
