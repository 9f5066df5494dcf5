import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import type { Mirror, PlanProposal } from '../../shared/ipc/contract.ts'
import { recoverPlan, recoveryAt, waitingRecovery } from '../../test/support/a-recovery.ts'
import { aBridge } from '../../test/support/fake-bridge.ts'
import { type MirrorName, mirrorOf } from '../../test/support/mirrors.ts'
import { createActions } from '../store/actions.ts'
import { createMirrorStore, type Mirrored } from '../store/mirror.ts'
import { createUiStore, type Page } from '../store/ui.ts'
import { Window } from './app.tsx'

function draw(mirrored: Mirrored, page?: Page): string {
  const mirror = createMirrorStore()
  const ui = createUiStore()
  if (page !== undefined) ui.setState({ page })
  const actions = createActions(aBridge(), mirror, ui)
  return renderToStaticMarkup(<Window mirrored={mirrored} ui={ui.getState()} actions={actions} />)
}

const drawMirror = (mirror: Mirror, page?: Page) => draw({ connection: 'connected', mirror }, page)
const drawFixture = (name: MirrorName, page?: Page) => drawMirror(mirrorOf(name), page)

const buttons = (markup: string): string[] =>
  [...markup.matchAll(/<button[^>]*>(.*?)<\/button>/gs)].map((match) =>
    (match[1] ?? '').replaceAll(/<[^>]+>/g, '').trim(),
  )

describe('what is unknown', () => {
  test('never wears the colour or the word of health', () => {
    const mirror = mirrorOf('unknown')
    const blind = mirror.stacks.map((status) => ({
      ...status,
      incidents: [],
      engines: status.engines.filter((engine) => engine.home),
    }))
    const [beforeLegend] = drawMirror({ ...mirror, stacks: blind, timeline: [] }).split(
      'class="legend"',
    )
    expect(beforeLegend).toContain('verdict-unknown')
    expect(beforeLegend).not.toContain('tone-ok')
    expect(beforeLegend).not.toContain('All well')
  })

  test('is also what a lost connection makes of health', () => {
    const markup = draw({
      connection: 'failed',
      mirror: mirrorOf('all-well'),
      problem: 'Main is gone.',
    })
    expect(markup).toContain('verdict-unknown')
    expect(markup).not.toContain('verdict-ok')
    expect(markup).toContain('What is shown is old.')
  })

  test('is all there is before the first answer', () => {
    expect(draw({ connection: 'waiting', mirror: null })).toContain('Looking.')
    const failed = draw({ connection: 'failed', mirror: null, problem: 'No bridge.' })
    expect(failed).toContain('No bridge.')
    expect(failed).not.toContain('tone-ok')
  })
})

describe('buttons of an incident', () => {
  test('come from its plan', () => {
    expect(buttons(drawFixture('switched'))).toContain('Switch back')
    expect(buttons(drawFixture('desktop-stopped'))).toContain(
      'Start Docker Desktop and switch back',
    )
  })

  test('hold no remedy where there is no plan', () => {
    const mirror = mirrorOf('switched')
    const withoutPlan = mirror.stacks.map((status) => ({
      ...status,
      incidents: status.incidents.map((incident) => ({
        ...incident,
        remedy: { kind: 'none' as const },
      })),
    }))
    const pressable = buttons(drawMirror({ ...mirror, stacks: withoutPlan }))
    expect(pressable).not.toContain('Switch back')
    expect(pressable).toContain('Runbook')
  })

  test('end a snooze instead of beginning another', () => {
    const pressable = buttons(drawFixture('split-brain'))
    expect(pressable).toContain('End snooze')
  })
})

describe('the review', () => {
  const review = (proposal: PlanProposal | null) =>
    drawFixture('switched', {
      name: 'plan',
      stack: 'odin',
      from: 'overview',
      intent: { kind: 'switch-back' },
      proposal,
    })

  test('shows every step with its cause and every warning before Approve', () => {
    const markup = review({
      kind: 'plan',
      hash: 'b'.repeat(64),
      title: 'Switch back to desktop-linux',
      steps: [{ kind: 'SelectContext', what: 'set the context', cause: 'it is home' }],
      warnings: ['A compose command is running.'],
    })
    for (const words of ['Set the context', 'it is home', 'A compose command is running.']) {
      expect(markup.indexOf(words)).toBeGreaterThan(0)
      expect(markup.indexOf(words)).toBeLessThan(markup.indexOf('Approve'))
    }
  })

  test('of nothing to do, of a refusal, or of nothing yet cannot be approved', () => {
    const empty = { kind: 'plan', hash: 'c', title: 'Keep', steps: [], warnings: [] } as const
    const refusal = {
      kind: 'refusal',
      code: 'HOME_ENGINE_DOWN',
      sentence: 'The engine does not answer.',
      nextStep: 'Start it.',
      offer: {
        intent: { kind: 'switch-back', startDesktop: true },
        label: 'Start Docker Desktop and switch back',
      },
    } as const
    for (const proposal of [{ ...empty, steps: [], warnings: [] }, refusal, null]) {
      expect(review(proposal)).not.toContain('Approve')
    }
    expect(buttons(review(refusal))).toContain('Start Docker Desktop and switch back')
  })
})

describe('what needs care', () => {
  const careful = drawFixture('switched', {
    name: 'plan',
    stack: 'odin_lab',
    from: 'overview',
    intent: { kind: 'recover' },
    proposal: recoverPlan,
  })

  test('imports dashboards that were edited elsewhere only where that is chosen', () => {
    const draw = (proposal: PlanProposal, carryDashboards = false) =>
      drawFixture('switched', {
        ...{ name: 'plan', stack: 'odin_lab', from: 'overview', proposal },
        intent: { kind: 'recover', carryDashboards },
      })
    expect(careful).not.toContain('into Grafana at home')
    const offered = { ...recoverPlan, dashboards: { titles: ['GPU', 'Heat'], carried: false } }
    expect(draw(offered)).toContain('Import “GPU”, “Heat” into Grafana at home')
    expect(draw(offered)).not.toContain('checked=""')
    const carried = { ...offered, dashboards: { ...offered.dashboards, carried: true } }
    expect(draw(carried, true)).toContain('checked=""')
  })

  test('can have its configuration from elsewhere, where there is a choice', () => {
    expect(careful).toContain('Configuration from')
    expect(careful).toContain('Last good commit 4f1c2aa, Scrape the GPU exporter by its name')
    const draw = (proposal: PlanProposal) =>
      drawFixture('switched', {
        ...{ name: 'plan', stack: 'odin_lab', from: 'overview', intent: { kind: 'recover' } },
        proposal,
      })
    const { filesFrom: _, ...nothingDrifted } = recoverPlan
    expect(draw(nothingDrifted)).not.toContain('Configuration from')
    const [only] = recoverPlan.filesFrom?.choices ?? []
    const single = { chosen: 'accepted', choices: only ? [only] : [] }
    expect(draw({ ...recoverPlan, filesFrom: single })).not.toContain('Configuration from')
    // What was asked for elsewhere is told, also where nobody would offer it.
    const named = { chosen: 'git:main', choices: single.choices }
    expect(draw({ ...recoverPlan, filesFrom: named })).toContain('Commit main')
  })

  test('lists each of what a step only counts', () => {
    expect(careful).toContain('Stop 4 containers on default')
    expect(careful).toContain('<li>odin-loki-1, which is kept from starting by itself</li>')
  })

  test('is said yes to by a name that has to be typed, and never by Enter', () => {
    expect(careful).toMatch(/<button[^>]*disabled=""[^>]*>Carry out</)
    expect(buttons(careful)).not.toContain('Approve Enter')
    expect(careful).toContain('Stops 1 unit and 4 containers')
    expect(careful.indexOf('was not kept')).toBeLessThan(careful.indexOf('Kept first'))
  })

  test('waits in a banner until somebody has chosen, except while it goes on', () => {
    const mirror = { ...mirrorOf('all-well'), openOperations: [waitingRecovery] }
    expect(buttons(drawMirror(mirror))).toContain('Go on or roll back…')
    const choice = drawMirror(mirror, { name: 'open-operation', id: waitingRecovery.id })
    for (const way of ['Go on', 'Roll back', 'Leave as it is…']) {
      expect(buttons(choice)).toContain(way)
    }
    expect(buttons(choice)).not.toContain('Go on or roll back…')
    const operation = recoveryAt(3, 'running', '2026-11-23T12:00:00.000Z')
    expect(buttons(drawMirror({ ...mirror, operation }))).not.toContain('Go on or roll back…')
  })

  test('can only be left where nobody knows what was touched', () => {
    const lost = {
      ...waitingRecovery,
      ways: ['leave' as const],
      problem: 'The journal is damaged.',
    }
    const markup = drawMirror(
      { ...mirrorOf('all-well'), openOperations: [lost] },
      { name: 'open-operation', id: lost.id },
    )
    expect(buttons(markup)).not.toContain('Roll back')
    expect(markup).toContain('so it can only be left as it is.')
    expect(markup).toContain('Leave as it is')
    expect(buttons(drawMirror({ ...mirrorOf('all-well'), openOperations: [lost] }))).toContain(
      'Look…',
    )
    expect(markup).toContain('The journal is damaged.')
    expect(markup).toContain(lost.directory)
  })
})

test('what must be said everywhere stands above every page', () => {
  const pages: Page[] = [{ name: 'overview' }, { name: 'timeline' }]
  for (const page of pages) {
    const markup = drawFixture('two-stacks', page)
    expect(markup).toContain('DEMO')
    expect(markup).toContain('I am moving')
  }
  expect(drawFixture('desktop-stopped')).toContain('This desktop shows no tray icons.')
  expect(drawFixture('desktop-stopped')).toContain('Stay home')
})

test('what is said above is not said again inside the card', () => {
  const mirror = mirrorOf('switched')
  const status = mirror.stacks[0]
  const sentence = status?.sentence ?? ''
  const [, card = ''] = drawFixture('switched').split('<article')
  expect(sentence).not.toBe('')
  expect(card.split('</article>')[0]).not.toContain(sentence)
})

test('the page sets no inline style, which the content policy would drop', () => {
  const names: MirrorName[] = ['switched', 'split-brain', 'unknown', 'no-stack', 'two-stacks']
  for (const name of names) expect(drawFixture(name)).not.toMatch(/\sstyle=/)
})

test('no stack: adopting is offered, with what it will do', () => {
  const markup = drawFixture('no-stack')
  expect(buttons(markup)).toContain('Adopt the stack on desktop-linux')
  expect(markup).toContain('No container is started, stopped or changed.')
})
