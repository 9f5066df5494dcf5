import { expect, test } from 'vitest'
import { shellWord } from './shell-word.ts'

test.each([
  ['/srv/odin/prometheus.yml', '/srv/odin/prometheus.yml'],
  ['it is; rm -rf /', "'it is; rm -rf /'"],
  ["ada's", "'ada'\\''s'"],
  ['$(id)', "'$(id)'"],
  ['/home/ada/odin', '/home/ada/odin'],
  ['/home/ada/my stack', "'/home/ada/my stack'"],
  ["it's", "'it'\\''s'"],
  ['', "''"],
])('%j is the word %s', (text, word) => {
  expect(shellWord(text)).toBe(word)
})
