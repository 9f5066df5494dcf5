import { scraper } from '../../electron/adapters/exposition/scrape.ts'
import { exporterWatcher } from '../../electron/observe/programs/exporter.ts'
import { lane } from '../../electron/observe/programs/lane.ts'
import { anExporter } from '../support/an-exporter.ts'
import { watcherContract } from './watcher.contract.ts'

const rarelyMs = 3_600_000

const saying = (step: number) => `node_boot_time_seconds ${step}\n`

async function anExporterWorld(everyMs: number, isHinted: boolean) {
  const exporter = await anExporter(saying(7))
  const asking = scraper()
  let hint = () => {}
  const watching = exporterWatcher({
    url: exporter.url,
    scraper: asking,
    everyMs,
    timeoutMs: 5000,
    lanes: { well: lane(1), unwell: lane(1) },
    hints(again) {
      if (isHinted) hint = again
      return () => {
        hint = () => {}
      }
    },
  })
  return {
    watcher: watching,
    async change(step: number) {
      exporter.say(saying(step))
      hint()
    },
    shows: (seen: { machine: { bootTime?: number } }, step: number) =>
      seen.machine.bootTime === step,
    async spoil() {
      await exporter.shut()
      hint()
    },
    async mend() {
      await exporter.open()
      hint()
    },
    async close() {
      asking.close()
      await exporter.shut()
    },
  }
}

watcherContract('the exporter watcher, hinted', () => anExporterWorld(rarelyMs, true))
watcherContract('the exporter watcher, at its beat alone', () => anExporterWorld(40, false))
