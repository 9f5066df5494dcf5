import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type HostProgram,
  startAlertmanager,
  startProgram,
  startPrometheus,
} from '../lab/host-programs.ts'
import { labPossible } from '../lab/possible.ts'
import { setUp } from '../lab/set-up.ts'
import { aGpuMachine, fixtureCards } from '../support/a-gpu-machine.ts'
import { grafanaStandIn } from '../support/grafana-stand-in.ts'
import { lokiStandIn } from '../support/loki-stand-in.ts'
import { webServer } from '../support/web-server.ts'
import { idleOf } from './idle.ts'
import type { Measured } from './report.ts'
import { startWatching, worldOf } from './watching.ts'

/** The longest that a finding of these sources is held before it fires, and some. */
const settleSeconds = 45

/**
 * What `watch` costs with every source on: a real Prometheus, Alertmanager and node exporter
 * (asked in the place of every exporter of the stack), stand-ins for Grafana, Loki, Alloy and
 * nvidia-smi with four cards.
 */
export async function measureIdleMonitoring(): Promise<Measured[]> {
  const possible = await labPossible()
  if (!possible.ok) {
    console.log(`The whole watch was not measured: ${possible.why}. ${possible.how}.`)
    return []
  }
  const parts = await setUp()
  const directory = await mkdtemp(join(tmpdir(), 'odin-bench-'))
  const running: HostProgram[] = []
  const begin = async (starting: Promise<HostProgram>) => {
    const program = await starting
    running.push(program)
    return `http://${program.address}`
  }
  const world = await worldOf(14)
  const [grafana, loki, alloy, gpus] = await Promise.all([
    grafanaStandIn(),
    lokiStandIn(),
    webServer((_, response) => void response.end('ready')),
    aGpuMachine({ cards: fixtureCards() }),
  ])
  try {
    const node = await begin(
      startProgram(parts, 'prometheus-node-exporter', (address) => [
        `--web.listen-address=${address}`,
      ]),
    )
    const target = node.slice('http://'.length)
    await writeFile(
      join(directory, 'prometheus.yml'),
      `scrape_configs: [{job_name: node, static_configs: [{targets: ['${target}']}]}]`,
    )
    await writeFile(
      join(directory, 'alertmanager.yml'),
      'route: {receiver: none}\nreceivers: [{name: none}]\n',
    )
    const prometheus = await begin(startPrometheus(parts, directory))
    const alertmanager = await begin(startAlertmanager(parts, directory))
    const urls: Record<string, string> = {
      ...{ prometheus, alertmanager, grafana: grafana.url, loki: loki.url, alloy: alloy.url },
    }
    for (const { spec } of world.desktop.containers) {
      const service = spec.labels['com.docker.compose.service'] ?? ''
      if (/exporter|cadvisor|pushgateway/.test(service)) urls[service] = `${node}/metrics`
    }
    const stackFile = join(world.homeDirectory, '.config/odin-sentinel/stack.yaml')
    await appendFile(stackFile, `\nmonitoring:\n  urls: ${JSON.stringify(urls)}\n`)
    const env = { ...world.env, PATH: `${gpus.env['PATH']}:${process.env['PATH']}` }
    const idle = await idleOf(startWatching(env, []), settleSeconds)
    return [
      {
        what: 'idle CPU of watch, every source on',
        ours: idle.cpuPercent,
        unit: '% of a core',
        claim: { atMost: 1, of: 'ours' },
      },
      {
        what: 'memory of watch, every source on',
        ours: idle.memory,
        unit: 'MiB',
        claim: { atMost: 120, of: 'ours' },
      },
    ]
  } finally {
    await Promise.all(running.map((program) => program.stop()))
    await Promise.all([grafana, loki, alloy].map((one) => one.stop()))
    await Promise.all([gpus.close(), world.close()])
    await rm(directory, { recursive: true, force: true })
  }
}
