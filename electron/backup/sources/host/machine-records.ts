import { maskSecrets } from '../../../../shared/text/mask-secrets.ts'
import { keySecrecy } from '../../../../shared/text/secret-keys.ts'

// What engines and Compose say, as it is kept: without what is another each time, in one order,
// and without secrets where the repository is not encrypted. Pure.

type Json = Record<string, unknown>

/** True where everything may be kept: the repository is encrypted. */
export type Openness = { keepsSecrets: boolean }

/** Of an inspect: what is about this life of the container and not about what it was made of. */
const fleeting = new Set([
  'Id',
  'Created',
  'State',
  'RestartCount',
  'ResolvConfPath',
  'HostnamePath',
  'HostsPath',
  'LogPath',
  'ExecIDs',
  'GraphDriver',
  'Storage',
  'SizeRw',
  'SizeRootFs',
])
const fleetingOfNetworks = new Set([
  'SandboxID',
  'SandboxKey',
  'EndpointID',
  'NetworkID',
  'Gateway',
  'IPAddress',
  'IPPrefixLen',
  'IPv6Gateway',
  'GlobalIPv6Address',
  'GlobalIPv6PrefixLen',
  'MacAddress',
  'LinkLocalIPv6Address',
  'LinkLocalIPv6PrefixLen',
  'SecondaryIPAddresses',
  'SecondaryIPv6Addresses',
])

/** The text of `containers/<name>.json`. */
export function containerRecord(inspect: Json, openness: Openness): string {
  const id = textOf(inspect['Id'])
  const kept = without(inspect, fleeting)
  const networks = mapOf(inspect['NetworkSettings'])
  const settings = mapOf(inspect['Config'])
  const env = listOf(settings['Env']).map(String)
  // Unless somebody chose it, a container is called by the beginning of its ID.
  const hasOwnName = textOf(settings['Hostname']) !== id.slice(0, 12)
  const record = {
    ...kept,
    Config: {
      ...without(settings, new Set(hasOwnName ? [] : ['Hostname'])),
      Env: env.map((one) => shownEnv(one, openness)).toSorted(),
    },
    NetworkSettings: {
      ...without(networks, fleetingOfNetworks),
      Networks: Object.fromEntries(
        Object.entries(mapOf(networks['Networks'])).map(([name, network]) => [
          name,
          withoutOwnId(without(mapOf(network), fleetingOfNetworks), id),
        ]),
      ),
    },
  }
  return jsonText(record, openness, env)
}

/** The text of `compose/<project>.json`, of what `docker compose config --format json` says. */
export function modelRecord(model: unknown, openness: Openness): string {
  if (openness.keepsSecrets) return jsonText(model, openness, [])
  const values: string[] = []
  const services = Object.entries(mapOf(mapOf(model)['services'])).map(([name, said]) => {
    const service = mapOf(said)
    const build = mapOf(service['build'])
    const hidden = (variables: unknown) =>
      Object.fromEntries(
        Object.entries(mapOf(variables)).map(([key, value]) => {
          values.push(`${key}=${String(value)}`)
          return [key, hiddenValue(value)]
        }),
      )
    return [
      name,
      {
        ...service,
        ...(service['environment'] ? { environment: hidden(service['environment']) } : {}),
        ...(build['args'] ? { build: { ...build, args: hidden(build['args']) } } : {}),
      },
    ]
  })
  // `content` may hold whole files; `file` says where one is.
  const inline = (kind: string) =>
    Object.entries(mapOf(mapOf(model)[kind])).map(([name, said]) => [
      name,
      without(mapOf(said), new Set(['content'])),
    ])
  const shown = { ...mapOf(model), services: Object.fromEntries(services) }
  for (const kind of ['configs', 'secrets']) {
    if (kind in shown) Object.assign(shown, { [kind]: Object.fromEntries(inline(kind)) })
  }
  return jsonText(shown, openness, values)
}

/** The text of config.json without what logs in anywhere. */
export function configWithoutLogins(config: Json): string {
  const kept = without(config, new Set(['auths', 'HttpHeaders', 'identitytoken', 'proxies']))
  const logins = Object.keys(mapOf(config['auths'])).toSorted()
  return jsonText(
    {
      ...kept,
      ...(logins.length > 0 && { auths: Object.fromEntries(logins.map((at) => [at, {}])) }),
    },
    { keepsSecrets: false },
    [],
  )
}

/** Keys in one order, so that two texts of the same thing are the same text. */
export function jsonText(value: unknown, openness: Openness, env: readonly string[] = []): string {
  const text = `${JSON.stringify(sorted(value), undefined, 2)}\n`
  if (openness.keepsSecrets) return text
  const masked = maskSecrets(text, 'record.json')
  return secretValues(env).reduce((all, secret) => all.replaceAll(secret, hiddenText), masked)
}

const hiddenText = '<secret>'
const hiddenValue = (value: unknown) => (value === null || value === '' ? value : hiddenText)

function shownEnv(entry: string, { keepsSecrets }: Openness): string {
  const at = entry.indexOf('=')
  if (keepsSecrets || at < 0 || at === entry.length - 1) return entry
  return `${entry.slice(0, at)}=${hiddenText}`
}

/** Secrets wander: what is in a variable stands in the command of a program as well. */
function secretValues(env: readonly string[]): string[] {
  return env.flatMap((entry) => {
    const at = entry.indexOf('=')
    const value = entry.slice(at + 1)
    const isSecret = at > 0 && value.length >= 6 && keySecrecy(entry.slice(0, at)) !== 'none'
    // As it stands in JSON, without its quotes.
    return isSecret ? [JSON.stringify(value).slice(1, -1)] : []
  })
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, one]) => [key, sorted(one)]))
}

const without = (map: Json, keys: ReadonlySet<string>): Json =>
  Object.fromEntries(Object.entries(map).filter(([key]) => !keys.has(key)))

/** Every network knows a container by the beginning of its ID too. */
function withoutOwnId(network: Json, id: string): Json {
  const names = (said: unknown) => listOf(said).filter((name) => name !== id.slice(0, 12))
  return {
    ...network,
    ...(network['Aliases'] ? { Aliases: names(network['Aliases']) } : {}),
    ...(network['DNSNames'] ? { DNSNames: names(network['DNSNames']) } : {}),
  }
}

const mapOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
