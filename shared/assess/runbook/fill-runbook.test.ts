import { expect, test } from 'vitest'
import { aSituation } from '../../../test/support/a-situation.ts'
import { noon } from '../../../test/support/a-world.ts'
import { statusView } from '../status-view.ts'
import { verdict } from '../verdict.ts'
import { straysIn } from './commands.ts'
import { fillRunbook, runbookBook } from './fill-runbook.ts'
import { runbookWords } from './runbook-words.ts'

const situation = aSituation()
const { stack } = situation
const status = statusView({
  ...situation,
  held: [],
  incidents: [],
  verdict: verdict({ ...situation, held: [] }),
  snoozes: {},
  now: noon,
})
const matter = { status, stack }

test('commands carry the names of this machine', () => {
  expect(fillRunbook('docker --context {{home.context}} info', matter)).toBe(
    'docker --context desktop-linux info',
  )
  const [first] = fillRunbook('{{compose.up}}', matter).split('\n')
  const project = stack.projects[0]
  expect(first).toContain(`docker --context desktop-linux compose --project-name ${project?.name}`)
  expect(first).toContain(`--project-directory ${project?.workingDir}`)
  expect(first).toContain(` up --detach --no-recreate ${project?.starts[0]?.services[0]?.name}`)
})

test('what is not known stays readable', () => {
  expect(fillRunbook('{{home.context}} of {{stack.name}} in {{stack.file}}')).toBe(
    'HOME_CONTEXT of the stack in STACK_FILE',
  )
  for (const name of Object.keys(runbookWords)) {
    expect(fillRunbook(`{{${name}}}`), name).toMatch(/^(?!.*\{\{).*[A-Za-z]/s)
  }
  expect(fillRunbook('{{home.list}}', { status })).toBe('docker --context desktop-linux ps --all')
})

test('docker’s own templates are left alone', () => {
  const command = "docker info --format '{{.ID}} {{json .State}}'"
  expect(fillRunbook(command, matter)).toBe(command)
})

test('a page speaks of what its finding is about', () => {
  const service = stack.projects[0]?.starts[0]?.services[0]?.name ?? ''
  const finding = {
    code: 'SERVICE_STOPPED',
    severity: 'critical',
    status: 'firing',
    subject: `service:${stack.projects[0]?.name}/${service}`,
    sentence: '',
    evidence: {},
    remedy: { kind: 'none' },
    since: '2026-11-23T12:00:00.000Z',
  } as const
  const about = { stack, status: { ...status, findings: [finding] } }
  const page = '{{service.name}} {{service.compose}}'
  expect(fillRunbook(page, { ...about, code: 'SERVICE_STOPPED' })).toMatch(
    new RegExp(`^${service} docker --context desktop-linux compose`),
  )
  expect(fillRunbook(page, { ...about, code: 'PORT_CONFLICT' })).toMatch(/^SERVICE /)
})

test('strays are what is not at home', () => {
  const place = { state: 'running', health: 'healthy' } as const
  const services = [
    {
      name: 'grafana',
      project: 'odin',
      places: [
        {
          ...place,
          context: 'desktop-linux',
          engineId: status.home?.engineId ?? '',
          container: 'a',
        },
        { ...place, context: 'default', engineId: 'other', container: 'b' },
      ],
    },
  ]
  const away = { ...status, services }
  expect(straysIn(away)).toEqual([{ context: 'default', container: 'b' }])
  expect(fillRunbook('{{strays.stop}}', { status: away })).toBe(
    'docker --context default stop b\ndocker --context default update --restart=no b',
  )
})

test('the book holds every page one level down, and lists them', () => {
  const pages = [
    { code: 'GPU_HOT', markdown: '# GPU_HOT\n\nA card is hot. It is.\n\n```\n# no heading\n```\n' },
    { code: 'SPLIT_BRAIN', markdown: '# SPLIT_BRAIN\n\nTwo of {{stack.name}}: one too many.' },
  ] as const
  const book = runbookBook(pages, matter, '2026-11-23')
  expect(book).toContain(`# Runbooks of ${status.stack}\n`)
  expect(book).toContain('- GPU_HOT: A card is hot.\n')
  expect(book).toContain(`- SPLIT_BRAIN: Two of ${status.stack}.\n`)
  expect(book).toContain('\n## GPU_HOT\n')
  expect(book).toContain('\n# no heading\n')
})
