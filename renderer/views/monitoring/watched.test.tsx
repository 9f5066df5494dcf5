import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { aBridge } from '../../../test/support/fake-bridge.ts'
import { type MirrorName, mirrorOf, monitoringOf } from '../../../test/support/mirrors.ts'
import { createActions } from '../../store/actions.ts'
import { createMirrorStore, type Mirrored } from '../../store/mirror.ts'
import { createUiStore, type Ui } from '../../store/ui.ts'
import { Window } from '../app.tsx'
import type { WatchedTab } from './watched.tsx'

const pages: readonly WatchedTab[] = ['monitoring', 'gpus', 'ports', 'changes']

/** The page alone, without header and banners. */
function draw(
  name: WatchedTab,
  view: Parameters<typeof monitoringOf>[0] | null | undefined,
  of: { mirror?: MirrorName; lost?: boolean } = {},
): string {
  const ui = createUiStore()
  const mirror = mirrorOf(of.mirror ?? 'monitoring-works')
  const mirrored: Mirrored = of.lost
    ? { connection: 'failed', mirror, problem: 'Main is gone.' }
    : { connection: 'connected', mirror }
  const state: Ui = {
    ...ui.getState(),
    page: { name },
    monitoring:
      view === undefined
        ? null
        : { stack: 'odin', view: view === null ? null : monitoringOf(view) },
  }
  const actions = createActions(aBridge(), createMirrorStore(), ui)
  const markup = renderToStaticMarkup(<Window mirrored={mirrored} ui={state} actions={actions} />)
  return markup.slice(markup.indexOf('<main'))
}

const praise = ['tone-ok', 'verdict-ok', 'chain-ok', 'facts-row-ok', 'gpu-ok']

describe.each(pages)('%s', (page) => {
  test.each([
    ['before the answer', draw(page, undefined)],
    ['where nobody looks', draw(page, null)],
    ['where nothing can be seen', draw(page, 'unknown', { mirror: 'all-well' })],
    ['when main is not heard', draw(page, 'well', { lost: true })],
  ])('has nothing green %s', (_when, markup) => {
    for (const word of praise) expect(markup).not.toContain(word)
  })

  test('sets no inline style, which the content policy would drop', () => {
    expect(draw(page, 'crowded', { mirror: 'monitoring-broken' })).not.toMatch(/\sstyle=/)
  })
})

test('the first broken link is told with its sentence', () => {
  const markup = draw('monitoring', 'crowded', { mirror: 'monitoring-broken' })
  expect(markup).toContain('Exporters, the first broken link')
  expect(markup).toContain('because unit nvidia_gpu_exporter.service holds its port 9835.')
})
