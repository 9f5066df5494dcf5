import { expect, test } from 'vitest'
import { aFinding } from '../../test/support/a-situation.ts'
import type { FindingCode } from './finding.ts'
import { tell } from './telling.ts'

const a = (code: FindingCode, subject: string, sentence = `${subject} is wrong, expected right.`) =>
  aFinding({ code, subject, sentence })
const dashboard = (name: string) =>
  a('DASHBOARD_NO_DATA', `dashboard:${name}`, `Dashboard ${name} shows no data, expected data.`)

test('nothing is told of nothing', () => {
  expect(tell([])).toBe('')
})

test('others of the kind that was just told are more of it', () => {
  expect(tell([dashboard('Nodes'), dashboard('GPUs')])).toBe(
    'Dashboard Nodes shows no data, expected data. 1 more.',
  )
  expect(
    tell([
      a('EXPORTER_DOWN', 'service:odin/a'),
      a('EXPORTER_DOWN', 'service:odin/b'),
      dashboard('Nodes'),
    ]),
  ).toBe('service:odin/a is wrong, expected right. 1 more; 1 dashboard without data.')
})

test('those that have names keep them', () => {
  const units = ['a.service', 'b.service'].map((name) => a('HYBRID_DEPLOYMENT', `unit:${name}`))
  expect(tell(units)).toBe(
    'unit:a.service is wrong, expected right. b.service does the work of containers.',
  )
})

test('several services in trouble are listed with what is the matter with each', () => {
  expect(
    tell([
      a('SERVICE_CRASH_LOOPING', 'service:odin/loki'),
      a('SERVICE_STOPPED', 'service:odin/grafana'),
    ]),
  ).toBe('2 services are in trouble: loki (keeps dying), grafana (stopped).')
  expect(
    tell([a('SERVICE_STOPPED', 'service:odin/grafana', 'grafana is exited, expected running.')]),
  ).toBe('grafana is exited, expected running.')
})

test('a switch is told with its cause, then the damage', () => {
  const switched = aFinding({
    code: 'CONTEXT_SWITCHED',
    subject: 'context:current',
    sentence: 'Docker context is default, expected desktop-linux.',
    evidence: {
      cause: 'somebody ran docker context use',
      'out of sight': '1 of 14 services: loki',
    },
  })
  expect(tell([switched, a('PROMETHEUS_TARGET_DOWN', 'target:node/x'), dashboard('Nodes')])).toBe(
    'Docker context is default, expected desktop-linux: somebody ran docker context use. ' +
      '1 of 14 services is out of sight; 1 target is down; 1 dashboard without data.',
  )
})

test('what follows from nothing is told alone', () => {
  expect(tell([a('GPU_HOT', 'gpu:1', 'GPU 0 is 95 °C, expected below 88 °C.')])).toBe(
    'GPU 0 is 95 °C, expected below 88 °C.',
  )
})
