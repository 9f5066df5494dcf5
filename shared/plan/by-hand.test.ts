import { expect, test } from 'vitest'
import { byHand } from './by-hand.ts'
import type { Step } from './plan.ts'

const engine = { endpoint: 'unix:///var/run/docker.sock', engineId: 'NATV' }
const cause = 'test'

test('containers are kept from starting by themselves before they are stopped', () => {
  const container = (name: string, always: boolean) => ({
    ...{ containerId: name, container: name, always },
  })
  const hold: Step = {
    ...{ kind: 'HoldContainers', ...engine, from: 'default', cause },
    containers: [container('a', true), container('b', false)],
  }
  expect(byHand(hold)).toEqual([
    'docker --host unix:///var/run/docker.sock update --restart unless-stopped a',
    'docker --host unix:///var/run/docker.sock stop a b',
  ])
})

test('what stands in a file is kept beside it first, and no name is read by the shell', () => {
  const file = "/srv/ada's $(id)/prometheus.yml"
  const put: Step = {
    ...{ kind: 'PutBackFiles', ...engine, restarts: [], cause },
    files: [
      {
        ...{ file, sha256: 'a', replaces: 'b' },
        source: { from: 'git', root: '/srv', commit: 'c0ffee', path: 'prometheus.yml' },
      },
    ],
  }
  const name = "'/srv/ada'\\''s $(id)/prometheus.yml'"
  expect(byHand(put)).toEqual([
    `cp -a ${name} ${name.slice(0, -1)}.before'`,
    `git -C /srv show c0ffee:prometheus.yml > ${name}`,
  ])
})

test('a start is that of compose, with its files in their order', () => {
  const up: Step = {
    ...{ kind: 'BringUp', context: 'desktop-linux', ...engine, project: 'odin', cause },
    ...{ workingDir: '/srv/odin', files: ['/srv/odin/a.yml', '/srv/odin/b.yml'] },
    ...{ envFiles: ['/srv/odin/.env'], services: ['loki'], oneShot: [], down: [], seconds: 60 },
  }
  expect(byHand(up)).toEqual([
    'cd /srv/odin && docker --context desktop-linux compose -p odin -f /srv/odin/a.yml -f /srv/odin/b.yml --env-file /srv/odin/.env up -d loki',
  ])
})

test('nothing is ever removed', () => {
  const away: Step = {
    ...{ kind: 'RemoveFiles', files: [{ file: '/srv/odin/new.yml', sha256: 'a' }], cause },
  }
  expect(byHand(away)).toEqual(['mv /srv/odin/new.yml /srv/odin/new.yml.removed'])
})
