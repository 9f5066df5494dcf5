import type { PublishedPort } from '../domain/container.ts'

/** Compose's short form, ranges written out. What cannot be read is nothing. */
export function publishedPorts(short: string): PublishedPort[] {
  const match =
    /^(?:(\[[0-9a-fA-F:.]+\]|\d+(?:\.\d+){3}):)?(?:(\d+(?:-\d+)?)?:)?(\d+(?:-\d+)?)(?:\/(tcp|udp|sctp))?$/.exec(
      short,
    )
  if (!match) return []
  const [, ip = '', host = '', container = '', protocol = 'tcp'] = match
  const inside = rangeOf(container)
  const outside = host === '' ? [] : rangeOf(host)
  return inside.map((containerPort, index) => ({
    containerPort,
    protocol: protocol as PublishedPort['protocol'],
    hostIp: ip.replace(/^\[|\]$/g, ''),
    hostPort: outside[index] ?? 0,
  }))
}

function rangeOf(text: string): number[] {
  const [first = 0, last = first] = text.split('-').map(Number)
  return Array.from({ length: Math.max(0, Math.min(last - first, 1_000)) + 1 }, (_, i) => first + i)
}
