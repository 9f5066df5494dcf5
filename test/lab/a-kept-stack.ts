// A small stack whose data is kept: a Prometheus that scrapes itself every second, and programs that
// do nothing beside a volume.

export const prometheusImage = 'prom/prometheus:v2.53.3'
const busyboxImage = 'busybox:1.37'
/** It stops at once when it is told to. */
const idling = `[sh, -c, 'trap "exit 0" TERM; while true; do sleep 0.1; done']`

/** A compose file; `idle` says for each service which volume it has, as "data:/data:ro". */
export function aKeptStack(
  project: string,
  { idle, restart }: { idle: Readonly<Record<string, string>>; restart?: 'unless-stopped' },
): string {
  const every = `pull_policy: never${restart ? `\n    restart: ${restart}` : ''}`
  const idlers = Object.entries(idle)
  const volumes = new Set(['prometheus', ...idlers.map(([, volume]) => volume.split(':')[0])])
  return `
name: ${project}
services:
  prometheus:
    image: ${prometheusImage}
    ${every}
    command:
      - --config.file=/etc/prometheus.yml
      - --storage.tsdb.path=/prometheus
      - --web.enable-admin-api
    ports: ['9090:9090']
    volumes: ['./prometheus.yml:/etc/prometheus.yml:ro', 'prometheus:/prometheus']
${idlers
  .map(
    ([service, volume]) => `  ${service}:
    image: ${busyboxImage}
    ${every}
    command: ${idling}
    volumes: ['${volume}']
`,
  )
  .join('')}volumes: { ${[...volumes].map((volume) => `${volume}: {}`).join(', ')} }
`
}

/** Its prometheus.yml; others are more jobs, each with its target. */
export function scrapesItself({
  interval = '1s',
  others = {},
}: {
  interval?: string
  others?: Readonly<Record<string, string>>
} = {}): string {
  const jobs = Object.entries({ self: '127.0.0.1:9090', ...others }).map(
    ([job, target]) => `  - { job_name: ${job}, static_configs: [{ targets: ['${target}'] }] }\n`,
  )
  return `global: { scrape_interval: ${interval} }\nscrape_configs:\n${jobs.join('')}`
}
