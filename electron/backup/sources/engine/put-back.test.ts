import { expect, test } from 'vitest'
import type { OpenedSource } from '../source.ts'
import { opening } from './put-back.ts'

const nothing: Omit<OpenedSource, 'close'> = {
  ...{ consistency: 'live', facts: {}, gaps: () => [] },
  items: (async function* () {})(),
}

function deeds() {
  const done: string[] = []
  const undo = (what: string, failure?: string) => async () => {
    done.push(what)
    if (failure !== undefined) throw new Error(failure)
  }
  return { done, undo }
}

test('closing undoes what was begun, newest first, and once', async () => {
  const { done, undo } = deeds()
  const opened = await opening(async (begun) => {
    begun.defer(undo('start'))
    begun.defer(undo('remove'))
    return nothing
  })
  expect(done).toEqual([])
  await opened.close()
  await opened.close()
  expect(done).toEqual(['remove', 'start'])
})

test('what cannot be undone stops nothing else, and is told in whole', async () => {
  const { done, undo } = deeds()
  const opened = await opening(async (begun) => {
    begun.defer(undo('start', 'It cannot be started.'))
    begun.defer(undo('delete', 'It cannot be deleted'))
    begun.defer(undo('remove', 'It cannot be removed.'))
    return nothing
  })
  await expect(opened.close()).rejects.toThrow(
    'It cannot be removed. It cannot be deleted. It cannot be started.',
  )
  expect(done).toEqual(['remove', 'delete', 'start'])
})

test('what cannot be opened is undone, and its own failure comes first', async () => {
  const { done, undo } = deeds()
  const fails = (failure?: string) =>
    opening(async (begun) => {
      begun.defer(undo('start', failure))
      throw new Error('The engine hung up.')
    })
  await expect(fails()).rejects.toThrow(/^The engine hung up\.$/)
  await expect(fails('It cannot be started.')).rejects.toThrow(
    'The engine hung up. It cannot be started.',
  )
  expect(done).toEqual(['start', 'start'])
})
