// npm run bench [switch|die|idle|start-up|tray|exposition|dashboards …]: measures, prints a table and a line of JSON.
import { measureBackup } from './backup.ts'
import { measureDashboards } from './dashboards.ts'
import { measureDie } from './die.ts'
import { measureExposition } from './exposition.ts'
import { measureIdle } from './idle.ts'
import { measureIdleMonitoring } from './idle-monitoring.ts'
import { measureRecover } from './recover.ts'
import { type Measured, printReport, verdictOf } from './report.ts'
import { measureStartUp } from './start-up.ts'
import { measureSwitch } from './switch.ts'
import { measureTray } from './tray.ts'

const benches: Record<string, () => Promise<Measured[]>> = {
  switch: measureSwitch,
  die: measureDie,
  idle: measureIdle,
  monitoring: measureIdleMonitoring,
  'start-up': measureStartUp,
  tray: measureTray,
  exposition: measureExposition,
  dashboards: measureDashboards,
  backup: measureBackup,
  recover: measureRecover,
}

const wanted = process.argv.slice(2)
const strangers = wanted.filter((name) => !(name in benches))
if (strangers.length > 0) {
  console.error(
    `No such bench: ${strangers.join(', ')}. There are ${Object.keys(benches).join(', ')}.`,
  )
  process.exit(3)
}

const all: Measured[] = []
for (const [name, measure] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  console.log(`measuring ${name} …`)
  all.push(...(await measure()))
}
printReport(all)
process.exitCode = all.some((one) => verdictOf(one) === 'FAILS') ? 1 : 0
