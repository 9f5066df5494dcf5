import { ArchiveRefused } from './archive-problem.ts'

/**
 * The name without `./` before, doubled slashes, and a slash at its end; `.` for the root itself.
 * Refuses whatever could lead out of the directory that it is meant for.
 */
export function memberName(raw: string, maximumBytes = 4096): string {
  if (raw === '') throw new ArchiveRefused('An entry of the archive has no name.')
  const shown = JSON.stringify(raw.length > 120 ? `${raw.slice(0, 120)}…` : raw)
  if (raw.includes('\0')) throw new ArchiveRefused(`${shown} has a NUL byte in its name.`)
  if (raw.startsWith('/')) {
    throw new ArchiveRefused(`${shown} is an absolute path, expected one below the directory.`)
  }
  if (Buffer.byteLength(raw) > maximumBytes) {
    throw new ArchiveRefused(`${shown} is longer than ${maximumBytes} bytes.`)
  }
  const parts = raw.split('/').filter((part) => part !== '' && part !== '.')
  if (parts.includes('..')) {
    throw new ArchiveRefused(`${shown} leads out of its directory by "..".`)
  }
  return parts.length === 0 ? '.' : parts.join('/')
}

/** All directories above, the root left out: `a`, `a/b` for `a/b/c`. */
export function* parentsOf(name: string): Generator<string> {
  for (let at = name.indexOf('/'); at !== -1; at = name.indexOf('/', at + 1)) {
    yield name.slice(0, at)
  }
}
