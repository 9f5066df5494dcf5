import type { EngineHands } from '../../../adapters/docker/hands/engine-hands.ts'
import { execIfThere } from '../../../adapters/docker/hands/exec-if-there.ts'

/** Of Prometheus, from inside its own container; undefined where it did not answer well. */
export type AskInside = (path: string, how?: { post: boolean }) => Promise<unknown>

/** Counts of ten thousand targets are about a megabyte. */
const mostOutputBytes = 16 * 1024 * 1024

/** Programs that images of Prometheus may have, the usual one first; none is to be relied on. */
const programs: readonly ((url: string, post: boolean) => readonly string[])[] = [
  (url, post) => ['wget', '-q', '-O', '-', ...(post ? ['--post-data='] : []), url],
  (url, post) => ['curl', '-s', '-f', ...(post ? ['-X', 'POST'] : []), url],
]

/** Where those lie, so that it can be told before anything is done. */
export const askingPrograms = ['wget', 'curl'].flatMap((name) =>
  ['/bin', '/usr/bin', '/usr/local/bin'].map((directory) => `${directory}/${name}`),
)

/**
 * Asks by a program of the container itself, so that no port has to be published, and none of what
 * stands before a published one is in the way.
 */
export function askInside(
  hands: EngineHands,
  containerId: string,
  base: string,
  signal: AbortSignal,
): AskInside {
  let known: (typeof programs)[number] | undefined
  return async (path, { post } = { post: false }) => {
    for (const program of known ? [known] : programs) {
      const command = program(`${base}${path}`, post)
      const said = await execIfThere(hands, containerId, command, signal, { mostOutputBytes })
      if (said === undefined) continue
      known = program
      return said.exitCode === 0 ? parsed(said.output) : undefined
    }
    throw new Error(
      'Its image has neither wget nor curl, so its Prometheus cannot be asked. The samples stay where they are.',
    )
  }
}

/** JSON where it is JSON, the text otherwise. */
function parsed(output: string): unknown {
  try {
    return JSON.parse(output)
  } catch {
    return output
  }
}
