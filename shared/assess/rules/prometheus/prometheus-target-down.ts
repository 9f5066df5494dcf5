import type { Finding } from '../../finding.ts'
import { hostAndPort, serviceSubject } from '../../monitoring/answers.ts'
import { addressBook } from '../../monitoring/targets.ts'
import { asTime, evidence, type Situation } from '../../situation.ts'

/** Prometheus itself says that it cannot scrape a target. */
export function prometheusTargetDown(situation: Situation): Finding[] {
  const behindAddress = addressBook(situation)
  return (situation.monitoring?.prometheus ?? []).flatMap((sight) => {
    if (sight.look.status !== 'known') return []
    return sight.look.value.targets
      .filter(({ health }) => health === 'down')
      .map(({ job, instance, scrapeUrl, error, lastScrapeAt }): Finding => {
        const at = hostAndPort(scrapeUrl)
        const behind = behindAddress(scrapeUrl)
        return {
          code: 'PROMETHEUS_TARGET_DOWN',
          severity: 'warning',
          subject: `target:${job}/${instance}`,
          about: [
            `job:${job}`,
            ...(at ? [`at:${at.host}:${at.port}`, `port:${at.port}`] : []),
            ...(behind ? [behind] : []),
            serviceSubject(sight),
          ],
          sentence: `Target ${instance} of job ${job} is down, expected up.`,
          evidence: evidence({
            'Prometheus says': error,
            'scraped at': scrapeUrl,
            'last scrape': lastScrapeAt === undefined ? undefined : asTime(lastScrapeAt),
          }),
          remedy: { kind: 'runbook', code: 'PROMETHEUS_TARGET_DOWN' },
        }
      })
  })
}
