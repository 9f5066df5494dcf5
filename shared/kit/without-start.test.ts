import { expect, test } from 'vitest'
import { withoutStart } from './without-start.ts'

const what = 'Docker context is default, expected desktop-linux.'

test.each([
  [
    `${what.slice(0, -1)}: Docker Desktop stopped. 14 are out of sight.`,
    'Docker Desktop stopped. 14 are out of sight.',
  ],
  [`${what} 14 are out of sight.`, '14 are out of sight.'],
  [what, ''],
  ['Something else.', 'Something else.'],
])('%s', (sentence, more) => {
  expect(withoutStart(sentence, what)).toBe(more)
})
