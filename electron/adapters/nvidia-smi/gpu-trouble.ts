import type { GpuTrouble } from '../../../shared/domain/gpu.ts'

/** How a run of nvidia-smi ended: with an exit code, by a signal, or never begun. */
type Ending = {
  code: number | null
  signal: NodeJS.Signals | null
  /** Everything it said that was no answer, both streams, capped. */
  said: string
}

export type Trouble = { kind: GpuTrouble; message: string }

/**
 * Texts that tell more than their exit code. After an update of the driver without a reboot
 * every call says "Driver/library version mismatch"; the exit code differs between versions.
 */
const tellingTexts: readonly [RegExp, GpuTrouble][] = [
  [/driver\/library version mismatch/i, 'version-mismatch'],
  [/gpu is lost|fallen off the bus/i, 'lost'],
  [/couldn't communicate with the nvidia driver|driver not loaded/i, 'no-driver'],
  [/couldn't find libnvidia-ml/i, 'no-library'],
  [/insufficient permissions?|no permission/i, 'no-permission'],
]

/** Exit codes of nvidia-smi(1), "RETURN VALUE"; 9 and 12 were seen with 535.261. */
const byCode: Readonly<Record<number, GpuTrouble>> = {
  4: 'no-permission',
  9: 'no-driver',
  12: 'no-library',
  15: 'lost',
}

const sentences: Readonly<Record<GpuTrouble, string>> = {
  'not-installed': 'nvidia-smi is not installed.',
  'no-driver': 'The NVIDIA driver is not loaded.',
  'no-library': 'The NVIDIA management library is missing.',
  'version-mismatch': 'The NVIDIA driver and its library differ in version, expected a reboot.',
  lost: 'A GPU has fallen off the bus.',
  'no-permission': 'nvidia-smi may not be used by this user.',
  silent: 'nvidia-smi does not answer.',
  other: 'nvidia-smi failed.',
}

const longest = 300

export function troubleOf({ code, signal, said }: Ending): Trouble {
  const words = said.replace(/\s+/g, ' ').trim().slice(0, longest)
  const kind =
    tellingTexts.find(([text]) => text.test(words))?.[1] ??
    (code === null ? undefined : byCode[code]) ??
    'other'
  const how = signal === null ? `with exit code ${code}` : `by ${signal}`
  const plain = kind === 'other' ? `nvidia-smi ended ${how}.` : sentences[kind]
  return { kind, message: words === '' ? plain : `${plain} It says: ${words}` }
}

export function silence(seconds: number): Trouble {
  return { kind: 'silent', message: `nvidia-smi has not answered for ${seconds} s.` }
}

/** What a failed spawn means; undefined where it says nothing of nvidia-smi. */
export function troubleOfSpawn(error: NodeJS.ErrnoException): Trouble | undefined {
  if (error.code === 'ENOENT') return { kind: 'not-installed', message: sentences['not-installed'] }
  if (error.code === 'EACCES') return { kind: 'no-permission', message: sentences['no-permission'] }
  return undefined
}
