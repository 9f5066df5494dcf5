import { describe, expect, test } from 'vitest'
import { mirrorOf } from '../../test/support/mirrors.ts'
import { createMirrorStore, failConnection, receiveMirror } from './mirror.ts'

const at = (revision: number) => ({ ...mirrorOf('all-well'), revision })

describe('the mirror', () => {
  test('is replaced whole by a higher revision', () => {
    const store = createMirrorStore()
    receiveMirror(store, mirrorOf('all-well'))
    const switched = mirrorOf('switched')
    expect(receiveMirror(store, switched)).toBe(true)
    expect(store.getState()).toEqual({ connection: 'connected', mirror: switched })
  })

  test.each([7, 6, 0])('keeps revision 7 when %i arrives late', (revision) => {
    const store = createMirrorStore()
    const present = at(7)
    receiveMirror(store, present)
    expect(receiveMirror(store, at(revision))).toBe(false)
    expect(store.getState().mirror).toBe(present)
  })

  test('outlives a lost connection, and says that it is lost', () => {
    const store = createMirrorStore()
    const present = at(7)
    receiveMirror(store, present)
    failConnection(store, 'gone')
    expect(store.getState()).toEqual({ connection: 'failed', mirror: present, problem: 'gone' })
    receiveMirror(store, at(8))
    expect(store.getState().connection).toBe('connected')
  })
})
