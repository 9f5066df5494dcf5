import { parse } from 'yaml'

// Whether a program runs what lies in its file, told from what it says of its live configuration:
// YAML that was written anew, with defaults filled in, times in other units and secrets masked
// (Prometheus 2.42 /api/v1/status/config, Alertmanager 0.28 /api/v2/status, Loki /config). So the
// file must be found in it again.

export type ComparedConfiguration = {
  /** Where they differ, as `route.group_wait`; never what stands there. */
  differs: readonly string[]
  /** How many values nobody can compare: secrets, and what the environment fills in. */
  hidden: number
}

export type LiveProgram = 'prometheus' | 'alertmanager' | 'loki'

const known: Record<LiveProgram, readonly string[]> = {
  prometheus: ['global', 'scrape_configs', 'rule_files', 'alerting', 'remote_write'],
  alertmanager: ['route', 'receivers'],
  loki: ['auth_enabled', 'server', 'common', 'schema_config', 'ingester', 'limits_config'],
}

/** Undefined where the file is no configuration of this program. */
export function compareConfiguration(
  file: string,
  live: string,
  program: LiveProgram,
): ComparedConfiguration | undefined {
  const wanted = mapIn(file)
  const found = mapIn(live)
  if (!wanted || !found || !known[program].some((key) => key in wanted)) return undefined
  const seen: Seen = { differs: [], hidden: 0, program }
  compare(wanted, found, [], seen)
  return { differs: seen.differs, hidden: seen.hidden }
}

type Seen = { differs: string[]; hidden: number; program: LiveProgram }
type Map = Record<string, unknown>

function mapIn(text: string): Map | undefined {
  try {
    const value: unknown = parse(text, { merge: true })
    return isMap(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isMap = (value: unknown): value is Map =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isEmpty = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  value === '' ||
  value === 0 ||
  value === false ||
  (Array.isArray(value) && value.length === 0) ||
  (isMap(value) && Object.values(value).every(isEmpty))

/** They become another key as the file is read: `authorization` (prometheus/common 0.30). */
const renamed = ['bearer_token', 'bearer_token_file']
const matcherLists = ['matchers', 'source_matchers', 'target_matchers']

function compare(wanted: unknown, live: unknown, at: readonly string[], seen: Seen): void {
  const key = at.at(-1) ?? ''
  if (isSecret(live) || isFilledIn(wanted) || renamed.includes(key)) seen.hidden += 1
  else if (live === undefined || live === null) missing(wanted, at, seen)
  else if (matcherLists.includes(key)) {
    if (!isSameSet(matchersIn(wanted), matchersIn(live))) seen.differs.push(at.join('.'))
  } else if (isMap(wanted) && isMap(live)) {
    for (const [name, value] of Object.entries(wanted))
      compare(value, live[name], [...at, name], seen)
    for (const [name, value] of Object.entries(live))
      if (!(name in wanted) && isChosen(name, value, wanted, seen))
        seen.differs.push([...at, name].join('.'))
  } else if (Array.isArray(wanted) && Array.isArray(live)) {
    if (wanted.length !== live.length) seen.differs.push(at.join('.'))
    else
      for (const [index, one] of wanted.entries())
        compare(one, live[index], [...at, String(index)], seen)
  } else if (isEmpty(wanted) && isEmpty(live)) return
  else if (typeof wanted === 'object' || typeof live === 'object') {
    // One value may stand for a list of one, and the other way round.
    if (wanted !== null) seen.hidden += 1
  } else if (!isSameScalar(wanted, live)) seen.differs.push(at.join('.'))
}

const chosenMaps = [
  ...['alerting', 'basic_auth', 'authorization', 'oauth2', 'external_labels', 'params'],
  ...['match', 'match_re', 'http_headers'],
]

/**
 * It runs what its file does not have any more, and no default is like it. Loki writes all of its
 * defaults.
 */
function isChosen(name: string, live: unknown, wanted: Map, { program }: Seen): boolean {
  if (program === 'loki' || isEmpty(live)) return false
  if (name === 'authorization') return !renamed.some((one) => one in wanted)
  // Prometheus 3 fills in which protocols it speaks.
  return chosenMaps.includes(name) || (Array.isArray(live) && name !== 'scrape_protocols')
}

/** Prometheus and Alertmanager leave out what is empty. Loki writes all that it knows under the name it goes by now. */
function missing(wanted: unknown, at: readonly string[], seen: Seen): void {
  if (isEmpty(wanted)) return
  if (seen.program === 'loki') seen.hidden += 1
  else seen.differs.push(at.join('.'))
}

const isSecret = (live: unknown): boolean =>
  typeof live === 'string' &&
  // Go's URL.Redacted() writes the password of a URL so.
  (live === '<secret>' || /^\*{3,}$/.test(live) || /:xxxxx@/.test(live))

/** `${NAME}`, which the program expands where it was told to (`-config.expand-env`). */
const isFilledIn = (wanted: unknown): boolean =>
  typeof wanted === 'string' && /\$\{[^}]+\}/.test(wanted)

function isSameScalar(wanted: unknown, live: unknown): boolean {
  const [a, b] = [String(wanted).trim(), String(live).trim()]
  // Relabelling knows `Replace` as `replace`.
  if (a.toLowerCase() === b && /^[a-z]+$/.test(b)) return true
  if (a === b || withoutSlash(a) === withoutSlash(b)) return true
  if (typeof live === 'boolean') return live === (yes.includes(a) || a === 'true')
  // Prometheus writes paths as they are from its configuration's directory.
  if (a !== '' && b.startsWith('/') && b.endsWith(`/${a.replace(/^\.\//, '')}`)) return true
  const [from, to] = [durationOf(a), durationOf(b)]
  if (from !== undefined && to !== undefined) return from === to
  const [size, other] = [sizesOf(a), sizesOf(b)]
  return size.some((one) => other.includes(one))
}

/** What Go's yaml.v2 takes for true besides. */
const yes = ['yes', 'Yes', 'YES', 'on', 'On', 'ON', 'y', 'Y', 'True', 'TRUE']

const withoutSlash = (text: string): string => text.replace(/\/$/, '')

const units: Readonly<Record<string, number>> = {
  ...{ ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1e3, m: 6e4, h: 3.6e6 },
  ...{ d: 8.64e7, w: 6.048e8, y: 3.1536e10 },
}

/** Milliseconds of `1h30m`, `1.5h` or `0`, in Go's way and in Prometheus'. */
function durationOf(text: string): number | undefined {
  if (text === '0') return 0
  if (!/^-?(\d+(\.\d+)?(ns|us|µs|ms|[smhdwy]))+$/.test(text)) return undefined
  let sum = 0
  for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|[smhdwy])/g))
    sum += Number(count) * (units[unit ?? ''] ?? 0)
  return text.startsWith('-') ? -sum : sum
}

/** Bytes, with thousands of either kind: programs do not agree. */
function sizesOf(text: string): number[] {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?$/i.exec(text)
  if (!match) return []
  const power = ' kmgt'.indexOf((match[2] || ' ').toLowerCase())
  return [1000, 1024].map((thousand) => Number(match[1]) * thousand ** power)
}

/** `severity = "warning"` and `{severity="warning",team=~"a|b"}` in one form, in order. */
function matchersIn(value: unknown): string[] {
  const written = (Array.isArray(value) ? value : [value]).map(String)
  return written
    .flatMap(
      (one) =>
        one
          .trim()
          .replace(/^\{|\}$/g, '')
          .match(/(?:"(?:\\.|[^"\\])*"|[^,"])+/g) ?? [],
    )
    .map((one) => {
      const match = /^\s*"?([^=!~\s"]+)"?\s*(=~|!~|!=|=)\s*(.*?)\s*$/s.exec(one)
      return match ? `${match[1]}${match[2]}${match[3]?.replace(/^"|"$/g, '')}` : one.trim()
    })
    .toSorted()
}

const isSameSet = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((one, index) => one === b[index])
