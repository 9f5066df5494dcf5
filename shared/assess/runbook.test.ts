import { expect, test } from 'vitest'
import { aSituation } from '../../test/support/a-situation.ts'
import { noon } from '../../test/support/a-world.ts'
import { fillRunbook } from './runbook.ts'
import { statusView } from './status-view.ts'
import { verdict } from './verdict.ts'

const situation = aSituation()
const status = statusView({
  ...situation,
  held: [],
  incidents: [],
  verdict: verdict({ ...situation, held: [] }),
  snoozes: {},
  now: noon,
})

test('commands carry the names of this machine', () => {
  expect(fillRunbook('docker --context {{home.context}} info', status)).toBe(
    'docker --context desktop-linux info',
  )
})

test('what is not known stays readable', () => {
  expect(fillRunbook('{{home.context}} of {{stack.name}} in {{stack.file}}')).toBe(
    'HOME_CONTEXT of the stack in STACK_FILE',
  )
})

test('docker’s own templates are left alone', () => {
  const command = "docker info --format '{{.ID}} {{json .State}}'"
  expect(fillRunbook(command, status)).toBe(command)
})
