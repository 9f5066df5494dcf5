/** A list of listeners to one thing. A listener that throws does not silence the others. */
export type Listeners<T> = {
  add(listener: (value: T) => void): () => void
  tell(value: T): void
}

export function listeners<T>(): Listeners<T> {
  const all = new Set<(value: T) => void>()
  return {
    add(listener) {
      all.add(listener)
      return () => all.delete(listener)
    },
    tell(value) {
      for (const listener of all) {
        try {
          listener(value)
        } catch (error) {
          queueMicrotask(() => {
            throw error
          })
        }
      }
    },
  }
}
