import { appendFileSync } from 'node:fs'
import { type OpenJournal, openJournal } from '../../../electron/act/journal.ts'
import type { DeadlyCall } from './killing-calls.ts'

export type Moment = 'before' | 'torn' | 'after'

/** Which journal record, counted from 1, and where in its writing; 0 for never. Or at which call. */
export type Death = { record: number; moment: Moment; call?: DeadlyCall }

/** A journal whose process kills itself at one moment. */
export function killingJournal({ record, moment }: Death): OpenJournal {
  return async (path) => {
    const journal = await openJournal(path)
    let count = 0
    return {
      close: journal.close,
      async write(entry) {
        count += 1
        if (count !== record) return journal.write(entry)
        if (moment === 'torn') appendFileSync(path, JSON.stringify(entry).slice(0, 30))
        if (moment === 'after') await journal.write(entry)
        process.kill(process.pid, 'SIGKILL')
        await new Promise(() => {})
      },
    }
  }
}
