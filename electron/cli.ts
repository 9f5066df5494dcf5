#!/usr/bin/env node
import { readFile, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { places } from './adapters/disk/places.ts'
import { desktopNotifier } from './adapters/notifications/desktop-notifier.ts'
import { secretStore } from './adapters/secrets/secret-store.ts'
import { connectSessionBus } from './adapters/session-bus/session-bus.ts'
import { forkDoor } from './backup/process/fork-door.ts'
import { takeLeastPriority } from './backup/process/least-priority.ts'
import { runProgram } from './cli/program.ts'
import { backupSecrets, openDemo, openGuard } from './guard.ts'
import { readIncidentRecords } from './sentinel/keep/incident-records.ts'
import { settingsFile } from './sentinel/keep/settings-file.ts'
import { openTimeline } from './sentinel/keep/timeline.ts'
import type { Sentinel } from './sentinel/surface.ts'
import { notifyOfIncidents } from './sentinel/tell/notify.ts'
import { sendTestNotice } from './sentinel/tell/test-notice.ts'

// The command line: the same guard without Electron.

const name = 'Odin Sentinel'
/** Beside this file's folder, from the sources and from the bundle alike. */
const root = join(import.meta.dirname, '..')
const { config, state } = places(process.env, homedir())
const settings = settingsFile({ configDirectory: config, stateDirectory: state })

function notify(sentinel: Sentinel): () => Promise<void> {
  const bus = connectSessionBus()
  const stop = notifyOfIncidents({
    sentinel,
    notifier: desktopNotifier(bus, { name, desktopEntry: '' }),
    choices: () => settings.inForce().notifications,
    // There is no window to review a plan in: the incident's line says what to type.
    review: () => {},
    onProblem: sayProblem,
  })
  return async () => {
    stop()
    await bus?.connection.end()
  }
}

async function notifyTest(): Promise<string> {
  const bus = connectSessionBus()
  try {
    await settings.start(sayProblem)
    const notifier = desktopNotifier(bus, { name, desktopEntry: '' })
    return await sendTestNotice(notifier, settings.inForce().notifications)
  } finally {
    await settings.stop()
    bus?.connection.end()
  }
}

async function readTimeline(since: string) {
  const timeline = openTimeline({ stateDirectory: state, now: Date.now })
  try {
    return timeline.since(since, 10_000)
  } finally {
    timeline.close()
  }
}

const isBundled = import.meta.filename.endsWith('.js')
const backupDoor = forkDoor(
  join(import.meta.dirname, isBundled ? 'backup-process.js' : 'backup/process/backup-process.ts'),
)

function sayProblem(sentence: string): void {
  process.stderr.write(`odin-sentinel: ${sentence}\n`)
}

/** A reader that goes away (`status | head`) ends nobody; a full disk under the output is said. */
let outputFails = false
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE' && !outputFails) sayProblem(`The output fails: ${error.message}.`)
  outputFails = true
})
process.stderr.on('error', () => {})

const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))

process.exitCode = await runProgram(process.argv.slice(2), {
  session: {
    open: (options) =>
      openGuard({ ...options, onProblem: sayProblem, settings, version, backupDoor }),
    stdin: process.stdin,
    stdout: process.stdout,
    readRunbook: (code) => readFile(join(root, 'assets/runbooks', `${code}.md`), 'utf8'),
  },
  stderr: process.stderr,
  version,
  notify,
  notifyTest,
  report: {
    readTimeline,
    readRecords: (since) => readIncidentRecords(state, since, Date.now()),
    writeNew: (path, text) => writeFile(path, `${text}\n`, { flag: 'wx' }),
  },
  backups: {
    place: { env: process.env, homeDirectory: homedir() },
    secretsOf: backupSecrets(state),
    easeOff: takeLeastPriority,
    version,
  },
  tokens: async (work) => {
    const bus = connectSessionBus()
    try {
      return await work(secretStore(bus, state))
    } finally {
      bus?.connection.end()
    }
  },
  openDemo,
})
