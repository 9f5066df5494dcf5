import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ExporterSight, Exposition } from '../../../shared/domain/exporter-sight.ts'
import { type AnExporter, anExporter } from '../../../test/support/an-exporter.ts'
import { type Collected, collected } from '../../../test/support/collected.ts'
import type { Scraper } from '../../adapters/exposition/scrape.ts'
import { type ExporterWatchers, exporterWatchers } from './exporters.ts'

let exporter: AnExporter
let watchers: ExporterWatchers | undefined
let sights: Collected<readonly ExporterSight[]>

beforeEach(async () => {
  exporter = await anExporter('node_boot_time_seconds 7\n')
  sights = collected()
})
afterEach(async () => {
  await watchers?.stop()
  await exporter.shut()
})

const endpoint = (url: string, service = 'node') => ({
  project: 'odin',
  service,
  kind: 'node',
  url,
})

function watch(parts: Parameters<typeof exporterWatchers>[0]): ExporterWatchers {
  watchers = exporterWatchers({ everyMs: 3_600_000, settleMs: 5, ...parts })
  watchers.start(sights.add)
  return watchers
}

const statuses = (list: readonly ExporterSight[]) =>
  list.map(({ service, exposition }) =>
    exposition.status === 'known' ? service : `${service} ${exposition.failure.code}`,
  )
const showing = (...wanted: string[]) =>
  sights.until((list) => statuses(list).join() === wanted.join())

test('tells of each exporter by itself, with what is known of one that has gone', async () => {
  const page = await anExporter('<html>')
  const all = watch({})
  all.setEndpoints([endpoint(exporter.url), endpoint(page.url, 'web')])
  const [first] = await showing('node', 'web not-metrics')
  expect(first).toMatchObject({
    ...endpoint(exporter.url),
    exposition: { status: 'known', value: { samples: 1, machine: { bootTime: 7 } } },
  })
  await exporter.shut()
  await all.lookNow()
  const [gone] = await showing('node refused', 'web not-metrics')
  expect(gone?.exposition).toMatchObject({ lastKnown: { samples: 1 } })
  await page.shut()
})

test('looks at exporters that come, and forgets those that leave', async () => {
  const other = await anExporter()
  const all = watch({})
  all.setEndpoints([endpoint(exporter.url)])
  await showing('node')
  all.setEndpoints([endpoint(other.url, 'other')])
  await showing('other')
  const asked = exporter.asked
  await all.lookNow()
  expect(exporter.asked).toBe(asked)
  await other.shut()
})

test('asks again and again by itself', async () => {
  const all = watch({ everyMs: 20 })
  all.setEndpoints([endpoint(exporter.url)])
  await showing('node')
  exporter.say('<html>')
  await showing('node not-metrics')
  exporter.say('a 1\n')
  const before = sights.all.length
  await sights.until((list) => statuses(list).join() === 'node', before)
})

test('gives a scrape no longer than its interval', async () => {
  exporter.answer(() => {})
  const all = watch({ everyMs: 60, timeoutMs: 10_000 })
  all.setEndpoints([endpoint(exporter.url)])
  const [hanging] = await showing('node timeout')
  expect(hanging?.exposition).toMatchObject({
    failure: { message: `${exporter.url} did not answer within 0.06 s.` },
  })
})

const seen: Exposition = {
  ...{ format: 'text', samples: 1, sizeBytes: 4, tookMs: 1, machine: {}, gpus: [] },
}

/** Scrapes that end when they are told to, by URL. */
function heldScraper() {
  const held = new Map<string, PromiseWithResolvers<Exposition>>()
  const begun = collected<string>()
  const asking: Scraper = {
    async scrape(url) {
      const gate = Promise.withResolvers<Exposition>()
      held.set(url, gate)
      begun.add(url)
      return gate.promise
    },
    close() {},
  }
  return { asking, held, begun }
}

test('scrapes few at once, and lets nobody wait for those that do not answer', async () => {
  const { asking, held, begun } = heldScraper()
  const all = watch({ atOnce: 1, scraper: asking })
  all.setEndpoints([endpoint('http://dead', 'dead'), endpoint('http://well', 'well')])
  await begun.until((url) => url === 'http://dead')
  expect(begun.all).toEqual(['http://dead'])
  held.get('http://dead')?.reject(new Error('dead'))
  await begun.until((url) => url === 'http://well')
  held.get('http://well')?.resolve(seen)
  await showing('dead other', 'well')
  // The dead one hangs now, and the well one is scraped all the same.
  const from = begun.all.length
  const looking = all.lookNow()
  await begun.until((url) => url === 'http://dead', from)
  await begun.until((url) => url === 'http://well', from)
  held.get('http://well')?.resolve(seen)
  held.get('http://dead')?.resolve(seen)
  await looking
  await showing('dead', 'well')
})

test('tells of many scrapes at once', async () => {
  const scraper: Scraper = { scrape: async () => seen, close() {} }
  const all = watch({ scraper, settleMs: 50 })
  const many = Array.from({ length: 200 }, (_, i) => endpoint(`http://e${i}`, `e${i}`))
  all.setEndpoints(many)
  await sights.until(
    (list) => list.length === 200 && list.every(({ exposition }) => exposition.status === 'known'),
  )
  expect(sights.all.length).toBeLessThan(20)
})

test('is silent after its stop', async () => {
  const all = watch({ everyMs: 20 })
  all.setEndpoints([endpoint(exporter.url)])
  await showing('node')
  await all.stop()
  const before = sights.all.length
  await all.lookNow()
  all.setEndpoints([endpoint(exporter.url, 'late')])
  expect(sights.all.length).toBe(before)
})
