import { readFile, realpath, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { withoutStop } from '../../../shared/kit/without-stop.ts'
import { parseSettings, type Settings, usualSettings } from '../../../shared/settings/settings.ts'
import { problemsText } from '../../../shared/yaml/read-yaml.ts'
import { diskProblem } from '../../adapters/disk/disk-problem.ts'
import { watcher } from '../../observe/watcher.ts'
import { listeners } from '../listeners.ts'
import { stackDirectories } from './stack-directories.ts'
import { stateFile } from './state-file.ts'

/**
 * The settings of this machine. The file may be missing; a broken one leaves the last good one
 * in force, also across restarts.
 */
export interface SettingsFile {
  /** Resolves once the file has been read. Says what is wrong with it, once, and when it is right. */
  start(say: (sentence: string) => void): Promise<void>
  lookNow(): Promise<void>
  stop(): Promise<void>
  inForce(): Settings
  /** Only what is another setting than before. */
  onChange(listener: (settings: Settings) => void): () => void
}

type SettingsFileParts = {
  configDirectory: string
  stateDirectory: string
  settleMs?: number
  now?: () => number
}

const lastGoodSchema = z.strictObject({
  version: z.literal(1),
  readAt: z.iso.datetime(),
  text: z.string(),
})
const never = { version: 1 as const, readAt: '1970-01-01T00:00:00.000Z', text: '' }

export function settingsFile(parts: SettingsFileParts): SettingsFile {
  const { now = Date.now } = parts
  const file = join(parts.configDirectory, 'settings.yaml')
  const keptAs = join(parts.stateDirectory, 'last-good-settings.json')
  const kept = stateFile(keptAs, lastGoodSchema, never)
  const watches = stackDirectories(() => again())
  const changed = listeners<Settings>()
  let again = () => {}
  let inForce = usualSettings
  let lastGood: z.infer<typeof lastGoodSchema> | undefined
  let problem = ''
  let say: (sentence: string) => void = () => {}

  const guard = watcher<Settings>({
    source: 'settings',
    look,
    hints(ask) {
      again = ask
      return watches.stop
    },
    settleMs: parts.settleMs ?? 100,
    everyMs: 30_000,
    now,
  })

  async function look(): Promise<Settings> {
    lastGood ??= await kept.load(now()).then(
      ({ value }) => value,
      () => never,
    )
    const real = await realpath(file).catch(() => file)
    await watches.follow(new Set([parts.configDirectory, dirname(real)]))
    let text: string
    try {
      text = await readFile(file, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        return fallBack(diskProblem(error, file, 'it cannot be read').message)
      lastGood = never
      // Without a file there is nothing to fall back on: its owner has taken it away.
      await rm(keptAs, { force: true }).catch(() => {})
      sayProblem('')
      return usualSettings
    }
    const parsed = parseSettings(text)
    if (!parsed.ok) return fallBack(problemsText(parsed.error))
    sayProblem('')
    if (text !== lastGood.text) {
      lastGood = { version: 1, readAt: new Date(now()).toISOString(), text }
      await kept.save(lastGood).catch(() => {})
    }
    return parsed.value
  }

  function fallBack(what: string): Settings {
    const last = lastGood && lastGood !== never ? parseSettings(lastGood.text) : undefined
    const stays = last?.ok
      ? `The version read at ${lastGood?.readAt} stays in force.`
      : 'No good version is known, so nothing of it is in force.'
    sayProblem(`${what} ${stays}`)
    return last?.ok ? last.value : usualSettings
  }

  function sayProblem(next: string): void {
    if (next === problem) return
    if (next !== '') say(`Settings cannot be used, ${file}: ${next}`)
    else say(`Settings can be used again: ${withoutStop(file)}.`)
    problem = next
  }

  return {
    start(toWhom) {
      say = toWhom
      return new Promise((resolve) => {
        guard.start((reading) => {
          if (reading.status === 'known') {
            const before = JSON.stringify(inForce)
            inForce = reading.value
            if (JSON.stringify(inForce) !== before) changed.tell(inForce)
          }
          resolve()
        })
      })
    },
    lookNow: guard.lookNow,
    stop: guard.stop,
    inForce: () => inForce,
    onChange: changed.add,
  }
}
