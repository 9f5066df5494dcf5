import { expect, test } from 'vitest'
import { places } from './places.ts'

test('falls back to the directories of the specification', () => {
  expect(places({}, '/home/ada')).toEqual({
    config: '/home/ada/.config/odin-sentinel',
    state: '/home/ada/.local/state/odin-sentinel',
    data: '/home/ada/.local/share/odin-sentinel',
    cache: '/home/ada/.cache/odin-sentinel',
  })
})

test('follows the variables', () => {
  const env = {
    XDG_CONFIG_HOME: '/c',
    XDG_STATE_HOME: '/s',
    XDG_DATA_HOME: '/d',
    XDG_CACHE_HOME: '/k',
  }
  expect(places(env, '/home/ada')).toEqual({
    config: '/c/odin-sentinel',
    state: '/s/odin-sentinel',
    data: '/d/odin-sentinel',
    cache: '/k/odin-sentinel',
  })
})

test.each(['', 'relative/config', './here', '~/config'])(
  'ignores the invalid value "%s"',
  (value) => {
    expect(places({ XDG_CONFIG_HOME: value }, '/home/ada').config).toBe(
      '/home/ada/.config/odin-sentinel',
    )
  },
)
