import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type HostProgram, startProgram } from '../lab/host-programs.ts'
import { labPossible } from '../lab/possible.ts'
import { setUp } from '../lab/set-up.ts'
import { grafanaStandIn } from '../support/grafana-stand-in.ts'
import { lokiStandIn } from '../support/loki-stand-in.ts'
import { idleOf } from './idle.ts'
import type { Measured } from './report.ts'
import { startWatching, worldOf } from './watching.ts'

/**
 * What `watch` costs with every source on: a real Prometheus, Alertmanager and node exporter
 * (asked in the place of every exporter of the stack), stand-ins for Grafana and Loki.
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
  const begin = async (...args: Parameters<typeof startProgram>) => {
    const program = await startProgram(...args)
    running.push(program)
    return `http://${program.address}`
  }
  const world = await worldOf(14)
  const [grafana, loki] = await Promise.all([grafanaStandIn(), lokiStandIn()])
  try {
    const node = await begin(parts, 'prometheus-node-exporter', (address) => [
      `--web.listen-address=${address}`,
    ])
    const config = join(directory, 'prometheus.yml')
    const target = node.slice('http://'.length)
    await writeFile(
      config,
      `scrape_configs: [{job_name: node, static_configs: [{targets: ['${target}']}]}]`,
    )
    const prometheus = await begin(
      parts,
      'prometheus',
      (address) => [
        `--config.file=${config}`,
        `--web.listen-address=${address}`,
        `--storage.tsdb.path=${join(directory, 'tsdb')}`,
      ],
      '/-/ready',
    )
    const urls: Record<string, string> = { prometheus, grafana: grafana.url, loki: loki.url }
    for (const { spec } of world.desktop.containers) {
      const service = spec.labels['com.docker.compose.service'] ?? ''
      if (/exporter|cadvisor|pushgateway/.test(service)) urls[service] = `${node}/metrics`
    }
    const stackFile = join(world.homeDirectory, '.config/odin-sentinel/stack.yaml')
    await appendFile(stackFile, `\nmonitoring:\n  urls: ${JSON.stringify(urls)}\n`)
    const idle = await idleOf(startWatching(world.env, []))
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
    await Promise.all([grafana.stop(), loki.stop(), world.close()])
    await rm(directory, { recursive: true, force: true })
  }
}
