// A process of its own, forked by the bench: our exporter watchers, and nothing beside them.
import { exporterWatchers } from '../../electron/observe/programs/exporters.ts'

export type WatchedReport = { known: number; samples: number }

let report: WatchedReport = { known: 0, samples: 0 }
const watchers = exporterWatchers({ everyMs: Number(process.argv[2]) })
watchers.start((sights) => {
  const known = sights.flatMap(({ exposition }) =>
    exposition.status === 'known' ? [exposition.value.samples] : [],
  )
  report = { known: known.length, samples: known.reduce((sum, one) => sum + one, 0) }
})
process.on('message', (message: { urls: string[] } | 'report') => {
  if (message === 'report') process.send?.(report)
  else
    watchers.setEndpoints(
      message.urls.map((url, i) => ({ project: 'bench', service: `e${i}`, kind: 'node', url })),
    )
})
process.on('disconnect', () => process.exit())
