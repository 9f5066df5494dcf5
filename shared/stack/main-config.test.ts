import { expect, test } from 'vitest'
import { mainConfigFiles } from './main-config.ts'

const bind = (source: string, destination: string, type: 'bind' | 'volume' = 'bind') => ({
  ...{ type, source, destination, readOnly: true },
})
const files = (...mounts: ReturnType<typeof bind>[]) => mainConfigFiles('alertmanager', { mounts })

test.each([
  [
    'a file by its usual name',
    [bind('/o/am.yml', '/etc/alertmanager/alertmanager.yml'), bind('/o/x.yml', '/etc/x.yml')],
    ['/o/am.yml'],
  ],
  [
    'the only YAML file',
    [bind('/o/odd.yaml', '/conf/odd.yaml'), bind('/o/t.tmpl', '/conf/t.tmpl')],
    ['/o/odd.yaml'],
  ],
  ['none of several odd ones', [bind('/o/a.yml', '/c/a.yml'), bind('/o/b.yml', '/c/b.yml')], []],
  ['none in a volume', [bind('am', '/etc/alertmanager', 'volume')], []],
] as const)('%s', (_what, mounts, expected) => {
  expect(files(...mounts)).toEqual(expected)
})

test('a directory may hold it by any of its names', () => {
  expect(files(bind('/o/am', '/etc/alertmanager'))).toContain('/o/am/alertmanager.yml')
  expect(files(bind('/o/data', '/data'))).toEqual([])
})
