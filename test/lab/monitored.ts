import type { ChildProcess } from 'node:child_process'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { aGpuMachine, fixtureCards } from '../support/a-gpu-machine.ts'
import { composeFiles, type Lab, startLab } from './engines.ts'
import { hostAddress } from './machine.ts'
import type { Outcome } from './run.ts'
import { setUp } from './set-up.ts'
import type { Shown } from './shown-stand-ins.ts'
import { type SystemdMachine, startSystemd } from './systemd-machine.ts'

/** The lab with everything that Sentinel looks at beyond the containers. */
export type MonitoredLab = {
  lab: Lab
  systemd: SystemdMachine
  /** For our command line: where the card and the units are. */
  env: Readonly<Record<string, string>>
  /** What the compose files want to know of the environment they are brought up from. */
  behind: Readonly<Record<string, string>>
  /** Changes the address in Grafana's datasource. */
  pointGrafanaTo(url: string): Promise<void>
  /** A file of the stack, written where it stands, as an editor in a container's mount must. */
  edit(file: string, change: (text: string) => string): Promise<void>
  /** Where samples are waited for. To be called before the stack comes up. */
  scrapeOften(): Promise<void>
  /** `up` for one file of the stack, whatever becomes of it. */
  up(context: string, file: string, ...services: readonly string[]): Promise<Outcome>
  bringUp(context: string): Promise<Outcome[]>
  bringDown(context: string): Promise<void>
  /** Adopts what runs, keeps Grafana's token, and has everything looked at often. */
  adopt(): Promise<void>
  /** A program on the lab's computer that asks, through published ports as a user would. */
  get(url: string): Promise<string>
  close(): Promise<void>
}

const token = 'glsa_of_the_lab'
const grafanaPort = 13_000
const lokiPort = 13_100

/** How Grafana's datasource names the Prometheus of the stack. */
export const prometheusAtHome = 'http://prometheus:9090'

const prometheusSource = {
  uid: 'prometheus',
  name: 'Prometheus',
  type: 'prometheus',
  isDefault: true,
}

const panel = (id: number, title: string, expr: string) => ({
  ...{ id, title, type: 'timeseries', datasource: { type: 'prometheus', uid: 'prometheus' } },
  targets: [{ refId: 'A', expr, datasource: { type: 'prometheus', uid: 'prometheus' } }],
})

const dashboards = [
  {
    uid: 'host',
    dashboard: {
      title: 'Host',
      panels: [panel(1, 'Load', 'node_load1{job="host"}'), panel(2, 'Up', 'up{job="host"}')],
    },
  },
  {
    uid: 'gpu',
    dashboard: {
      title: 'GPU',
      panels: [panel(1, 'Utilisation', 'nvidia_smi_utilization_gpu_ratio')],
    },
  },
]

/** Exporters as people install them beside the containers. The second one is a stand-in. */
const units = {
  'node_exporter.service': unit('Node exporter', '/usr/local/bin/node_exporter'),
  'nvidia_gpu_exporter.service': unit(
    'GPU exporter (stand-in)',
    '/usr/local/bin/busybox httpd -f -p 9835 -h /usr/local/bin',
  ),
}

function unit(description: string, command: string): string {
  return `[Unit]\nDescription=${description}\n[Service]\nExecStart=${command}\n`
}

/** The stack is up at home, with a real node exporter on the computer itself, at port 9182. */
export async function startMonitoredLab(): Promise<MonitoredLab> {
  await using begun = new AsyncDisposableStack()
  const lab = await startLab()
  begun.defer(() => lab.close())
  const tools = (await setUp()).programs[1] ?? ''
  const systemd = await startSystemd(units, {
    on: lab.machine,
    programs: {
      node_exporter: join(tools, 'prometheus-node-exporter'),
      busybox: join(tools, 'busybox'),
      metrics: await gpuExposition(lab),
    },
  })
  begun.defer(() => systemd.close())
  const oneCard = fixtureCards().slice(0, 1)
  const gpus = await aGpuMachine({ cards: oneCard.map((card) => ({ ...card, count: '1' })) })
  begun.defer(() => gpus.close())
  const begin = (name: string, command: readonly string[]): Promise<ChildProcess> =>
    lab.machine.start('host', command, join(lab.directory, `${name}.log`))
  await begin('host-exporter', [
    join(tools, 'prometheus-node-exporter'),
    '--web.listen-address=:9182',
  ])
  const datasourcesFile = join(lab.directory, 'datasources.json')
  const pointGrafanaTo = async (url: string) => {
    await writeFile(`${datasourcesFile}.new`, JSON.stringify([{ ...prometheusSource, url }]))
    await rename(`${datasourcesFile}.new`, datasourcesFile)
  }
  await pointGrafanaTo(prometheusAtHome)
  await begin('stand-ins', [
    ...[process.execPath, join(import.meta.dirname, 'shown-stand-ins.ts')],
    JSON.stringify({
      ...{ address: hostAddress, grafanaPort, lokiPort, token, dashboards },
      datasourcesFile,
      engines: [lab.native.socket, lab.desktop.socket],
      grafanaContainer: 'odin-grafana-1',
    } satisfies Shown),
  ])
  const env = {
    ...lab.env,
    PATH: `${gpus.env['PATH']?.split(':')[0]}:${lab.env['PATH']}`,
    DBUS_SYSTEM_BUS_ADDRESS: systemd.busAddress,
  }
  const behind = {
    GRAFANA_BEHIND: `${hostAddress} ${grafanaPort}`,
    LOKI_BEHIND: `${hostAddress} ${lokiPort}`,
  }
  const compose = (context: string, args: readonly string[]) =>
    lab.compose(context, args, { env: behind, anyExitCode: true })
  const up: MonitoredLab['up'] = (context, file, ...services) =>
    compose(context, ['-f', file, 'up', '-d', ...services])

  const edit: MonitoredLab['edit'] = async (file, change) => {
    const path = join(lab.stackDirectory, file)
    await writeFile(path, change(await readFile(path, 'utf8')))
  }
  const held = begun.move()
  return {
    ...{ lab, systemd, env, behind, edit, up, pointGrafanaTo },
    scrapeOften: () =>
      edit('prometheus.yml', (text) => text.replace('scrape_interval: 5s', 'scrape_interval: 2s')),
    async bringUp(context) {
      const outcomes: Outcome[] = []
      for (const file of composeFiles) outcomes.push(await up(context, file))
      return outcomes
    },
    async bringDown(context) {
      for (const file of composeFiles.toReversed())
        await compose(context, ['-f', file, 'down', '-t', '1'])
    },
    async adopt() {
      const said = await inTerminal(lab, env, ['adopt', '--json'])
      const { file } = JSON.parse(said.stdout) as { file: string }
      const stack = parse(await readFile(file, 'utf8')) as object
      const everySeconds = { exporters: 3, programs: 3, dashboards: 6, gpus: 5 }
      await writeFile(`${file}.new`, stringify({ ...stack, monitoring: { everySeconds } }))
      await rename(`${file}.new`, file)
      await inTerminal(lab, env, ['token', 'grafana'], `${token}\n`)
    },
    async get(url) {
      const ask = ['busybox', 'wget', '-q', '-T', '20', '-O', '-', url]
      return (await lab.machine.run('host', ask, { env })).stdout
    },
    close: () => held.disposeAsync(),
  }
}

async function inTerminal(
  lab: Lab,
  env: Readonly<Record<string, string>>,
  args: readonly string[],
  input = '',
): Promise<Outcome> {
  const cli = join(import.meta.dirname, '../../electron/cli.ts')
  const cwd = join(import.meta.dirname, '../..')
  return lab.machine.run('terminal', [process.execPath, cli, ...args], { env, cwd, input })
}

async function gpuExposition(lab: Lab): Promise<string> {
  const file = join(lab.directory, 'gpu-metrics')
  await writeFile(file, 'nvidia_smi_utilization_gpu_ratio{uuid="2d2a2f3c"} 0.12\n')
  return file
}
