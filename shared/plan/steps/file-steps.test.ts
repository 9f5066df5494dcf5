import { expect, test } from 'vitest'
import { describeStep } from '../plan.ts'
import type { FileSource } from './file-steps.ts'

const put = (file: string, source: FileSource) => ({ file, source, sha256: 'a', replaces: null })
const step = (...files: ReturnType<typeof put>[]) => ({
  kind: 'PutBackFiles' as const,
  files,
  endpoint: 'unix:///desktop.sock',
  engineId: 'DESK',
  restarts: [],
  cause: 'they are not what was accepted',
})

test('each file is told with where its content comes from', () => {
  const commit = '4f1c2aa08f2b7c1e6d5a9b3c4d5e6f7081920314'
  const snapshot: FileSource = {
    from: 'snapshot',
    ...{ repository: '/r', snapshot: '2026-11-19T02-15-00Z_01JDABCDEFGH' },
    ...{ component: 'configuration', path: 'c' },
  }
  const all = step(
    put('/a', { from: 'baseline' }),
    put('/b', { from: 'git', root: '/', commit, path: 'b' }),
    put('/c', snapshot),
  )
  expect(describeStep(all)).toBe(
    'put back /a (as accepted), /b (from commit 4f1c2aa08f2b), /c (from snapshot abcdefgh)',
  )
})

test('whoever has them mounted is restarted, and told', () => {
  const restarts = ['prometheus', 'grafana'].map((service) => ({ project: 'odin', service }))
  expect(describeStep({ ...step(put('/a', { from: 'baseline' })), restarts })).toBe(
    'put back /a (as accepted), and restart prometheus, grafana',
  )
})
