import { parseDocument } from 'yaml'

/** One job of a Prometheus configuration, as far as it can be read without asking anybody. */
type ScrapeJob = {
  job: string
  /** Addresses of its static targets, `host:port`. */
  addresses: readonly string[]
  scheme: string
  /** Kinds of service discovery that it uses: their targets are not in the configuration. */
  discovers: readonly string[]
  /** Relabelling may turn an address into another one, as for the blackbox exporter. */
  relabels: boolean
}

type ScrapeConfig = { jobs: readonly ScrapeJob[]; alertmanagers: readonly string[] }

const mostRemembered = 8
const remembered = new Map<string, ScrapeConfig | undefined>()

/**
 * Reads a configuration of Prometheus. Undefined when it is none that can be read; never throws.
 * The same text is judged over and over: what was read of the last few is remembered.
 */
export function scrapeConfigOf(yaml: string): ScrapeConfig | undefined {
  if (remembered.has(yaml)) return remembered.get(yaml)
  const config = read(yaml)
  const [oldest] = remembered.keys()
  if (remembered.size === mostRemembered && oldest !== undefined) remembered.delete(oldest)
  remembered.set(yaml, config)
  return config
}

function read(yaml: string): ScrapeConfig | undefined {
  const root = contentOf(yaml)
  if (!isMap(root)) return undefined
  const alerting = root['alerting']
  return {
    jobs: mapsIn(root['scrape_configs']).map((config) => ({
      job: textOf(config['job_name']),
      addresses: staticTargets(config),
      scheme: textOf(config['scheme']) || 'http',
      discovers: Object.keys(config)
        .filter((key) => key.endsWith('_sd_configs') || key === 'static_configs')
        .filter((key) => key !== 'static_configs')
        .map((key) => key.replace(/_sd_configs$/, '')),
      relabels: Array.isArray(config['relabel_configs']) && config['relabel_configs'].length > 0,
    })),
    alertmanagers: mapsIn(isMap(alerting) ? alerting['alertmanagers'] : undefined).flatMap(
      staticTargets,
    ),
  }
}

type YamlMap = Readonly<Record<string, unknown>>

function contentOf(yaml: string): unknown {
  try {
    const document = parseDocument(yaml, { prettyErrors: false, logLevel: 'silent' })
    return document.errors.length > 0 ? undefined : document.toJS({ maxAliasCount: 100 })
  } catch {
    // yaml 2.9 throws for too many aliases and for nesting that exhausts the call stack.
    return undefined
  }
}

const staticTargets = (config: YamlMap): string[] =>
  mapsIn(config['static_configs']).flatMap(({ targets }) =>
    (Array.isArray(targets) ? targets : []).filter((one) => typeof one === 'string'),
  )

const isMap = (value: unknown): value is YamlMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const mapsIn = (value: unknown): YamlMap[] => (Array.isArray(value) ? value.filter(isMap) : [])
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
