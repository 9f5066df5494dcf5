export type Sample = { labels: Readonly<Record<string, string>>; value: number }

export type Family = {
  name: string
  help: string
  type: 'gauge' | 'counter'
  labels: readonly string[]
  samples: readonly Sample[]
}

/** A Prometheus takes a target with too many series for an attack, and so do we. */
const mostSamples = 2_000
const longestValue = 200

/** The text that Prometheus scrapes. Values of labels are cut, and no family grows without end. */
export async function exposition(
  families: readonly Family[],
): Promise<{ text: string; contentType: string }> {
  // Loaded on demand: most people never ask for metrics.
  const { Counter, Gauge, Registry } = await import('prom-client')
  const registry = new Registry()
  for (const { name, help, type, labels, samples } of families) {
    const shape = { name, help, labelNames: [...labels], registers: [registry] }
    const gauge = type === 'gauge' ? new Gauge(shape) : undefined
    const counter = type === 'counter' ? new Counter(shape) : undefined
    const seen = new Set<string>()
    for (const sample of samples.slice(0, mostSamples)) {
      const values = Object.fromEntries(
        labels.map((label) => [label, plain(sample.labels[label] ?? '')]),
      )
      const key = JSON.stringify(values)
      if (seen.has(key)) continue
      seen.add(key)
      gauge?.set(values, sample.value)
      counter?.inc(values, sample.value)
    }
  }
  return { text: await registry.metrics(), contentType: registry.contentType }
}

/** prom-client 15 escapes quotes, backslashes and line ends; what else moves a cursor goes. */
const plain = (value: string): string =>
  value
    .replace(/\p{Cc}+/gu, ' ')
    .toWellFormed()
    .slice(0, longestValue)
    .toWellFormed()
