import { expect, test } from 'vitest'
import { isAboutUnits, unescapedUnit, unitFilter } from './unit-signals.ts'

const fits = unitFilter(['prometheus*.service', 'node_exporter.service', 'gpu-[12].service'])
const manager = 'org.freedesktop.systemd1.Manager'

test.each([
  ['prometheus.service', true],
  ['prometheus-node-exporter.service', true],
  ['my-prometheus.service', false],
  ['node_exporter.service', true],
  ['node_exporterXservice', false],
  ['gpu-2.service', true],
  ['gpu-3.service', false],
])('%s fits: %s', (unit, expected) => {
  expect(fits(unit)).toBe(expected)
})

test('the name in an object path', () => {
  const path = '/org/freedesktop/systemd1/unit/prometheus_2dnode_2dexporter_2eservice'
  expect(unescapedUnit(path)).toBe('prometheus-node-exporter.service')
})

test.each([
  [{ member: 'JobRemoved', body: [1, '/job/1', 'prometheus.service', 'done'] }, true],
  [{ member: 'JobRemoved', body: [1, '/job/1', 'ssh.service', 'done'] }, false],
  [{ member: 'UnitNew', body: ['node_exporter.service', '/x'] }, true],
  [
    { member: 'PropertiesChanged', path: '/org/freedesktop/systemd1/unit/prometheus_2eservice' },
    true,
  ],
  [{ member: 'PropertiesChanged', path: '/org/freedesktop/systemd1/unit/ssh_2eservice' }, false],
  [{ member: 'Reloading', interface: manager, body: [true] }, false],
  [{ member: 'Reloading', interface: manager, body: [false] }, true],
  [{ member: 'UnitFilesChanged', interface: manager }, true],
  [{ member: 'NameOwnerChanged', body: ['org.freedesktop.systemd1', '', ':1.4'] }, true],
  [{ member: 'NameOwnerChanged', body: [':1.4', '', ':1.4'] }, false],
  [{}, false],
])('%j asks for a look: %s', (message, expected) => {
  expect(isAboutUnits(message, fits)).toBe(expected)
})
