import { join } from 'node:path'

/** Where things are in a repository. */
export type Layout = ReturnType<typeof layoutOf>

export function layoutOf(directory: string) {
  const snapshots = join(directory, 'snapshots')
  return {
    directory,
    magic: join(directory, 'ODIN-BACKUP'),
    packs: join(directory, 'packs'),
    snapshots,
    snapshot: (id: string) => join(snapshots, id),
    marks: (id: string) => join(directory, 'marks', `${id}.json`),
    packNotes: join(directory, 'marks', 'packs.json'),
    trash: join(directory, 'trash'),
    tmp: join(directory, 'tmp'),
    locks: join(directory, 'locks'),
    pack: (sha256: string, encrypted: boolean) => join(directory, packPath(sha256, encrypted)),
  }
}

export const topDirectories = ['packs', 'snapshots', 'marks', 'trash', 'tmp', 'locks'] as const

/** From the repository's directory. */
export function packPath(sha256: string, encrypted: boolean): string {
  return `packs/${sha256.slice(0, 2)}/${sha256}.tar.zst${encrypted ? '.age' : ''}`
}

export const packName = /^([0-9a-f]{64})\.tar\.zst(\.age)?$/

/** Of a directory under snapshots/ that is meant as one. */
export const snapshotName = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ_[0-9A-HJKMNP-TV-Z]{26}$/

/** When it was begun, as its name says it. */
export function beganAt(id: string): number {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)Z_/.exec(id)
  return match ? Date.parse(`${match[1]}T${match[2]}:${match[3]}:${match[4]}Z`) : Number.NaN
}

const componentId = /^[A-Za-z0-9][A-Za-z0-9._-]*(?::[A-Za-z0-9._/-]+)?$/

/**
 * The directory of a component in packs and in what recover.sh makes. Neither `:` nor `/`:
 * `docker run -v` divides at the one, a path at the other.
 */
export function componentDirectory(component: string): string {
  if (!componentId.test(component)) {
    throw new Error(`"${component}" cannot be the name of a part of a snapshot.`)
  }
  return component.replaceAll(':', '=').replaceAll('/', '+')
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const oddInMember = /[%\\\u0000-\u001f\u007f]|[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g

/** What a file is called in its pack: readable with `tar -t`, and never torn by tab or newline. */
export function memberName(component: string, path: string): string {
  const directory = componentDirectory(component)
  if (path === '.') return directory
  const name = path.replace(oddInMember, (one) =>
    one.length === 2
      ? one
      : `%${(one.charCodeAt(0) & 0xff).toString(16).toUpperCase().padStart(2, '0')}`,
  )
  return `${directory}/${name}`
}

/** Why a path can be in no snapshot; undefined if it can. */
export function pathProblem(path: string): string | undefined {
  if (path === '.') return undefined
  if (path === '' || path.includes('\0')) return 'has no name'
  // Half a character that stands for no byte either.
  if (/[\u{d800}-\u{dc7f}\u{dd00}-\u{dfff}]/u.test(path)) return 'has a name that cannot be'
  if (path.startsWith('/')) return 'is absolute'
  const isPlain = path.split('/').every((name) => name !== '' && name !== '.' && name !== '..')
  return isPlain ? undefined : 'leads out of its directory'
}
