// A Grafana stand-in in a thread of its own, so that only our side is measured on the main one.
import { parentPort, workerData } from 'node:worker_threads'
import { grafanaStandIn } from '../support/grafana-stand-in.ts'

const { dashboards, panels } = workerData as { dashboards: number; panels: number }
const points = 20
const series = 5

const frame = {
  schema: { fields: [{ type: 'time' }, { type: 'number', labels: { instance: 'a:9100' } }] },
  data: {
    values: [
      Array.from({ length: points }, (_, index) => 1_700_000_000_000 + index * 45_000),
      Array.from({ length: points }, (_, index) => index),
    ],
  },
}
const frames = Array.from({ length: series }, () => frame)

const grafana = await grafanaStandIn({
  datasources: [
    {
      uid: 'p',
      name: 'Prometheus',
      type: 'prometheus',
      url: 'http://127.0.0.1:9',
      isDefault: true,
    },
  ],
  dashboards: Array.from({ length: dashboards }, (_, number) => ({
    uid: `d${number}`,
    dashboard: {
      title: `Dashboard ${number}`,
      templating: {
        list: [
          { name: 'ds', type: 'datasource', query: 'prometheus' },
          { name: 'job', type: 'custom', query: 'node,gpu,docker', multi: true, includeAll: true },
        ],
      },
      panels: Array.from({ length: panels }, (_, id) => ({
        id,
        title: `Panel ${id}`,
        type: 'timeseries',
        datasource: { type: 'prometheus', uid: '${ds}' },
        targets: [
          { refId: 'A', expr: `sum by (instance) (rate(m${id}{job=~"$job"}[$__rate_interval]))` },
        ],
      })),
    },
  })),
  answerQuery: () => ({ status: 200, frames }),
})
parentPort?.on('message', () => parentPort?.postMessage(grafana.asked.splice(0).length))
parentPort?.postMessage(grafana.url)
