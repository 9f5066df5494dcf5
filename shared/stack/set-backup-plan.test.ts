import { expect, test } from 'vitest'
import { setBackupPlan } from './set-backup-plan.ts'
import { parseStackFile } from './stack-file.ts'
import { usualBackup } from './stack-schema.ts'

const plan = {
  schedule: ['0 3 * * *', '@weekly'],
  keep: { last: 1, hourly: 2, daily: 3, weekly: 4, monthly: 5 },
  onBattery: true,
  drill: '0 4 * * 0',
}

const head = `
# mine, do not touch
version: 1
name:   'odin'   # the cellar
home: { context: a, engineId: "b",   endpoint: unix:///d }
projects:
- { name: odin, workingDir: /srv/odin, starts: [
    { files: [ docker-compose.yml ],   services: { a: { image: x } } } ] }
`
const section = `
# at night, please
backup:
  # the big disk
  repository: /mnt/disk
  schedule: "15 2 * * *"   # as agreed
  drill: { schedule: "@weekly", context: default } # beside
  mayStop: [a]

# the end
stayHome: { enabled: false }
`

test('only the section is written anew, and what is not in the plan stays', () => {
  const text = setBackupPlan(head + section, plan)
  expect(text.startsWith(head)).toBe(true)
  expect(text).toContain('# at night, please\nbackup:')
  expect(text).toContain('# the big disk\n  repository: /mnt/disk')
  expect(text.endsWith('# the end\nstayHome: { enabled: false }\n')).toBe(true)
  const parsed = parseStackFile(text)
  expect(parsed.ok && parsed.value.backup).toEqual({
    ...usualBackup,
    repository: '/mnt/disk',
    mayStop: ['a'],
    ...plan,
    drill: { schedule: '0 4 * * 0', context: 'default' },
  })
  expect(setBackupPlan(text, plan)).toBe(text)
})

test('a section is added where there is none', () => {
  const text = setBackupPlan(head, { ...plan, drill: null })
  expect(text.startsWith(head.trimEnd())).toBe(true)
  const parsed = parseStackFile(text)
  expect(parsed.ok && parsed.value.backup).toEqual({ ...usualBackup, ...plan, drill: undefined })
})

test('a drill can be given up', () => {
  const parsed = parseStackFile(setBackupPlan(head + section, { ...plan, drill: null }))
  expect(parsed.ok && parsed.value.backup?.drill).toBeUndefined()
})

test.each([
  ['on one line', `${head}backup: { schedule: "@daily", mayStop: [a] } # short\n`],
  ['at the end', `${head}backup:\n  schedule: []`],
  [
    'as JSON',
    JSON.stringify({
      ...JSON.parse('{"version":1,"name":"odin"}'),
      home: { context: 'a', engineId: 'b', endpoint: 'unix:///d' },
      projects: [
        {
          name: 'odin',
          workingDir: '/srv',
          starts: [{ files: ['x'], services: { a: { image: 'x' } } }],
        },
      ],
      backup: {},
    }),
  ],
])('a section %s', (_, text) => {
  const parsed = parseStackFile(setBackupPlan(text, plan))
  expect(parsed.ok && parsed.value.backup?.schedule).toEqual(plan.schedule)
})

test('a plan that makes no sense is refused, and so is a file that does not', () => {
  expect(() => setBackupPlan(head, { ...plan, schedule: ['every night'] })).toThrow(
    /backup\.schedule/,
  )
  expect(() => setBackupPlan('version: 1\n', plan)).toThrow('The stack file is not valid')
})
