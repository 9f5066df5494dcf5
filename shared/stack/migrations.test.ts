import { expect, test } from 'vitest'
import { type Migration, migrate, stackFileMigrations } from './migrations.ts'
import { currentVersion } from './stack-schema.ts'

// Made-up layouts: the machinery is proven before there is a second version.
const flatHomeToNested: Migration = {
  from: 1,
  what: 'context moves into home',
  migrate: ({ context, ...rest }) => ({ ...rest, home: { context } }),
}
const projectToProjects: Migration = {
  from: 2,
  what: 'project becomes a list',
  migrate: ({ project, ...rest }) => ({ ...rest, projects: [project] }),
}
const list = [flatHomeToNested, projectToProjects]

test('each migration does its own step and sets the version', () => {
  expect(migrate({ version: 1, context: 'a', name: 'n' }, 1, 2, list)).toEqual({
    version: 2,
    home: { context: 'a' },
    name: 'n',
  })
  expect(migrate({ version: 2, project: 'p' }, 2, 3, list)).toEqual({ version: 3, projects: ['p'] })
})

test('several steps run in order, whatever the order of the list', () => {
  const content = { version: 1, context: 'a', project: 'p' }
  expect(migrate(content, 1, 3, list.toReversed())).toEqual({
    version: 3,
    home: { context: 'a' },
    projects: ['p'],
  })
  expect(content).toEqual({ version: 1, context: 'a', project: 'p' })
})

test('content of the right version is left as it is', () => {
  expect(migrate({ version: 3, a: 1 }, 3, 3, list)).toEqual({ version: 3, a: 1 })
})

test('a gap means too old', () => {
  expect(migrate({ version: 0 }, 0, 3, list)).toBeUndefined()
  expect(migrate({ version: 1 }, 1, 3, [projectToProjects])).toBeUndefined()
})

test('the released list is numbered without a gap up to the current version', () => {
  const first = currentVersion - stackFileMigrations.length
  expect(stackFileMigrations.map(({ from }) => from)).toEqual(
    stackFileMigrations.map((_, index) => first + index),
  )
})
