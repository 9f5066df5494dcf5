import { expect, test } from 'vitest'
import { notifierChain } from './chain.ts'
import { nodeNotifier, notAnOption } from './node-notifier.ts'
import { CannotNotify, type Notice, type Notifier } from './notifier.ts'

const notice: Notice = {
  key: 'k',
  title: 't',
  body: 'b',
  urgency: 'normal',
  actions: [],
  onAction: () => {},
}

type Way = Notifier & { fails?: CannotNotify | undefined; asked: number }

function way(name: string, waitsForServer = false): Way {
  const self: Way = {
    name,
    waitsForServer,
    asked: 0,
    async show() {
      self.asked++
      if (self.fails) throw self.fails
      return { by: name, actions: false }
    },
    async close() {},
  }
  return self
}

test('the first that works shows it, and the first comes back after a rest', async () => {
  let now = 0
  const [first, second] = [way('first'), way('second')]
  const chain = notifierChain([first, second], () => now)
  first.fails = new CannotNotify('nobody there')
  expect((await chain.show(notice)).by).toBe('second')
  first.fails = undefined
  expect((await chain.show(notice)).by).toBe('second')
  now = 60_000
  expect((await chain.show(notice)).by).toBe('first')
})

test('who waits for a server is not asked while the server hangs', async () => {
  const [bus, electron, command] = [way('D-Bus'), way('Electron', true), way('command')]
  bus.fails = new CannotNotify('no answer', true)
  const chain = notifierChain([bus, electron, command], () => 0)
  expect((await chain.show(notice)).by).toBe('command')
  expect(electron.asked).toBe(0)
})

test('when none works, the failure names each', async () => {
  const [first, second] = [way('first'), way('second')]
  first.fails = new CannotNotify('no bus')
  second.fails = new CannotNotify('not installed')
  const failure = notifierChain([first, second]).show(notice)
  await expect(failure).rejects.toThrow('first: no bus; second: not installed')
})

test('a text that begins with a dash is never an option of notify-send', () => {
  expect(notAnOption('--help')).toBe('\u200b--help')
  expect(notAnOption('plain')).toBe('plain')
  expect(notAnOption('a\0b')).toBe('ab')
  expect(notAnOption('')).toBe('\u200b')
})

test('notify-send is run once at a time, with text alone', async () => {
  const running: Array<(error: Error | null) => void> = []
  const titles: string[] = []
  const notifier = nodeNotifier('Odin', (words, answer) => {
    titles.push(words.title)
    running.push(answer)
  })
  const one = notifier.show({ ...notice, title: '-u critical' })
  const two = notifier.show({ ...notice, title: 'second' })
  await expect.poll(() => running.length).toBe(1)
  running[0]?.(null)
  await one
  await expect.poll(() => running.length).toBe(2)
  running[1]?.(new Error('not found: notify-send'))
  await expect(two).rejects.toThrow('not found')
  expect(titles).toEqual(['\u200b-u critical', 'second'])
})
