const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']

/** "3.2 GiB", for sentences. */
export function asBytes(bytes: number): string {
  let rest = bytes
  let unit = 0
  while (rest >= 1024 && unit < units.length - 1) {
    rest /= 1024
    unit += 1
  }
  return `${unit === 0 ? rest : rest.toFixed(1)} ${units[unit]}`
}

/** "0.4 s", "12 s", "3 min 5 s". */
export function asDuration(milliseconds: number): string {
  const seconds = milliseconds / 1_000
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 60) return `${Math.round(seconds)} s`
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`
}

export const counted = (count: number, what: string): string =>
  `${count} ${what}${count === 1 ? '' : 's'}`
