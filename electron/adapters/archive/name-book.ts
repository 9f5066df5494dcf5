import { ArchiveRefused } from './archive-problem.ts'
import { parentsOf } from './member-name.ts'
import type { TarMember } from './tar-header.ts'

/** What an archive has named so far, to refuse what contradicts it. */
export interface NameBook {
  /** Refuses a second entry of a name, what lies below a file or a link, and links to nothing. */
  add(member: TarMember): void
}

/** `implied` is a directory that only the names of others speak of. */
type Kind = TarMember['type'] | 'implied'

export function nameBook(): NameBook {
  const kinds = new Map<string, Kind>()

  return {
    add({ name, type, hardLinkTo }) {
      const shown = JSON.stringify(name)
      for (const parent of parentsOf(name)) {
        const kind = kinds.get(parent)
        if (kind === 'symlink' || kind === 'file') {
          const what = kind === 'file' ? 'file' : 'symbolic link'
          throw new ArchiveRefused(`${shown} lies below the ${what} ${JSON.stringify(parent)}.`)
        }
        if (kind === undefined) kinds.set(parent, 'implied')
      }
      const before = kinds.get(name)
      if (before === 'implied' && type !== 'directory') {
        throw new ArchiveRefused(`${shown} is a ${type} and a directory in one archive.`)
      }
      if (before !== undefined && before !== 'implied') {
        throw new ArchiveRefused(`${shown} is in the archive twice.`)
      }
      if (hardLinkTo !== undefined && kinds.get(hardLinkTo) !== 'file') {
        throw new ArchiveRefused(
          `${shown} is a hard link to ${JSON.stringify(hardLinkTo)}, which is no file before it in the archive.`,
        )
      }
      kinds.set(name, type)
    },
  }
}
