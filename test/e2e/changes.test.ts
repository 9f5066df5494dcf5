import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { FileChanges } from '../../shared/ipc/file-changes.ts'
import { textDifference } from '../../shared/text/text-difference.ts'
import { monitoringOf } from '../support/mirrors.ts'
import { eventually } from './eventually.ts'
import { openStage } from './stage.ts'

const screenshots = join(import.meta.dirname, 'screenshots')
const path = '/home/ada/odin/prometheus/prometheus.yml'

const before = `global:
  scrape_interval: 15s
scrape_configs:
  - job_name: node
    basic_auth:
      username: prometheus
      password: correct horse
    static_configs:
      - targets: [node-exporter:9100]
  - job_name: gpu
    static_configs:
      - targets: [nvidia-gpu-exporter:9835]
`
const after = before
  .replace('correct horse', 'battery staple')
  .replace('nvidia-gpu-exporter:9835', 'host.docker.internal:9836')
  .replace('15s', '5s')

const tell = (secret: string) => (secret === 'correct horse' ? '1a2b' : '9f03')
const drifted: FileChanges = {
  path,
  acceptedAt: '2026-11-17T10:14:32Z',
  files: [
    {
      path,
      change: 'changed',
      ...textDifference(path, before, after, tell),
      changedAt: '2026-11-20T09:41:27Z',
    },
  ],
  why: null,
}

test('Changes shows line by line what differs, without secrets, and accepts it', async () => {
  await mkdir(screenshots, { recursive: true })
  await using stage = await openStage()
  const page = await stage.page()
  await stage.app.evaluate((_, seen) => Object.assign(Reflect.get(globalThis, 'fakeGuard'), seen), {
    seen: { ...monitoringOf('crowded'), stack: 'odin_lab' },
    changes: drifted,
  })
  await stage.app.guard((guard) => guard.become('warned'))
  await page
    .getByRole('navigation')
    .getByRole('button', { name: /^Changes/ })
    .click()

  const lines = page.getByRole('figure', { name: `Changes in ${path}` })
  await lines.waitFor()
  // Number before, number now, sign, and the words for who cannot see the sign.
  const rows = await lines.getByRole('row').allTextContents()
  expect(rows).toContain('12−removed:       - targets: [nvidia-gpu-exporter:9835]')
  expect(rows).toContain('12+added:       - targets: [host.docker.internal:9836]')
  const text = await page.locator('body').innerText()
  expect(text).toContain('password: <secret 9f03>')
  expect(text).not.toMatch(/correct horse|battery staple/)
  // Of the other file the loop says why it tells nothing.
  await page
    .getByText(/is no file of odin_lab/)
    .first()
    .waitFor()

  for (const theme of ['light', 'dark'] as const) {
    await stage.app.evaluate(({ nativeTheme }, source) => {
      nativeTheme.themeSource = source
    }, theme)
    await page.waitForFunction(
      (dark) => matchMedia('(prefers-color-scheme: dark)').matches === dark,
      theme === 'dark',
    )
    await page.screenshot({ path: join(screenshots, `changes-diff-${theme}.png`) })
  }

  await page.getByRole('button', { name: 'Accept what is there…' }).click()
  await page.getByRole('button', { name: 'Accept', exact: true }).click()
  await eventually('it is accepted', async () => {
    const calls = await stage.app.guard((guard) => guard.calls)
    return calls.includes('accept odin_lab') || undefined
  })
})
