import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { MonitoredLab } from './monitored.ts'

/** What was there before and during the incident, to be asked for after it. */
export type Incident = {
  /** Everything is as it was before, and nothing of either engine is lost. */
  expectUndone(): Promise<void>
  /** The configuration that was there in the incident is kept in the directory of the operation. */
  expectKept(directory: string | undefined): Promise<void>
}

type Times = { from: number; to: number }

const units = ['node_exporter.service', 'nvidia_gpu_exporter.service']

/**
 * From a stack that works at home: the context is switched, the stack runs on the wrong engine with
 * changed configuration, exporters run as units on its ports. Both engines have recorded samples.
 */
export async function theIncident(lab: MonitoredLab): Promise<Incident> {
  const configuration = join(lab.lab.stackDirectory, 'prometheus.yml')
  const running = await namesOn(lab, 'desktop-linux')
  const files = await textsIn(lab.lab.stackDirectory)
  const atHome = await recorded(lab, Date.now())
  await lab.lab.docker(['context', 'use', 'default'])
  await lab.bringDown('desktop-linux')
  await lab.systemd.systemctl('start', ...units)
  await lab.edit('prometheus.yml', (text) =>
    text.replace('host.docker.internal:9182', '172.17.0.1:9182'),
  )
  const wrong = await readFile(configuration, 'utf8')
  const refused = (await lab.bringUp('native')).map(({ stderr }) => stderr).join('')
  expect(refused).toMatch(/listen tcp4 0\.0\.0\.0:(9100|9835): bind: address already in use/)
  const away = await recorded(lab, atHome.to + 1)
  const strays = await namesOn(lab, 'native')
  expect(strays.length).toBeGreaterThan(5)
  const volumes = await volumesOnBoth(lab)

  return {
    async expectUndone() {
      for (const { counts, ...times } of [atHome, away]) {
        const now = await samplesOf(lab, times)
        for (const [instance, count] of counts)
          expect(now.get(instance), instance).toBeGreaterThanOrEqual(count)
      }
      const context = await lab.lab.docker(['context', 'show'])
      expect(context.stdout.trim()).toBe('desktop-linux')
      expect(await namesOn(lab, 'desktop-linux')).toEqual(running)
      expect(await namesOn(lab, 'native')).toEqual([])
      expect(await namesOn(lab, 'native', '-a')).toEqual(expect.arrayContaining(strays))
      const after = await volumesOnBoth(lab)
      for (const [index, before] of volumes.entries())
        expect(after[index]).toEqual(expect.arrayContaining(before))
      for (const unit of units) {
        const state = await lab.systemd.systemctl('show', '-p', 'ActiveState', '--value', unit)
        expect(state.trim(), unit).toBe('inactive')
      }
      expect(await textsIn(lab.lab.stackDirectory)).toEqual(files)
    },
    async expectKept(directory = 'no directory was told') {
      expect([...(await textsIn(directory)).values()]).toContain(wrong)
    },
  }
}

async function namesOn(lab: MonitoredLab, context: string, ...more: string[]): Promise<string[]> {
  const args = ['--context', context, 'ps', '--format', '{{.Names}}', ...more]
  return (await lab.lab.docker(args)).stdout.split('\n').filter(Boolean).sort()
}

const volumesOnBoth = (lab: MonitoredLab): Promise<string[][]> =>
  Promise.all(
    ['desktop-linux', 'native'].map(async (context) => {
      const { stdout } = await lab.lab.docker(['--context', context, 'volume', 'ls', '-q'])
      return stdout.split('\n').filter(Boolean)
    }),
  )

/** What stands in each file, by its path. */
async function textsIn(directory: string): Promise<Map<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const paths = entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name))
  const texts = paths.map(async (path) => [path, await readFile(path, 'utf8')] as const)
  return new Map(await Promise.all(texts))
}

/** Samples of each target that the published Prometheus has of a time, both ends within. */
async function samplesOf(lab: MonitoredLab, { from, to }: Times): Promise<Map<string, number>> {
  const query = `count_over_time(up[${to - from}ms])`
  const asked = new URLSearchParams({ query, time: (to / 1000).toFixed(3) })
  const answer = JSON.parse(await lab.get(`http://127.0.0.1:9090/api/v1/query?${asked}`)) as {
    data: { result: { metric: { instance: string }; value: [number, string] }[] }
  }
  return new Map(answer.data.result.map((one) => [one.metric.instance, Number(one.value[1])]))
}

/** Until the published Prometheus has samples of every target. */
async function recorded(lab: MonitoredLab, from: number) {
  for (;;) {
    const to = Date.now()
    const counts = await samplesOf(lab, { from, to }).catch(() => new Map<string, number>())
    if (counts.size >= 11 && [...counts.values()].every((count) => count >= 2))
      return { from, to, counts }
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}
