import type { Readable } from 'node:stream'
import { addAbortSignal } from 'node:stream'
import type Docker from 'dockerode'
import { projectLabel } from '../container-from-inspect.ts'

/** What may make a container of a project better or worse. */
const events = ['create', 'start', 'die', 'restart', 'destroy', 'health_status']

type Listening = {
  changed: () => void
  /** Ends the opening, and is cleared once the engine listens. */
  opening: { signal: AbortSignal; clear: () => void }
  signal: AbortSignal
}

/** One stream of events, of which nothing counts but that there is one. */
export async function readChanges(
  docker: Docker,
  project: string,
  { changed, opening, signal }: Listening,
): Promise<void> {
  const filters = { type: ['container'], event: events, label: [`${projectLabel}=${project}`] }
  const stream = (await docker.getEvents({
    filters,
    abortSignal: opening.signal,
  } as Docker.GetEventsOptions)) as Readable
  opening.clear()
  changed()
  for await (const _chunk of addAbortSignal(signal, stream)) changed()
}
