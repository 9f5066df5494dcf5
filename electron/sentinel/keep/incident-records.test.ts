import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { IncidentView, StatusView } from '../../../shared/ipc/status.ts'
import { aStatus } from '../../../test/support/a-status.ts'
import { incidentRecords, readIncidentRecords } from './incident-records.ts'

const at = '2026-11-23T10:00:00.000Z'
const now = Date.parse(at)
let stateDirectory = ''

beforeEach(async () => {
  stateDirectory = await mkdtemp(join(tmpdir(), 'odin-records-'))
})
afterEach(() => rm(stateDirectory, { recursive: true }))

const status = (sentence: string, incidents: IncidentView[] = []): StatusView =>
  aStatus({
    health: incidents.length > 0 ? 'critical' : 'ok',
    sentence,
    at,
    incidents,
  })

const incident = (change: Partial<IncidentView> = {}): IncidentView => ({
  id: 'CONTEXT_SWITCHED@context:current@1',
  cause: 'CONTEXT_SWITCHED',
  severity: 'critical',
  status: 'firing',
  sentence: 'Docker context is default, expected desktop-linux.',
  since: at,
  findings: [],
  remedy: { kind: 'none' },
  ...change,
})

function records() {
  const problems: string[] = []
  const kept = incidentRecords({ stateDirectory, onProblem: (problem) => problems.push(problem) })
  return { kept, problems }
}

it('keeps how it was before, in it, and after it', async () => {
  const { kept, problems } = records()
  const [calm, bad] = [status('All is well.'), status('Away.', [incident()])]
  const over = status('Well again.', [incident({ status: 'resolved', resolvedAt: at })])
  kept.note(undefined, calm)
  kept.note(calm, bad)
  kept.note(bad, over)
  await kept.close()
  expect(problems).toEqual([])
  const [record, ...more] = await readIncidentRecords(stateDirectory, at, now)
  expect(more).toEqual([])
  expect(record).toMatchObject({
    stack: 'odin',
    before: { sentence: 'All is well.' },
    incident: { status: 'resolved' },
    last: { sentence: 'Well again.' },
  })
})

it('has nothing from before when it begins in the middle', async () => {
  const { kept } = records()
  kept.note(undefined, status('Away.', [incident()]))
  await kept.close()
  expect((await readIncidentRecords(stateDirectory, at, now))[0]?.before).toBeNull()
})

it('leaves out what ended before the time asked for, and what is damaged', async () => {
  const { kept } = records()
  const bad = status('Away.', [incident()])
  kept.note(undefined, bad)
  kept.note(bad, status('Well.', [incident({ status: 'resolved', resolvedAt: at })]))
  await kept.close()
  await writeFile(join(stateDirectory, 'incidents', 'damaged.json'), '{ "incident":')
  expect(await readIncidentRecords(stateDirectory, '2026-11-23T10:00:01.000Z', now)).toEqual([])
  expect(await readIncidentRecords(stateDirectory, at, now)).toHaveLength(1)
})

it('forgets after ninety days', async () => {
  const { kept } = records()
  const bad = status('Away.', [incident()])
  kept.note(undefined, bad)
  kept.note(bad, status('Well.', [incident({ status: 'resolved', resolvedAt: at })]))
  await kept.close()
  const later = now + 91 * 86_400_000
  expect(await readIncidentRecords(stateDirectory, at, later)).toEqual([])
  expect(await readdir(join(stateDirectory, 'incidents'))).toEqual([])
})
