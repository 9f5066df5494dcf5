import type { RawDatasource } from '../grafana-answers.ts'
import { expandText, type Variables } from './expand-variables.ts'

/** A datasource as queries need it. */
export type Source = {
  uid: string
  name: string
  type: string
  isDefault: boolean
  /** The scrape interval that it is told of, for example `15s`. */
  timeInterval?: string
}

export type FoundSource =
  | { kind: 'source'; source: Source }
  | { kind: 'mixed' }
  | { kind: 'expression' }
  /** Made by Grafana or of other panels: there is nothing to ask. */
  | { kind: 'built-in' }
  | { kind: 'missing'; name: string }

/** The datasource that is meant by its uid, by its name, by a variable, or by nothing at all. */
export function findSource(
  raw: RawDatasource,
  sources: readonly Source[],
  variables: Variables,
): FoundSource {
  const written = typeof raw === 'string' ? raw : (raw?.uid ?? '')
  const type = typeof raw === 'string' ? '' : (raw?.type ?? '')
  const wanted = expandText(written, variables, '')
  if (wanted === '-- Mixed --' || type === 'mixed') return { kind: 'mixed' }
  if (wanted === '__expr__' || type === '__expr__') return { kind: 'expression' }
  if (['-- Dashboard --', '-- Grafana --', 'grafana'].includes(wanted)) return { kind: 'built-in' }
  const isAnybody = wanted === '' || wanted === 'default'
  const source = isAnybody
    ? // Since Grafana 9 a reference may hold a type alone: then the default of that type is meant.
      (sources.find((one) => one.isDefault && (type === '' || one.type === type)) ??
      sources.find((one) => type !== '' && one.type === type))
    : (sources.find((one) => one.uid === wanted) ?? sources.find((one) => one.name === wanted))
  return source
    ? { kind: 'source', source }
    : { kind: 'missing', name: wanted || type || 'default' }
}
