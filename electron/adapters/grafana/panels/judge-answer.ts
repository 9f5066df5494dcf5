import type { PanelState } from '../../../../shared/domain/grafana.ts'
import type { QueryResult } from '../grafana-answers.ts'

export type Judged = { state: PanelState; message: string }

/**
 * What a viewer of a panel sees of these answers: an error if one query failed, whatever the
 * others said; data if any of them holds a value.
 */
export function judgeAnswer(results: readonly (QueryResult | undefined)[]): Judged {
  const failed = results.find((one) => one?.error)
  if (failed?.error) return { state: 'error', message: firstLine(failed.error) }
  const refused = results.find((one) => (one?.status ?? 200) >= 400)
  if (refused) return { state: 'error', message: `A query was answered with ${refused.status}.` }
  if (results.some((one) => one && holdsData(one))) return { state: 'data', message: '' }
  if (results.includes(undefined))
    return { state: 'not-checked', message: 'Grafana left a query without an answer.' }
  return { state: 'no-data', message: 'Its queries return nothing.' }
}

/**
 * A value is whatever is not a time and not null. NaN and infinities cannot be written in JSON:
 * they stand as null and are listed in `entities`, and a panel shows them.
 */
function holdsData({ frames }: QueryResult): boolean {
  return (frames ?? []).some(({ schema, data }) => {
    const fields = schema?.fields ?? []
    const columns = data?.values ?? []
    return columns.some((column, index) => {
      if (column.length === 0) return false
      if (fields[index]?.type === 'time' && columns.length > 1) return false
      return column.some((value) => value !== null) || data?.entities?.[index] != null
    })
  })
}

const firstLine = (text: string): string => text.trim().split('\n')[0]?.slice(0, 300) ?? ''
