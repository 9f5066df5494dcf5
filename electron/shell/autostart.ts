import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Places } from '../adapters/disk/places.ts'
import { keepCopy, writeWhole } from '../adapters/disk/write-whole.ts'

/** Whether the desktop starts the app when its owner logs in. */
export interface Autostart {
  readonly on: boolean
  /** Rejects where it cannot be written down; `on` is then as before. */
  turn(on: boolean): Promise<void>
}

type AutostartParts = {
  /** `$XDG_CONFIG_HOME/autostart`, of the Desktop Application Autostart Specification 0.5. */
  directory: string
  /** An entry that somebody has edited is copied to here before it is replaced or removed. */
  kept: string
  command: readonly string[]
}

const fileName = 'io.github.odin-sentinel.desktop'

/** Reads how it is now. Off until somebody turns it on. */
export async function openAutostart(parts: AutostartParts): Promise<Autostart> {
  const file = join(parts.directory, fileName)
  const entry = desktopEntry(parts.command)
  const read = () => readFile(file, 'utf8').catch(() => undefined)
  // An entry that starts another copy of the app does not start this one.
  const execLine = entry.split('\n').find((line) => line.startsWith('Exec='))
  const saysOn = (text: string) => {
    const lines = text.split('\n').map((line) => line.trim())
    const isOff = lines.some((line) => /^(Hidden *= *true|X-GNOME.* *= *false)$/.test(line))
    return !isOff && execLine !== undefined && lines.includes(execLine)
  }
  const found = await read()
  let on = found !== undefined && saysOn(found)
  return {
    get on() {
      return on
    },
    async turn(wanted) {
      const text = await read()
      if (text !== undefined && text !== entry) await keepCopy(file, parts.kept)
      if (wanted) await writeWhole(file, entry, { mode: 0o644 })
      else await rm(file, { force: true })
      on = wanted
    },
  }
}

type Running = {
  platform: string
  env: Readonly<Record<string, string | undefined>>
  execPath: string
}

/** What a session has to start; undefined where it cannot start us, or not in this way. */
export function startCommand(
  { platform, env, execPath }: Running,
  args: readonly string[],
): readonly string[] | undefined {
  // In these two an autostart entry is up to the Background portal.
  if (platform !== 'linux' || env['FLATPAK_ID'] || env['SNAP']) return undefined
  // An AppImage is mounted somewhere else each time.
  const program = env['APPIMAGE'] || execPath
  // The specification forbids "=" in the program's path, and GLib 2.74 finds none with "%" in it:
  // it looks for the program before it has made "%" of "%%".
  return /[=%]/.test(program) ? undefined : [program, ...args, '--hidden']
}

/** For the app that runs now, with these arguments; undefined where that is not for us to do. */
export async function sessionAutostart(
  ours: Places,
  running: Running,
  args: readonly string[],
): Promise<Autostart | undefined> {
  const command = startCommand(running, args)
  const directory = join(ours.config, '../autostart')
  return command && openAutostart({ directory, kept: join(ours.state, 'kept'), command })
}

function desktopEntry(command: readonly string[]): string {
  return `[Desktop Entry]
Type=Application
Name=Odin Sentinel
Comment=Guards the monitoring stack against the wrong Docker engine
Exec=${command.map(execArgument).join(' ')}
Terminal=false
X-GNOME-Autostart-enabled=true
`
}

/**
 * Desktop Entry Specification 1.5: quoted, with four characters escaped inside the quotes;
 * then escaped once more, as every string is; and a percent sign begins a field code.
 */
function execArgument(argument: string): string {
  const quoted = `"${argument.replace(/["`$\\]/g, '\\$&')}"`
  return quoted
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replaceAll('\r', '\\r')
    .replaceAll('%', '%%')
}
