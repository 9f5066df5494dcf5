import { useState } from 'react'
import { FactsTable } from '../../components/instruments/facts-table.tsx'
import { FilterField } from '../../components/instruments/filter-field.tsx'
import { OwnerIcon } from '../../components/instruments/owner-icon.tsx'
import {
  blindTo,
  heard,
  matching,
  portFacts,
  shareWords,
  unitRows,
} from '../../store/monitoring/rows.ts'
import { countWords } from '../../store/wording.ts'
import { useNow } from '../use-now.ts'
import { Blind } from './blind.tsx'
import type { WatchedProps } from './watched-props.ts'

const ownerColumn = 2

export function Ports({ view, connected }: WatchedProps) {
  const [filter, setFilter] = useState('')
  const now = useNow(10)
  const ports = heard(portFacts(view, now), connected)
  const units = heard(unitRows(view), connected)
  const shown = matching(ports, filter)
  const shownUnits = matching(units, filter)
  const conflicts = ports.filter(({ state }) => state === 'critical').length
  return (
    <div className="watched">
      <Blind failures={[blindTo(view, 'ports'), blindTo(view, 'systemd units')]} />
      <FilterField
        value={filter}
        shown={shown.length + shownUnits.length}
        total={ports.length + units.length}
        onChange={setFilter}
      />
      <FactsTable
        title="Ports"
        summary={
          conflicts > 0 ? countWords(conflicts, 'conflict') : shareWords(ports, 'are as wanted')
        }
        columns={[
          { label: 'Port', width: 'short', code: true },
          { label: 'Wanted by', width: 'middle' },
          { label: 'Held by', width: 'long' },
          { label: 'Addresses', width: 'middle', code: true },
          { label: 'Since', width: 'short' },
        ]}
        rows={shown}
        empty="The stack publishes no port, and no unit of it listens on one."
        before={(row, column) => column === ownerColumn && <OwnerIcon kind={row.owner} />}
      />
      <FactsTable
        title="Units"
        summary={units.length === 0 ? '' : shareWords(units, 'run')}
        columns={[
          { label: 'Unit', width: 'middle', code: true },
          { label: 'Is', width: 'short' },
          { label: 'Starts', width: 'short' },
          { label: 'Ports', width: 'short', code: true },
          { label: 'What it is', width: 'long' },
        ]}
        rows={shownUnits}
        empty="No systemd unit does, or could do, the work of a service."
      />
    </div>
  )
}
