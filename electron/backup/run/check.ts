import type { Damage } from '../repository/repository.ts'
import { asBytes, counted } from './say.ts'
import type { CarryOut } from './site.ts'

/** Reads every byte again, of one snapshot or of all. */
export const check: CarryOut<'verify'> = async ({ stack, snapshot }, site) => {
  const { repository, say, signal } = site
  const { sound, broken } = await repository.snapshots()
  const asked = snapshot === undefined ? undefined : await repository.find(snapshot)
  const many = asked ? 1 : sound.length + broken.length
  if (many === 0) throw new Error(`There are no snapshots of ${stack.name} yet.`)
  const totalBytes = asked?.storedBytes ?? (await repository.space()).ownBytes
  say({ phase: 'verifying', what: counted(many, 'snapshot'), totalBytes })
  let bytes = 0
  const damages = await repository.verify(asked?.id ?? 'all', signal, (read) => {
    bytes = read.bytes
    say({ files: read.files, bytes })
  })
  if (damages.length > 0) {
    return {
      outcome: 'damaged',
      sentence: `${damages.length} of ${counted(many, 'snapshot')} of ${stack.name} ${damages.length === 1 ? 'is' : 'are'} damaged; what is sound in them can be restored.`,
      problems: damages.map(lossOf),
      ...(asked && { snapshot: asked.id }),
    }
  }
  return {
    outcome: 'done',
    sentence: `${many === 1 ? 'The snapshot' : `All ${many} snapshots`} of ${stack.name} ${many === 1 ? 'is' : 'are'} sound: ${asBytes(bytes)} were read.`,
    problems: [],
    ...(asked && { snapshot: asked.id }),
  }
}

const named = 5

function lossOf({ snapshot, packs, files, papers }: Damage): string {
  const lost = [...papers, ...files]
  const names = lost.slice(0, named).join(', ')
  const more = lost.length > named ? ` and ${lost.length - named} more` : ''
  const what = lost.length > 0 ? `${names}${more}` : counted(packs.length, 'pack')
  return `${snapshot}: lost or changed: ${what}.`
}
