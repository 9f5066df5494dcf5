import type { LiveConfiguration, Prometheus, ServiceSight } from '../../../domain/prometheus.ts'
import { servicesOf } from '../../../domain/stack.ts'
import type { WatchedFile } from '../../../domain/watched-file.ts'
import type { Finding } from '../../finding.ts'
import { serviceSubject } from '../../monitoring/answers.ts'
import { scraperOf } from '../../monitoring/scraper.ts'
import { asTime, evidence, type Situation } from '../../situation.ts'
import { placesOf } from './live-config-stale.ts'

/** Writing a file and asking for the reload is one deed. */
const oneDeedMs = 60_000

/** Prometheus runs another configuration than the one that lies in its file. */
export function prometheusConfigStale(situation: Situation): Finding[] {
  return (situation.monitoring?.prometheus ?? []).flatMap((sight): Finding[] => {
    if (sight.look.status !== 'known') return []
    const prometheus = sight.look.value
    const about = {
      code: 'PROMETHEUS_CONFIG_STALE',
      severity: 'warning',
      subject: serviceSubject(sight),
      remedy: { kind: 'runbook', code: 'PROMETHEUS_CONFIG_STALE' },
    } as const
    const loaded = asTime(prometheus.configLoadedAt)
    if (!prometheus.configAccepted) {
      const sentence = `${sight.service} refused its configuration when it last reloaded, expected it accepted.`
      return [
        {
          ...about,
          sentence,
          evidence: { file: prometheus.configFile, 'runs what it loaded': loaded },
        },
      ]
    }
    const compared = comparedWith(situation, sight)
    if (compared && compared.differs.length > 0) {
      if (situation.now - compared.modifiedAt <= oneDeedMs) return []
      return [
        {
          ...about,
          sentence: `${sight.service} runs another configuration than ${compared.file}, expected what is in the file.`,
          evidence: {
            'differs at': placesOf(compared.differs),
            'file written': asTime(compared.modifiedAt),
            'runs what it loaded': loaded,
            // One file that is mounted by itself keeps its inode when an editor replaces it.
            ...(prometheus.configLoadedAt > compared.modifiedAt && {
              'loaded again since':
                'so the file was replaced under its mount: only a restart helps',
            }),
          },
        },
      ]
    }
    const newer = configFiles(situation, sight, prometheus).filter(
      ({ modifiedAt = 0 }) =>
        modifiedAt > prometheus.configLoadedAt && situation.now - modifiedAt > oneDeedMs,
    )
    const [file] = newer
    if (file === undefined) return []
    return [
      {
        ...about,
        sentence: `${sight.service} runs an older configuration than ${file.path}, expected what is in the file.`,
        evidence: evidence({
          changed: newer
            .map(({ path, modifiedAt = 0 }) => `${path} ${asTime(modifiedAt)}`)
            .join(', '),
          'runs what it loaded': loaded,
          // One file that is mounted by itself keeps its inode when an editor replaces it.
          'may also be':
            'a single file that was replaced under its mount: then only a restart helps',
        }),
      },
    ]
  })
}

/** What it runs beside its file, unless it has loaded something since they were compared. */
function comparedWith(
  { monitoring }: Situation,
  { project, service, look }: ServiceSight<Prometheus>,
): LiveConfiguration | undefined {
  const found = monitoring?.configurations?.find(
    (one) => one.project === project && one.service === service,
  )?.look
  if (found?.status !== 'known' || look.status !== 'known') return undefined
  return found.observedAt >= look.value.configLoadedAt ? found.value : undefined
}

/** The main file as the host knows it; without a container to ask, what is called like it. */
function configFiles(
  situation: Situation,
  { project, service }: ServiceSight<Prometheus>,
  { configFile }: Prometheus,
): WatchedFile[] {
  const files = situation.monitoring?.files
  if (files?.status !== 'known') return []
  const mounts = scraperOf(situation, { project, service })?.container.mounts ?? []
  const direct = mounts.find(({ destination }) => destination === configFile)?.source
  const below = mounts.find(({ destination }) => configFile.startsWith(`${destination}/`))
  const onHost = direct ?? (below && below.source + configFile.slice(below.destination.length))
  const name = configFile.slice(configFile.lastIndexOf('/'))
  const mine = servicesOf(situation.stack)
    .filter((one) => one.project === project && one.service.name === service)
    .flatMap((one) => one.service.config)
  return files.value.filter(({ path, role }) => {
    if (role !== 'config') return false
    return onHost === undefined ? mine.includes(path) && path.endsWith(name) : path === onHost
  })
}
