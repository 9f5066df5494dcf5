import type { Mirror } from '../../../shared/ipc/contract.ts'
import { healthSchema, type StatusView } from '../../../shared/ipc/status.ts'
import type { Family, Sample } from '../../adapters/metrics/exposition.ts'
import type { HeartbeatCount } from './heartbeat.ts'

type OwnMatter = { mirror: Mirror; version: string; heartbeats: HeartbeatCount }

/** What Sentinel exports of its own verdicts. Where it cannot tell there is no sample, never a 1. */
export function ownMetrics({ mirror, version, heartbeats }: OwnMatter): Family[] {
  const named = mirror.stacks.filter(isNamed)
  const gauge = (
    name: string,
    help: string,
    labels: readonly string[],
    samples: readonly Sample[],
  ): Family => ({ name, help, type: 'gauge', labels, samples })
  return [
    gauge(
      'sentinel_build_info',
      'Always 1; the version is a label.',
      ['version', 'demo'],
      [{ labels: { version, demo: String(mirror.demo) }, value: 1 }],
    ),
    gauge(
      'sentinel_stack_health',
      '1 for the health that the stack has, 0 for the others.',
      ['stack', 'health'],
      named.flatMap(({ stack, health }) =>
        healthSchema.options.map((one) => ({
          labels: { stack, health: one },
          value: Number(one === health),
        })),
      ),
    ),
    gauge(
      'sentinel_finding_firing',
      '1 for each finding that fires.',
      ['stack', 'code', 'severity', 'subject'],
      named.flatMap(({ stack, findings }) =>
        findings
          .filter(({ status }) => status === 'firing')
          .map(({ code, severity, subject }) => ({
            labels: { stack, code, severity, subject },
            value: 1,
          })),
      ),
    ),
    gauge(
      'sentinel_incidents_firing',
      'Incidents that are not over.',
      ['stack'],
      named.map(({ stack, incidents }) => ({
        labels: { stack },
        value: incidents.filter(({ status }) => status === 'firing').length,
      })),
    ),
    gauge(
      'sentinel_context_is_home',
      '1 while the current Docker context leads to the home of the stack.',
      ['stack'],
      named.flatMap((status) => {
        const value = isHome(status)
        return value === undefined
          ? []
          : [{ labels: { stack: status.stack }, value: Number(value) }]
      }),
    ),
    gauge(
      'sentinel_engine_answers',
      '1 while the engine answers.',
      ['endpoint', 'kind'],
      mirror.stacks.flatMap(({ engines }) =>
        engines.map(({ endpoint, kind, answers }) => ({
          labels: { endpoint, kind },
          value: Number(answers),
        })),
      ),
    ),
    gauge(
      'sentinel_service_running',
      'Running containers of the service, at home and elsewhere.',
      ['stack', 'project', 'service', 'at'],
      named.flatMap(runningPlaces),
    ),
    gauge(
      'sentinel_monitoring_stage',
      '1 for the state of each stage from exporter to panel.',
      ['stack', 'stage', 'state'],
      named.flatMap(stages),
    ),
    gauge(
      'sentinel_last_verdict_timestamp_seconds',
      'When Sentinel judged last.',
      [],
      mirror.stacks.length === 0
        ? []
        : [
            {
              labels: {},
              value: Math.max(...mirror.stacks.map(({ at }) => Date.parse(at))) / 1000,
            },
          ],
    ),
    {
      name: 'sentinel_heartbeats_total',
      help: 'Heartbeats that were sent, and that nobody took.',
      type: 'counter',
      labels: ['result'],
      samples: [
        { labels: { result: 'sent' }, value: heartbeats.sent },
        { labels: { result: 'failed' }, value: heartbeats.failed },
      ],
    },
  ]
}

type Named = StatusView & { stack: string }
const isNamed = (status: StatusView): status is Named => status.stack !== null

/** By the engine where both are known: a context is only a name. */
function isHome({ home, current }: Named): boolean | undefined {
  if (!home || !current) return undefined
  if (current.engineId !== null) return current.engineId === home.engineId
  return current.context === home.context ? undefined : false
}

function runningPlaces({ stack, home, engines, services }: Named): Sample[] {
  const homeAnswers = engines.some((engine) => engine.home && engine.answers)
  return services.flatMap(({ project, name, places }) => {
    const running = places.filter(({ state }) => state === 'running')
    const here = running.filter(({ engineId }) => engineId === home?.engineId).length
    const labels = { stack, project, service: name }
    return [
      ...(homeAnswers ? [{ labels: { ...labels, at: 'home' }, value: here }] : []),
      { labels: { ...labels, at: 'elsewhere' }, value: running.length - here },
    ]
  })
}

/** Only where the monitoring of the stack is watched. */
function stages({ stack, monitoring }: Named): Sample[] {
  return (monitoring?.chain ?? []).map(({ stage, state }) => ({
    labels: { stack, stage, state },
    value: 1,
  }))
}
