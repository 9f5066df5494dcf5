import type { Listener } from '../../../domain/port.ts'
import { nameOfEngine, type Place } from '../../../domain/whereabouts.ts'
import { defaultPortOf } from '../../../stack/roles.ts'
import type { Finding } from '../../finding.ts'
import { hostAndPort, serviceSubject } from '../../monitoring/answers.ts'
import { patchFor } from '../../monitoring/patch-for.ts'
import { type Asker, type Reach, reach } from '../../monitoring/reachability.ts'
import { scrapeConfigOf } from '../../monitoring/scrape-config.ts'
import { scraperOf, siblingsOf } from '../../monitoring/scraper.ts'
import { evidence, type Situation } from '../../situation.ts'

type Wanted = { address: string; what: string; fails: boolean }
type Owner = { project: string; service: string }

/**
 * An address in a configuration that cannot work from where it is asked, told before anything
 * fails. What Prometheus or Grafana reach nevertheless is not told: seeing beats the table.
 */
export function targetCannotWork(situation: Situation): Finding[] {
  const { monitoring } = situation
  const prometheus = (monitoring?.prometheus ?? []).flatMap((sight) => {
    if (sight.look.status !== 'known') return []
    const { targets, liveConfig } = sight.look.value
    const scraped = targets
      .filter(({ health }) => health !== 'up')
      .map(({ scrapeUrl, job, health }) => ({
        address: scrapeUrl,
        what: `job ${job}`,
        fails: health === 'down',
      }))
    const reached = targets
      .filter(({ health }) => health === 'up')
      .map(({ scrapeUrl }) => hostAndPort(scrapeUrl)?.host ?? '')
    const wanted = [...scraped, ...configured(liveConfig, targets)]
    return found(situation, sight, defaultPortOf('prometheus'), wanted, reached)
  })
  const grafana = (monitoring?.grafana ?? []).flatMap((sight) => {
    if (sight.look.status !== 'known') return []
    const asked = (sight.look.value.datasources ?? [])
      .filter(({ health }) => health !== 'ok')
      .map(({ url, name, health }) => ({
        address: url,
        what: `datasource ${name}`,
        fails: health === 'error',
      }))
    return found(situation, sight, defaultPortOf('grafana'), asked)
  })
  return [...prometheus, ...grafana]
}

/** Alertmanagers, and jobs that have no target yet. */
function configured(yaml: string, targets: readonly { job: string }[]): Wanted[] {
  const config = scrapeConfigOf(yaml)
  const waiting = (config?.jobs ?? []).filter(
    ({ job, relabels }) => !relabels && !targets.some((one) => one.job === job),
  )
  return [
    ...waiting.flatMap(({ job, addresses }) =>
      addresses.map((address) => ({ address, what: `job ${job}`, fails: false })),
    ),
    ...(config?.alertmanagers ?? []).map((address) => ({
      address,
      what: 'alerting',
      fails: false,
    })),
  ]
}

function found(
  situation: Situation,
  owner: Owner,
  ownPort: number,
  wanted: readonly Wanted[],
  reached: readonly string[] = [],
): Finding[] {
  const place = scraperOf(situation, owner)
  if (place?.sight.engine.status !== 'known') return []
  const asker: Asker = {
    container: place.container,
    engineKind: place.sight.engine.value.kind,
    siblings: siblingsOf(place),
    ownPorts: [ownPort],
    listeners: listenersOf(situation),
  }
  const broken = wanted.flatMap((one) => {
    const at = hostAndPort(one.address)
    if (at === undefined) return []
    const told = reach(asker, at)
    if (told.verdict !== 'cannot') return []
    // A name that leads somewhere on one port leads there on every port.
    const known = told.form !== 'loopback' && told.patch !== 'listen-wider'
    return known && reached.includes(at.host) ? [] : [{ ...one, at, told }]
  })
  // One mistake is often made many times: the same host for the same reason is said once.
  return [...Map.groupBy(broken, ({ at, told }) => `${at.host} ${told.reason}`).values()].flatMap(
    (group) => (group[0] ? [tell(situation, owner, place, group, group[0])] : []),
  )
}

type Broken = Wanted & { at: { host: string; port: number }; told: Reach }

function tell(
  { observed, stack }: Situation,
  owner: Owner,
  place: Place,
  group: readonly Broken[],
  { at: { host }, told }: Broken,
): Finding {
  const engine = nameOfEngine(observed, place.sight, stack.home)
  const wants = [...new Set(group.map(({ what, at }) => `${what} at ${at.host}:${at.port}`))]
  return {
    code: 'TARGET_CANNOT_WORK',
    severity: group.some(({ fails }) => fails) ? 'critical' : 'warning',
    subject: `reach:${owner.project}/${owner.service}/${host}${told.patch === 'listen-wider' ? ' loopback' : ''}`,
    about: [serviceSubject(owner), ...group.map(({ at }) => `at:${at.host}:${at.port}`)],
    sentence: `${owner.service} cannot reach ${host} on ${engine}: ${told.reason}.`,
    evidence: evidence({
      asked: wants.join(', '),
      ...patchFor(told, owner, place.container, host),
      'network mode': place.container.networkMode,
      'extra hosts': place.container.extraHosts?.join(', ') || 'none',
      engine: `${engine} (${place.sight.endpoint})`,
    }),
    remedy: { kind: 'runbook', code: 'TARGET_CANNOT_WORK' },
  }
}

function listenersOf({ monitoring }: Situation): readonly Listener[] | undefined {
  return monitoring?.listeners.status === 'known' ? monitoring.listeners.value : undefined
}
