import { servicesOf } from '../../../domain/stack.ts'
import { knownExporters } from '../../../stack/exporters.ts'
import { publishedPorts } from '../../../stack/published-port.ts'
import type { Finding } from '../../finding.ts'
import { hostAndPort } from '../../monitoring/answers.ts'
import { addressBook } from '../../monitoring/targets.ts'
import { evidence, type Situation } from '../../situation.ts'
import { nameOfOwner } from './port-conflict.ts'

/** So many off is a slip of the finger. */
const slip = 2

type Near = { port: number; what: string }

/** A target is down at a port where nobody listens, and next to it there is who is meant. */
export function portNearMiss(situation: Situation): Finding[] {
  const behindAddress = addressBook(situation)
  return (situation.monitoring?.prometheus ?? []).flatMap((sight) => {
    if (sight.look.status !== 'known') return []
    const wrong = new Map<string, { host: string; port: number; jobs: string[] }>()
    for (const { health, job, scrapeUrl } of sight.look.value.targets) {
      const at = hostAndPort(scrapeUrl)
      if (health !== 'down' || at === undefined) continue
      const key = `${at.host}:${at.port}`
      wrong.set(key, { ...at, jobs: [...(wrong.get(key)?.jobs ?? []), job] })
    }
    return [...wrong].flatMap(([address, { host, port, jobs }]): Finding[] => {
      const near = nearestTo(situation, behindAddress, host, port)
      if (near === undefined) return []
      return [
        {
          code: 'PORT_NEAR_MISS',
          severity: 'warning',
          subject: `address:${address}`,
          about: [`at:${address}`, ...jobs.map((job) => `job:${job}`), `port:${near.port}`],
          sentence: `Prometheus asks ${address}, where nobody listens, expected ${near.port} of ${near.what}.`,
          evidence: evidence({ jobs: jobs.join(', '), 'listens next to it': near.what }),
          remedy: { kind: 'runbook', code: 'PORT_NEAR_MISS' },
        },
      ]
    })
  })
}

function nearestTo(
  situation: Situation,
  behindAddress: ReturnType<typeof addressBook>,
  host: string,
  port: number,
): Near | undefined {
  const inside = serviceNamed(situation, behindAddress, host)
  if (inside) return isNear(inside.port, port) ? inside : undefined
  const listeners = situation.monitoring?.listeners
  if (listeners?.status !== 'known' || !isMachine.test(host)) return undefined
  if (listeners.value.some((one) => one.port === port)) return undefined
  const wanted = new Map(
    servicesOf(situation.stack)
      .filter(({ service }) => service.exporter)
      .flatMap(({ service }) =>
        service.ports
          .flatMap(publishedPorts)
          .map(({ hostPort }) => [hostPort, service.name] as const),
      ),
  )
  const found = listeners.value.find(
    (one) => isNear(one.port, port) && (wanted.has(one.port) || isDefault(one.port)),
  )
  if (found === undefined) return undefined
  return { port: found.port, what: wanted.get(found.port) ?? nameOfOwner(found.owner) }
}

/** Asked by its name, a service answers on the port inside its container. */
function serviceNamed(
  situation: Situation,
  behindAddress: ReturnType<typeof addressBook>,
  host: string,
): Near | undefined {
  if (isMachine.test(host)) return undefined
  const subject = behindAddress(`http://${host}`)
  const found = servicesOf(situation.stack).find(
    ({ project, service }) => subject === `service:${project}/${service.name}`,
  )
  const port = found?.service.exporter?.port
  return found && port !== undefined ? { port, what: found.service.name } : undefined
}

const isMachine =
  /^(host\.docker\.internal|localhost|127\.|172\.(1[6-9]|2\d|3[01])\.|192\.168\.|10\.|::1$)/
const isNear = (a: number, b: number): boolean => a !== b && Math.abs(a - b) <= slip
const isDefault = (port: number): boolean => knownExporters.some((one) => one.port === port)
