// Runs inside the lab's computer: one look at its ports, as JSON. Argument: the claims.
import { listenerWatcher } from '../../electron/observe/machine/listeners.ts'

const containersOf = () => JSON.parse(process.argv[2] ?? '[]')
const watching = listenerWatcher({ containersOf, everyMs: 3_600_000 })
watching.start((reading) => {
  process.stdout.write(JSON.stringify(reading))
  void watching.stop()
})
