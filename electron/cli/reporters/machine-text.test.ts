import { expect, test } from 'vitest'
import { monitoringOf } from '../../../test/support/mirrors.ts'
import { machineText } from './machine-text.ts'
import { monitoringParts } from './monitoring-text.ts'

const plain = (_: unknown, text: string) => text

test('the machine, its disks with how fast they fill, and the file that is gone', () => {
  const text = machineText(monitoringOf('crowded'), plain)
  expect(text).toContain('lab-1, Linux 6.12.41-amd64, up 11 d: CPU 31 % busy')
  expect(text).toContain('1.5 GiB an hour, full at 2026-11-20T14:14:32.000Z')
  expect(text).toContain('told after ten minutes of watch')
  expect(text).toContain(
    '3 files of the stack are watched, and /home/ada/odin/odin.env is missing.',
  )
})

test.each([
  ['well', 'works'],
  ['crowded', 'broken'],
  ['unknown', 'cannot-tell'],
] as const)('disks of a machine that is %s: %s', (name, state) => {
  expect(monitoringParts.disks.state(monitoringOf(name))).toBe(state)
})

test('a machine that cannot be seen says why', () => {
  const view = monitoringOf('unknown')
  expect(machineText(view, plain)).toContain('The files of the stack have not been looked at yet.')
})

test('dashboards are counted as everywhere, and what nobody can tell is said', () => {
  const text = monitoringParts.dashboards.text(monitoringOf('unknown'), plain)
  expect(text).toContain('The one dashboard cannot be checked.')
  expect(text).toContain('cannot be checked: The token may not ask this datasource.')
  expect(monitoringParts.dashboards.state(monitoringOf('unknown'))).toBe('cannot-tell')
})
