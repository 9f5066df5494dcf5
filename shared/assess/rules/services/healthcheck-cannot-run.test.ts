import { expect, test } from 'vitest'
import { withService } from '../../../../test/support/a-situation.ts'
import { healthcheckCannotRun } from './healthcheck-cannot-run.ts'

test.each([
  { exitCode: 127, output: '' },
  { exitCode: 126, output: 'permission denied' },
  {
    exitCode: -1,
    output: 'OCI runtime exec failed: exec: "wget": executable file not found in $PATH',
  },
  { exitCode: 1, output: 'curl: error while loading shared libraries: libcurl.so.4' },
  { exitCode: 1, output: '/bin/sh: 1: curl: not found' },
  { exitCode: 1, output: 'bash: line 1: curl: command not found' },
])('the check could not run: %o', (lastHealthcheck) => {
  expect(
    healthcheckCannotRun(withService('loki', { health: 'unhealthy', lastHealthcheck })),
  ).toMatchObject([
    {
      severity: 'warning',
      subject: 'service:odin/loki',
      sentence: 'The healthcheck of loki cannot run, so its health is not known.',
    },
  ])
})

test.each([
  { exitCode: 1, output: 'HTTP 404 page not found' },
  { exitCode: 0, output: '' },
])('the check ran: %o', (lastHealthcheck) => {
  expect(
    healthcheckCannotRun(withService('loki', { health: 'unhealthy', lastHealthcheck })),
  ).toEqual([])
})
