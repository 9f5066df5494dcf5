import { useState } from 'react'
import type { MonitoringPart } from '../../../shared/ipc/status.ts'
import { Chain, type ChainLink } from '../../components/instruments/chain.tsx'
import { FactsTable } from '../../components/instruments/facts-table.tsx'
import { FilterField } from '../../components/instruments/filter-field.tsx'
import { VerdictBar } from '../../components/verdict-bar.tsx'
import {
  dashboardRows,
  dashboardsWords,
  datasourceRows,
  exporterRows,
  heard,
  linkStates,
  linkWords,
  matching,
  programRows,
  shareWords,
  stageWords,
  targetRows,
} from '../../store/monitoring/rows.ts'
import { healthWords } from '../../store/wording.ts'
import { useNow } from '../use-now.ts'
import type { WatchedProps } from './watched-props.ts'

const countOf = (part: MonitoringPart, stage: string): string => {
  const shares: Record<string, { working: number; total: number }> = {
    exporter: part.counts.exporters,
    target: part.counts.targets,
    datasource: part.counts.datasources,
    dashboard: part.counts.dashboards,
  }
  const share = shares[stage]
  return share === undefined || share.total === 0 ? '' : `${share.working} of ${share.total}`
}

const linksOf = (part: MonitoringPart, connected: boolean): ChainLink[] =>
  part.chain.map(({ stage, state, sentence }) => {
    const known = connected || state !== 'works' ? state : 'cannot-tell'
    return {
      stage,
      name: stageWords[stage],
      state: linkStates[known],
      word: linkWords[known],
      sentence,
      count: countOf(part, stage),
    }
  })

function ChainInView({ part, connected }: { part: MonitoringPart; connected: boolean }) {
  const [chosen, choose] = useState<string>()
  const firstBroken = part.chain.find(({ state }) => state === 'broken')?.stage
  const first = firstBroken ?? part.chain.find(({ state }) => state === 'cannot-tell')?.stage
  return (
    <Chain
      links={linksOf(part, connected)}
      chosen={chosen ?? first}
      firstBroken={firstBroken}
      onChoose={choose}
    />
  )
}

const tables = [
  {
    title: 'Exporters',
    rows: exporterRows,
    verb: 'work',
    empty: 'The stack has no exporter that we know of.',
    columns: [
      { label: 'Service', width: 'middle' },
      { label: 'Kind', width: 'short' },
      { label: 'Asked at', width: 'middle', code: true },
      { label: 'What it said', width: 'long' },
    ],
  },
  {
    title: 'Targets',
    rows: targetRows,
    verb: 'are up',
    empty: 'No Prometheus of the stack tells its targets.',
    columns: [
      { label: 'Job', width: 'middle' },
      { label: 'Instance', width: 'middle', code: true },
      { label: 'Newest sample', width: 'short' },
      { label: 'Error or address', width: 'long' },
    ],
  },
  {
    title: 'Datasources',
    rows: datasourceRows,
    verb: 'work',
    empty: 'No Grafana of the stack tells its datasources.',
    columns: [
      { label: 'Name', width: 'middle' },
      { label: 'Type', width: 'short' },
      { label: 'What Grafana said', width: 'long' },
    ],
  },
  {
    title: 'Dashboards',
    rows: dashboardRows,
    verb: 'show data',
    empty: 'No dashboards are seen. With a token of Grafana they are.',
    columns: [
      { label: 'Title', width: 'middle' },
      { label: 'Folder', width: 'short' },
      { label: 'Panels with data', width: 'short' },
      { label: 'Panels without', width: 'long' },
    ],
  },
  {
    title: 'Programs',
    rows: programRows,
    verb: 'work',
    empty: 'The stack has no monitoring program that we know of.',
    columns: [
      { label: 'Role', width: 'short' },
      { label: 'Service', width: 'middle' },
      { label: 'Asked at', width: 'middle', code: true },
      { label: 'What it said', width: 'long' },
    ],
  },
] as const

export function Monitoring({ view, status, connected }: WatchedProps) {
  const [filter, setFilter] = useState('')
  const now = useNow(10)
  const part = status.monitoring
  const health = connected && part !== undefined ? part.health : 'unknown'
  const drawn = tables.map((table) => {
    const all = heard(table.rows(view, now), connected)
    return { ...table, all, shown: matching(all, filter) }
  })
  const sum = (of: 'all' | 'shown') => drawn.reduce((total, table) => total + table[of].length, 0)
  return (
    <div className="watched">
      <VerdictBar
        health={health}
        word={healthWords[health]}
        sentence={part?.sentence ?? 'Whether monitoring works cannot be told yet.'}
      />
      {part !== undefined && <ChainInView part={part} connected={connected} />}
      <FilterField value={filter} shown={sum('shown')} total={sum('all')} onChange={setFilter} />
      {drawn
        .filter(({ shown }) => filter === '' || shown.length > 0)
        .map((table) => (
          <FactsTable
            key={table.title}
            title={table.title}
            summary={
              table.title === 'Dashboards'
                ? dashboardsWords(view, now)
                : table.all.length === 0
                  ? ''
                  : shareWords(table.all, table.verb)
            }
            columns={table.columns}
            rows={table.shown}
            empty={table.empty}
          />
        ))}
      {filter !== '' && sum('shown') === 0 && <p className="aside">Nothing matches “{filter}”.</p>}
    </div>
  )
}
