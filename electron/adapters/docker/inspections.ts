import type { Container } from '../../../shared/domain/container.ts'
import { isJustKilled } from '../../../shared/domain/just-killed.ts'
import type { ListedContainer } from './engine-answers.ts'

/**
 * Remembers what inspect said, so that a look at 500 idle containers asks for one list.
 * Kept only while an event stream is open that would tell of a change; whatever the list
 * itself shows to be different is not taken from here either.
 */
export class Inspections {
  readonly #kept = new Map<string, { signature: string; container: Container }>()
  readonly #touchedAt = new Map<string, number>()
  #clock = 0
  #streams = 0

  streamOpened(): void {
    this.#streams += 1
    this.#forget()
  }

  streamClosed(): void {
    this.#streams -= 1
    this.#forget()
  }

  #forget(): void {
    this.#clock += 1
    this.#kept.clear()
    this.#touchedAt.clear()
  }

  /** An event spoke of this container. */
  touch(id: string): void {
    this.#clock += 1
    this.#touchedAt.set(id, this.#clock)
    this.#kept.delete(id)
  }

  recall(listed: ListedContainer): Container | undefined {
    const kept = this.#kept.get(listed.Id)
    return kept?.signature === signatureOf(listed) ? kept.container : undefined
  }

  /** To be called before an inspect; `keep` then refuses an answer that an event overtook. */
  mark(): (listed: ListedContainer, container: Container) => void {
    const begun = this.#clock
    const streams = this.#streams
    return (listed, container) => {
      const overtaken = (this.#touchedAt.get(listed.Id) ?? 0) > begun
      if (streams === 0 || this.#streams === 0 || overtaken) return
      if (!isSettled(container) || isJustKilled(container, Date.now())) return
      this.#kept.set(listed.Id, { signature: signatureOf(listed), container })
    }
  }

  /** Drops the containers that are gone. */
  prune(listed: readonly ListedContainer[]): void {
    if (this.#kept.size <= listed.length) return
    const ids = new Set(listed.map(({ Id }) => Id))
    for (const id of this.#kept.keys()) if (!ids.has(id)) this.#kept.delete(id)
  }
}

/** A start that fails writes State.Error into a `created` container, and no event tells of it. */
const isSettled = ({ state }: Container): boolean =>
  state === 'running' || state === 'exited' || state === 'paused'

/** Status without the time that passes: "Up 2 hours (healthy)" is "(healthy)". */
const signatureOf = (listed: ListedContainer): string => {
  const health = /\((healthy|unhealthy|health: starting)\)/.exec(listed.Status)?.[0] ?? ''
  return `${listed.State} ${health} ${listed.ImageID} ${listed.Names.join()}`
}
