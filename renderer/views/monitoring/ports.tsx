import { useState } from 'react'
import { FactsTable } from '../../components/instruments/facts-table.tsx'
import { FilterField } from '../../components/instruments/filter-field.tsx'
import { OwnerIcon } from '../../components/instruments/owner-icon.tsx'
import { Readout } from '../../components/readout.tsx'
import { diskRows, fileRows, machineFacts } from '../../store/monitoring/machine-rows.ts'
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
  const disks = heard(diskRows(view, now), connected)
  const files = heard(fileRows(view, now), connected)
  const [shown, shownUnits, shownDisks, shownFiles] = [
    matching(ports, filter),
    matching(units, filter),
    matching(disks, filter),
    matching(files, filter),
  ]
  const facts = machineFacts(view, now)
  const conflicts = ports.filter(({ state }) => state === 'critical').length
  return (
    <div className="watched">
      <Blind
        failures={['ports', 'systemd units', 'the machine', 'files'].map((source) =>
          blindTo(view, source),
        )}
      />
      {facts.length > 0 && (
        <dl className="machine">
          {facts.map(([label, value]) => (
            <Readout key={label} label={label}>
              <span className="value">{value}</span>
            </Readout>
          ))}
        </dl>
      )}
      <FilterField
        value={filter}
        shown={shown.length + shownUnits.length + shownDisks.length + shownFiles.length}
        total={ports.length + units.length + disks.length + files.length}
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
      <FactsTable
        title="Disks"
        summary={disks.length === 0 ? '' : shareWords(disks, 'have room')}
        columns={[
          { label: 'Disk', width: 'middle', code: true },
          { label: 'Free', width: 'middle' },
          { label: 'Fills', width: 'long' },
          { label: 'Holds', width: 'middle', code: true },
        ]}
        rows={shownDisks}
        empty="No data directory of the stack is on a disk that can be seen."
      />
      <FactsTable
        title="Files watched"
        summary={files.length === 0 ? '' : shareWords(files, 'are there')}
        columns={[
          { label: 'File', width: 'long', code: true },
          { label: 'Is', width: 'short' },
          { label: 'Size', width: 'short' },
          { label: 'Changed', width: 'short' },
        ]}
        rows={shownFiles}
        empty="No file of the stack is known on this machine."
      />
    </div>
  )
}
