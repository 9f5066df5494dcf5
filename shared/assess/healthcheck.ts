import type { Container } from '../domain/container.ts'

/**
 * Whether the last healthcheck failed to run rather than found something wrong: the shell's
 * 126 and 127, the engine's -1, and what runc, the loader and shells write. A working
 * service in an image without wget counts as unhealthy for the engine just the same.
 */
export function cannotRun({ lastHealthcheck: last }: Container): boolean {
  if (last === undefined || last.exitCode === 0) return false
  return (
    [126, 127, -1].includes(last.exitCode) ||
    /executable file not found|error while loading shared libraries/.test(last.output) ||
    /sh: (?:(?:line )?\d+: )?\S+: (?:command )?not found/.test(last.output)
  )
}
