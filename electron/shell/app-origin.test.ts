import { expect, test } from 'vitest'
import { fileWithin, isOurPage } from './app-origin.ts'

test('a path stays inside the directory, however it is written', () => {
  expect(fileWithin('/app/renderer', '/index.html')).toBe('/app/renderer/index.html')
  expect(fileWithin('/app/renderer', '/assets/a%20b.js')).toBe('/app/renderer/assets/a b.js')
  for (const path of [
    '/../main.js',
    '/%2e%2e/main.js',
    '/..%2fmain.js',
    '/a/../../main.js',
    '/..%5cmain.js',
    '/%00',
    '/%',
    '/../renderer-of-somebody-else/x.js',
  ]) {
    expect(fileWithin('/app/renderer', path), path).toBeUndefined()
  }
})

test('only our own page is ours', () => {
  expect(isOurPage('app://bundle/index.html#review=x')).toBe(true)
  for (const url of [
    'app://bundle.evil/index.html',
    'app://other/index.html',
    'https://bundle/index.html',
    'file:///app/bundle/index.html',
    'app:bundle',
    '',
  ]) {
    expect(isOurPage(url), url).toBe(false)
  }
})
