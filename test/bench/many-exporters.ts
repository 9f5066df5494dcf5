// A process of its own, forked by the bench: exporters on loopback, and when each was asked.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An exposition of so many samples, in the mix of real exporters: short and long label sets. */
export function anExposition(samples: number): Buffer {
  const lines: string[] = []
  for (let family = 0; lines.length < samples + 2 * family; family += 1) {
    const name = `bench_filesystem_operations_${family}_total`
    lines.push(`# HELP ${name} How often something was done in the file system.`)
    lines.push(`# TYPE ${name} counter`)
    for (let i = 0; i < 20 && lines.length < samples + 2 * (family + 1); i += 1)
      lines.push(
        i % 4 === 0
          ? `${name} ${i * 12_345}`
          : `${name}{device="/dev/nvme${i}n1",fstype="ext4",mountpoint="/srv/data/${i}"} ${i}.5e+06`,
      )
  }
  return Buffer.from(`${lines.join('\n')}\n`)
}

export type ExportersReport = { gapsMs: number[]; asked: number }

async function serve(count: number, samples: number): Promise<void> {
  const body = anExposition(samples)
  const lastAskedAt: number[] = []
  let report: ExportersReport = { gapsMs: [], asked: 0 }
  const ports: number[] = []
  for (let i = 0; i < count; i += 1) {
    const server = createServer((_, response) => {
      const now = performance.now()
      const last = lastAskedAt[i]
      if (last !== undefined) report.gapsMs.push(now - last)
      lastAskedAt[i] = now
      report.asked += 1
      response.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8')
      response.setHeader('content-length', body.length)
      response.end(body)
    })
    // As Go's servers do: a connection may stay idle for longer than an interval.
    server.keepAliveTimeout = 60_000
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    ports.push((server.address() as AddressInfo).port)
  }
  process.on('message', () => {
    process.send?.(report)
    report = { gapsMs: [], asked: 0 }
    lastAskedAt.length = 0
  })
  process.on('disconnect', () => process.exit())
  process.send?.(ports)
}

if (import.meta.main) await serve(Number(process.argv[2]), Number(process.argv[3]))
