import type { Target } from '../../../domain/prometheus.ts'
import type { Finding } from '../../finding.ts'
import { asAge, serviceSubject } from '../../monitoring/answers.ts'
import { asTime, evidence, type Situation } from '../../situation.ts'

/** Shorter than Prometheus's own five minutes, after which a series is gone. */
const leastMs = 120_000

/** A job has no new samples, also where its targets are said to be up, or are gone. */
export function samplesStale({ monitoring, baseline }: Situation): Finding[] {
  return (monitoring?.prometheus ?? []).flatMap((sight) => {
    if (sight.look.status !== 'known' || !sight.look.value.ready) return []
    const { value: prometheus, observedAt } = sight.look
    const jobs = Map.groupBy(prometheus.targets, ({ job }) => job)
    const found = [...jobs].flatMap(([job, targets]): Finding[] => {
      const newest = prometheus.newestSampleAt[job]
      const age = observedAt - (newest ?? prometheus.startedAt)
      if (age <= patience(targets)) return []
      if (newest === undefined && !wasScraped(targets)) return []
      const fact = newest === undefined ? 'has no samples' : `has had no samples for ${asAge(age)}`
      return [stale(sight, job, fact, newest)]
    })
    // Several Prometheus may share the jobs; then nobody knows which one lost it.
    const lost =
      monitoring?.prometheus.length === 1
        ? (baseline?.jobs ?? []).filter((job) => !jobs.has(job))
        : []
    return [...found, ...lost.map((job) => stale(sight, job, 'has no targets any more', undefined))]
  })
}

const patience = (targets: readonly Target[]): number =>
  targets.reduce((most, one) => Math.max(most, 3_000 * one.scrapeIntervalSeconds), leastMs)

const wasScraped = (targets: readonly Target[]): boolean =>
  targets.some(({ lastScrapeAt }) => lastScrapeAt !== undefined)

const stale = (
  sight: { project: string; service: string },
  job: string,
  fact: string,
  newest: number | undefined,
): Finding => ({
  code: 'SAMPLES_STALE',
  severity: 'warning',
  subject: `job:${job}`,
  about: [serviceSubject(sight)],
  sentence: `Job ${job} ${fact}, expected fresh ones.`,
  evidence: evidence({
    'newest sample': newest === undefined ? undefined : asTime(newest),
    asked: sight.service,
  }),
  remedy: { kind: 'runbook', code: 'SAMPLES_STALE' },
})
