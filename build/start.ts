// npm start and npm run demo: the tray app where there is a display, else the terminal.
// Says what it chose and why.
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { bundle } from './bundle.ts'
import { findElectron } from './electron-runtime.ts'
import { standFor } from './run.ts'

const project = resolve(import.meta.dirname, '..')
const usage = `npm start                 guard this machine's own Docker
npm run demo              play the incident on a built-in stack, in about a minute; the
                          terminal then ends, the app stays open until you quit it
npm run demo -- --stay    the same, and keep the terminal's open too, to be played with

Options: --terminal  do not open the app, even where there is a display`

function options() {
  try {
    return parseArgs({
      options: {
        demo: { type: 'boolean', default: false },
        stay: { type: 'boolean', default: false },
        terminal: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`)
    process.exit(3)
  }
}

type Choice =
  | { surface: 'app'; electron: string; why: string; flags: string[] }
  | { surface: 'terminal'; why: string }

async function choose(terminalWanted: boolean): Promise<Choice> {
  const display = process.env['WAYLAND_DISPLAY'] || process.env['DISPLAY']
  if (terminalWanted) return { surface: 'terminal', why: 'because --terminal was given' }
  if (!display) {
    return {
      surface: 'terminal',
      why: 'because there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)',
    }
  }
  const found = await findElectron({ forTests: false })
  if ('problem' in found) return { surface: 'terminal', why: `because ${found.problem}` }
  // Chromium refuses to run its sandbox as root, and to start without being told so.
  const root = process.getuid?.() === 0
  return {
    surface: 'app',
    electron: found.path,
    why: `because there is a display (${display})${root ? '; as root Chromium runs without its sandbox' : ''}`,
    flags: root ? ['--no-sandbox'] : [],
  }
}

const { demo, stay, terminal, help } = options()
if (help) {
  console.log(usage)
  process.exit(0)
}

const choice = await choose(terminal)
const what = demo ? 'DEMO on a built-in stack' : 'guarding the Docker of this machine'
if (choice.surface === 'app') {
  console.log(`Odin Sentinel: ${what}, in the app, ${choice.why}.`)
  await bundle()
  const flags = [...choice.flags, ...(demo ? ['--demo'] : []), ...(stay ? ['--stay'] : [])]
  process.exitCode = await standFor(choice.electron, [project, ...flags])
} else {
  console.log(`Odin Sentinel: ${what}, in the terminal, ${choice.why}.\n`)
  const command = demo ? ['demo', ...(stay ? ['--stay'] : [])] : ['watch', '--notify']
  process.exitCode = await standFor('node', [join(project, 'build/odin-sentinel.js'), ...command])
}
