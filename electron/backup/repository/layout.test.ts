import fc from 'fast-check'
import { expect, test } from 'vitest'
import { componentDirectory, memberName, pathProblem } from './layout.ts'

test.each([
  ['configuration', 'configuration'],
  ['prometheus:odin/prometheus', 'prometheus=odin+prometheus'],
  ['volume:odin_data-1.x', 'volume=odin_data-1.x'],
])('the part %s lies in %s', (component, directory) => {
  expect(componentDirectory(component)).toBe(directory)
})

test.each(['', '..', 'a b', 'volume:$(x)', 'volume:a+b', 'a=b', '/x', 'volume:\n'])(
  'nothing can be called %j',
  (component) => {
    expect(() => componentDirectory(component)).toThrow('cannot be the name of a part')
  },
)

test('two paths are never one member, and no member tears a line', () => {
  const part = fc.constantFrom('%', '%25', '\n', '%0A', 'a', '/', '\\', '\udcff', '%FF', 'é', '💀')
  const path = fc.array(part, { minLength: 1 }).map((parts) => parts.join(''))
  fc.assert(
    fc.property(path, path, (one, other) => {
      const names = [memberName('volume:a', one), memberName('volume:a', other)]
      expect(names[0] === names[1]).toBe(one === other)
      expect(names[0]).not.toMatch(/[\n\\]/)
      expect(names[0]?.isWellFormed()).toBe(true)
    }),
  )
})

test.each([
  '/etc/passwd',
  '../x',
  'a/../../x',
  'a//b',
  './a',
  'a/',
  '',
  'a\0b',
  '\ud800',
  '\udfff',
])('the path %j is refused', (path) => {
  expect(pathProblem(path)).toBeDefined()
})
