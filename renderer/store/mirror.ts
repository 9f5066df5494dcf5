import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Mirror } from '../../shared/ipc/contract.ts'

/** What main last told us. `failed` keeps the last mirror, which is then an old one. */
export type Mirrored =
  | { connection: 'waiting'; mirror: null }
  | { connection: 'connected'; mirror: Mirror }
  | { connection: 'failed'; mirror: Mirror | null; problem: string }

export type MirrorStore = StoreApi<Mirrored>

export const createMirrorStore = (): MirrorStore =>
  createStore<Mirrored>()(() => ({ connection: 'waiting', mirror: null }))

/** The mirror is replaced whole, and only by a higher revision. Says whether it was. */
export function receiveMirror(store: MirrorStore, next: Mirror): boolean {
  const present = store.getState()
  if (present.mirror !== null && next.revision <= present.mirror.revision) return false
  store.setState({ connection: 'connected', mirror: next }, true)
  return true
}

export function failConnection(store: MirrorStore, problem: string): void {
  store.setState({ connection: 'failed', mirror: store.getState().mirror, problem }, true)
}
