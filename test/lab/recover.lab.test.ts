import { afterAll, beforeAll, expect, it } from 'vitest'
import { operationSchema, planProposalSchema } from '../../shared/ipc/contract.ts'
import { type MonitoredLab, startMonitoredLab } from './monitored.ts'
import { sentinel, sentinelKilled, statusOf } from './sentinel.ts'
import { theIncident } from './the-incident.ts'
import { appForLab, type LabApp, openLabWindow } from './window.ts'

// The incident, whole, undone by one click and by one command: from the stack on the wrong engine,
// with exporters as units beside it, back to everything up at home.

let lab: MonitoredLab
let app: LabApp
/** Of the user's terminal, for whatever brings services up. */
let env: Readonly<Record<string, string>>

beforeAll(async () => {
  const [started, bundled] = await Promise.allSettled([startMonitoredLab(), appForLab()])
  if (started.status === 'fulfilled') lab = started.value
  if (started.status === 'rejected') throw started.reason
  if (bundled.status === 'rejected') throw bundled.reason
  app = bundled.value
  env = { ...lab.lab.env, ...lab.env, ...lab.behind }
  await lab.scrapeOften()
  await lab.bringUp('desktop-linux')
  await lab.adopt()
  const accepted = await until(() => sentinel(lab.lab, ['accept', '--json'], lab.env))
  expect(accepted.code, accepted.stderr).toBe(0)
})

afterAll(() => lab?.close())

/** Accepting refuses while something cannot be seen yet: a stack that has just come up. */
async function until(ask: () => ReturnType<typeof sentinel>) {
  for (let tries = 1; ; tries += 1) {
    const said = await ask()
    if (said.code === 0 || tries === 20) return said
  }
}

const samplesWords = /Samples of up since .* UTC: \d+ at home, \d+ from default, \d+ after\./

it('is recovered by one click in the real window, with nothing lost on either engine', async () => {
  const at = { app, directory: lab.lab.directory, env }
  await using window = await openLabWindow(lab.lab.machine, at)
  await window.do({ do: 'see', words: '^Monitoring works\\.' })
  const incident = await theIncident(lab)

  for (const fact of ['node_exporter\\.service, nvidia_gpu_exporter\\.service', '9100, 9835'])
    await window.do({ do: 'see', words: fact })
  expect(await window.do({ do: 'read', role: 'article' })).toHaveLength(1)
  await window.do({ do: 'picture', name: 'lab-recover-incident' })
  await window.do({ do: 'press', button: '^Recover…' })
  await window.do({ do: 'see', words: '^Stops 2 units and \\d+ containers, starts \\d+ services' })
  await window.do({ do: 'picture', name: 'lab-recover-review' })
  await window.do({ do: 'picture', name: 'lab-recover-review-end', end: true })
  await window.do({ do: 'type', field: '^Type odin', text: 'odin' })
  await window.do({ do: 'press', button: '^Carry out' })
  await window.do({ do: 'see', words: '^Step \\d+ of \\d+\\.' })
  await window.do({ do: 'picture', name: 'lab-recover-progress' })
  await window.do({ do: 'see', words: '^All \\d+ steps are done\\.' })
  await window.do({ do: 'picture', name: 'lab-recover-done' })
  await window.do({ do: 'picture', name: 'lab-recover-done-end', end: true })

  await incident.expectUndone()
  const [page = ''] = await window.do({ do: 'read', role: 'main' })
  expect(page).toMatch(samplesWords)
  await incident.expectKept(/\/\S+\/operations\/[\w-]+/.exec(page)?.[0])
  await window.do({ do: 'press', button: '^Back to overview' })
  await window.do({ do: 'see', words: '^Monitoring works\\.' })
  expect(await window.do({ do: 'read', role: 'article' })).toEqual([])
  await window.do({ do: 'picture', name: 'lab-recover-after' })
  // Whatever a recovery only passes through is news to nobody.
  const told = await window.do({ do: 'desktop' })
  expect([...new Set(told)]).toEqual([
    'odin: Docker context is default, expected desktop-linux',
    'odin: over',
    expect.stringMatching(/^Monitoring works\./),
  ])
})

it('is recovered by one command, and by the next one where that is killed', async () => {
  const incident = await theIncident(lab)
  const dry = await sentinel(lab.lab, ['recover', '--dry-run', '--json'], lab.env)
  const { differences, filesNotCompared, ...proposal } = JSON.parse(dry.stdout)
  expect(filesNotCompared).toBe(0)
  expect(JSON.stringify(differences)).toContain('172.17.0.1:9182')
  const fromGit = ['recover', '--dry-run', '--files-from', 'git', '--json']
  const uncommitted = await sentinel(lab.lab, fromGit, lab.env)
  expect(JSON.parse(uncommitted.stdout)).toMatchObject({ code: 'COMMIT_MISSING' })
  const plan = planProposalSchema.parse(proposal)
  expect(plan.kind, dry.stdout).toBe('plan')
  if (plan.kind !== 'plan') return
  const kinds = [...new Set(plan.steps.map(({ kind }) => kind))]
  expect(kinds).toEqual(
    expect.arrayContaining([
      'StopUnit',
      'HoldContainers',
      'SaveSamples',
      'SelectContext',
      'PutBackFiles',
      'BringUp',
      'MergeSamples',
    ]),
  )
  expect(kinds.at(-1)).toBe('VerifyStack')

  await sentinelKilled(lab.lab, ['recover', '--yes'], env, 'MergeSamples')
  const done = await sentinel(lab.lab, ['continue', '--json'], env)
  expect(done.stdout, done.stderr).not.toBe('')
  const view = operationSchema.parse(JSON.parse(done.stdout))
  expect(view.outcome, JSON.stringify(view, null, 1)).toBe('done')
  expect(view.steps.find(({ kind }) => kind === 'MergeSamples')?.remark).toMatch(
    new RegExp(`^${samplesWords.source} Home itself recorded nothing from .* to .*\\.$`),
  )
  const shown = await sentinel(lab.lab, ['operations', 'show', view.id, '--json'], lab.env)
  const steps = operationSchema.parse(JSON.parse(shown.stdout)).steps
  expect(steps.map(({ state, remark }) => [state, remark])).toEqual(
    view.steps.map(({ state, remark }) => [state, remark]),
  )
  await incident.expectUndone()
  await incident.expectKept(view.directory)
  // One look may run out of patience on a machine that is busy with two engines.
  const sentence = async () =>
    (await statusOf(lab.lab, lab.env, 'monitoring too')).status.monitoring?.sentence
  await expect.poll(sentence, { timeout: 120_000 }).toBe('Monitoring works.')
})
