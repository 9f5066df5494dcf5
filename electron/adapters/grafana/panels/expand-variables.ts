/** What a dashboard variable stands for now. */
export type VariableValue = {
  values: readonly string[]
  texts: readonly string[]
  /** It may have several values, so that a query is written for a pattern. */
  many: boolean
  /** `All` with a value of its own: taken as it is, without any escaping. */
  verbatim?: string
}

export type Variables = ReadonlyMap<string, VariableValue>

/** Grafana's three ways to write a variable: $name, [[name:format]], ${name.field:format}. */
const written = /\$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\$\{(\w+)(?:\.[^:^}]+)?(?::([^}]+))?\}/g

/**
 * Puts values in the place of variables, as Grafana does before it asks a datasource of this
 * type. What is no variable is left as it stands: `$1`, macros of SQL datasources.
 */
export function expandText(text: string, variables: Variables, datasourceType: string): string {
  return text.replace(written, (whole, plain, old, oldFormat, braced, format) => {
    const value = variables.get(plain ?? old ?? braced)
    return value ? formatted(value, oldFormat ?? format, datasourceType) : whole
  })
}

/** The same for every text in a query, however deep. */
export function expandAll<T>(value: T, variables: Variables, datasourceType: string): T {
  const expand = (one: unknown): unknown => {
    if (typeof one === 'string') return expandText(one, variables, datasourceType)
    if (Array.isArray(one)) return one.map(expand)
    if (typeof one !== 'object' || one === null) return one
    return Object.fromEntries(Object.entries(one).map(([key, inner]) => [key, expand(inner)]))
  }
  return expand(value) as T
}

/** The names of the variables that a text refers to, known or not. */
export function variablesIn(text: string): string[] {
  return [...text.matchAll(written)].map(([, plain, old, , braced]) => plain ?? old ?? braced ?? '')
}

function formatted(value: VariableValue, format: string | undefined, type: string): string {
  const { values, texts, verbatim } = value
  const [name, ...args] = (format ?? '').split(':')
  if (name === 'text') return texts.join(' + ')
  if (verbatim !== undefined) return name === 'percentencode' ? encoded(verbatim) : verbatim
  switch (name) {
    case '':
      return byDatasource(value, type)
    case 'raw':
      return values.length > 1 ? `{${values.join(',')}}` : values.join()
    case 'regex':
      return values.length > 1
        ? `(${values.map(escapedForRegex).join('|')})`
        : escapedForRegex(values[0] ?? '')
    case 'pipe':
      return values.join('|')
    case 'csv':
      return values.join(',')
    case 'join':
      return values.join(args[0] ?? ',')
    case 'distributed':
      return values.join(',')
    case 'json':
      return JSON.stringify(values.length > 1 ? values : (values[0] ?? ''))
    case 'doublequote':
      return values.map((one) => `"${one.replaceAll('"', '\\"')}"`).join(',')
    case 'singlequote':
      return values.map((one) => `'${one.replaceAll("'", "\\'")}'`).join(',')
    case 'sqlstring':
      return values.map(quotedForSql).join(',')
    case 'percentencode':
      return encoded(values.length > 1 ? `{${values.join(',')}}` : (values[0] ?? ''))
    case 'queryparam':
      return values.map(encoded).join('&')
    case 'lucene':
      return forLucene(values)
    case 'date':
      return dateOf(values[0] ?? '', args.join(':'))
    default:
      return glob(values)
  }
}

/** What a datasource makes of a variable without a format. */
function byDatasource({ values, many }: VariableValue, type: string): string {
  if (/prometheus|loki|mimir|cortex|thanos/.test(type)) return forPromQl(values, many)
  if (/influx/.test(type) && many && values.length > 1)
    return `(${values.map(escapedForRegex).join('|')})`
  if (/elasticsearch|opensearch/.test(type)) return forLucene(values)
  if (/mysql|postgres|mssql|clickhouse|sqlite/.test(type))
    return many ? values.map(quotedForSql).join(',') : values.join()
  return glob(values)
}

/** A variable with one value stands in `=`; one that may have several stands in `=~`. */
function forPromQl(values: readonly string[], many: boolean): string {
  if (!many) return (values[0] ?? '').replaceAll('\\', '\\\\').replaceAll('"', '\\"')
  const escaped = values.map((one) =>
    one.replaceAll('\\', '\\\\\\\\').replace(/[$^*{}[\]'+?.()|]/g, '\\\\$&'),
  )
  return escaped.length === 1 ? (escaped[0] ?? '') : `(${escaped.join('|')})`
}

function forLucene(values: readonly string[]): string {
  if (values.length === 0) return '__empty__'
  if (values.length === 1)
    return (values[0] ?? '').replace(/([!*+\-=<>\s&|()[\]{}^~?:\\/"])/g, '\\$1')
  return `(${values.map((one) => `"${one.replace(/[\\"]/g, '\\$&')}"`).join(' OR ')})`
}

function dateOf(millis: string, form: string): string {
  const date = new Date(Number(millis))
  if (Number.isNaN(date.getTime())) return millis
  if (form === 'seconds') return String(Math.floor(date.getTime() / 1000))
  return form === '' || form === 'iso' ? date.toISOString() : date.toISOString().slice(0, 10)
}

const glob = (values: readonly string[]): string =>
  values.length > 1 ? `{${values.join(',')}}` : (values[0] ?? '')
const escapedForRegex = (one: string): string => one.replace(/[\\^$*+?.()|[\]{}/]/g, '\\$&')
const quotedForSql = (one: string): string => `'${one.replaceAll("'", "''")}'`
const encoded = (one: string): string => encodeURIComponent(one)
