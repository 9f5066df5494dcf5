import { expect, test } from 'vitest'
import { baseOf } from './live-answer.ts'

test.each([
  [[], 'http://127.0.0.1:9090'],
  [['--web.listen-address=0.0.0.0:9095'], 'http://127.0.0.1:9095'],
  [['--web.listen-address', ':9095', '--web.route-prefix=/prom/'], 'http://127.0.0.1:9095/prom'],
  [['--web.external-url=https://odin.example/prom'], 'http://127.0.0.1:9090/prom'],
  [['--web.external-url=/prom', '--web.route-prefix=/'], 'http://127.0.0.1:9090'],
])('a Prometheus that was started with %j is asked at %s', (args, base) => {
  expect(baseOf({ args })).toBe(base)
})
