import { readFile } from 'node:fs/promises'
import { type Marks, marksSchema } from '../../../shared/domain/snapshot.ts'
import { diskProblem } from '../../adapters/disk/disk-problem.ts'
import { writeWhole } from '../../adapters/disk/write-whole.ts'
import type { MarksChange } from './repository.ts'

/** What nobody can read may have said that the snapshot must stay. */
const unreadable: Marks = { pinned: 'its marks cannot be read' }

/** Marks are read with every list of snapshots; `verify` itself names all. */
export const markedFiles = 500

/** Never rejects: a file of marks that makes no sense counts as a pin. */
export async function readMarks(path: string): Promise<Marks> {
  try {
    return marksSchema.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? {} : unreadable
  }
}

export async function changeMarks(path: string, change: MarksChange): Promise<Marks> {
  const given = Object.entries({ ...(await readMarks(path)), ...change })
  const marks = marksSchema.parse(
    Object.fromEntries(given.filter(([, mark]) => mark !== undefined)),
  )
  try {
    await writeWhole(path, `${JSON.stringify(marks, undefined, 2)}\n`)
  } catch (error) {
    throw diskProblem(error, path, `${path} cannot be written`)
  }
  return marks
}
