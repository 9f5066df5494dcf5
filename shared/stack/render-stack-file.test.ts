import { describe, expect, test } from 'vitest'
import type { Home, Stack, StackService } from '../domain/stack.ts'
import { acceptHome } from './accept-home.ts'
import { renderStackFile } from './render-stack-file.ts'
import { parseStackFile } from './stack-file.ts'
import { firstBackup, usualBackup } from './stack-schema.ts'

const home: Home = {
  context: 'desktop-linux',
  engineId: '547975cc-0000-4000-8000-000000000000',
  engineKind: 'docker-desktop',
  endpoint: 'unix:///home/ada/.docker/desktop/docker.sock',
}
const aService = (name: string, rest: Partial<StackService> = {}): StackService => ({
  name,
  image: `prom/${name}:v1`,
  ports: [],
  config: [],
  ...rest,
})
const aStack = (rest: Partial<Stack> = {}): Stack => ({
  name: 'odin',
  home,
  projects: [
    {
      name: 'odin',
      workingDir: '/srv/odin',
      starts: [
        {
          files: ['/srv/odin/docker-compose.yml'],
          envFiles: ['/srv/odin/.env', '/etc/odin.env'],
          services: [
            aService('prometheus', {
              ports: ['9090:9090'],
              config: ['/srv/odin/prometheus.yml'],
              exporter: { port: 9090, kind: 'prometheus' },
            }),
            aService('init', { oneShot: true }),
          ],
        },
        {
          files: ['/srv/odin/exporters/a.yml', '/srv/other/b.yml'],
          envFiles: [],
          services: [aService('node-exporter', { ports: ['127.0.0.1:53:53/udp', '22:22'] })],
        },
      ],
    },
  ],
  stayHome: { enabled: false, countdownSeconds: 30 },
  ...rest,
})

/** Values that YAML would like to take for something else. */
const awkward = [
  'no',
  'null',
  '1e3',
  '0x10',
  '012',
  '~',
  'a: b',
  '# not a comment',
  ' leading',
  'trailing ',
  '- dash',
  '"quoted"',
  "it's",
  'tab\there',
  'two\nlines',
  'ünï ☃ 日本',
  '*alias',
  '&anchor',
  '!tag',
  '%percent',
  '@at',
  'x'.repeat(300),
]

const stacks: [string, Stack][] = [
  ['an ordinary stack', aStack()],
  [
    'all choices about monitoring',
    aStack({
      monitoring: {
        urls: { prometheus: 'http://127.0.0.1:9090', 'odin/a': 'https://odin.lan:9100/metrics' },
        everySeconds: { exporters: 10, dashboards: 60 },
        units: ['*exporter*.service', 'no'],
        watchdog: { listenPort: 9847, everySeconds: 30 },
      },
    }),
  ],
  ['the backups of a new stack', aStack({ backup: firstBackup })],
  [
    'all choices about backups',
    aStack({
      backup: {
        ...usualBackup,
        repository: '/mnt/backups of odin',
        schedule: ['15 2 * * *', '@weekly'],
        keep: { last: 1, hourly: 0, daily: 2, weekly: 0, monthly: 3 },
        mayStop: ['prometheus', 'odin/loki'],
        withoutVolumes: ['*cache*', 'no'],
        recipients: ['age1qqqq'],
        onBattery: true,
        duringPlans: true,
        afterResumeSeconds: 0,
        beforePlans: false,
        drill: { schedule: '0 4 * * 0', context: 'default' },
        secondCopy: { to: 'sftp:ada@nas:/odin', schedule: '@daily', checkEveryDays: 30 },
      },
    }),
  ],
  ['stay home on', aStack({ stayHome: { enabled: true, countdownSeconds: 5 } })],
  [
    'two projects, one at the root, one without files',
    aStack({
      projects: [
        {
          name: 'a',
          workingDir: '/',
          starts: [
            { files: ['/docker-compose.yml', '/x/y.yml'], envFiles: [], services: [aService('a')] },
          ],
        },
        {
          name: 'b',
          workingDir: '/srv/b c/#1',
          starts: [{ files: [], envFiles: ['/srv/b c/#1/.env: x'], services: [aService('a')] }],
        },
      ],
    }),
  ],
  ...awkward.map((text): [string, Stack] => [
    `the text ${JSON.stringify(text.slice(0, 20))} everywhere`,
    aStack({
      home: { ...home, context: text, engineId: text, endpoint: `unix:///${text}` },
      projects: [
        {
          name: 'odin',
          workingDir: `/srv/${text}`,
          starts: [
            {
              files: [`/srv/${text}/${text}`, `/${text}`],
              envFiles: [`/srv/${text}`],
              services: [
                aService(text, {
                  image: text,
                  config: [`/${text}`],
                  exporter: { port: 1, kind: text },
                }),
              ],
            },
          ],
        },
      ],
    }),
  ]),
]

test.each(stacks)('parsing what was rendered gives the same stack: %s', (_, stack) => {
  const text = renderStackFile(stack)
  expect(parseStackFile(text)).toEqual({ ok: true, value: stack })
  expect(renderStackFile(stack)).toBe(text)
})

test('reads like a file that a person would like to find', () => {
  const stack = aStack({ backup: firstBackup })
  expect(renderStackFile(stack, { schema: '/opt/odin/stack.schema.json' })).toMatchSnapshot()
})

describe('acceptHome', () => {
  const native: Home = {
    context: 'default',
    engineId: '364696d2-8111-46fb-9773-6bde7084afec',
    engineKind: 'native',
    endpoint: 'unix:///var/run/docker.sock',
  }

  test.each(stacks)('gives back the same stack with another home: %s', (_, stack) => {
    const text = acceptHome(renderStackFile(stack), native)
    expect(parseStackFile(text)).toEqual({ ok: true, value: { ...stack, home: native } })
    expect(parseStackFile(acceptHome(text, stack.home))).toEqual({ ok: true, value: stack })
  })

  const byHand = `
# mine, do not touch
version: 1
name:   'odin'   # the cellar
home:   # since spring
    context:   "desktop-linux"     # Docker Desktop
    engineId: 547975cc             # "docker info"

    endpoint: unix:///d.sock
projects:
- { name: odin, workingDir: /srv/odin, starts: [
    { files: [ docker-compose.yml ],   services: { a: { image: x } } } ] }
`

  test('changes nothing but the home', () => {
    expect(acceptHome(byHand, native)).toBe(`
# mine, do not touch
version: 1
name:   'odin'   # the cellar
home:   # since spring
    engineKind: native
    context:   default     # Docker Desktop
    engineId: 364696d2-8111-46fb-9773-6bde7084afec             # "docker info"

    endpoint: unix:///var/run/docker.sock
projects:
- { name: odin, workingDir: /srv/odin, starts: [
    { files: [ docker-compose.yml ],   services: { a: { image: x } } } ] }
`)
  })

  test('edits a home on one line', () => {
    const text = byHand.replace(
      /home:[\s\S]*projects:/,
      'home: {context: a, engineId: "b", endpoint: unix:///d} # short\nprojects:',
    )
    expect(acceptHome(text, native)).toContain(
      'home: {engineKind: native, context: default, engineId: 364696d2-8111-46fb-9773-6bde7084afec, endpoint: unix:///var/run/docker.sock} # short\n',
    )
  })

  test('refuses to touch a file that is not valid', () => {
    expect(() => acceptHome('version: 2\n', native)).toThrow(
      'The stack file is not valid: version is 2, written by a newer Odin Sentinel',
    )
  })
})
