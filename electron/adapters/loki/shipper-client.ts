import type { LogShipper } from '../../../shared/domain/prometheus.ts'
import { type Door, httpClient } from '../http/http-client.ts'

interface ShipperClient {
  look(signal?: AbortSignal): Promise<LogShipper>
  close(): void
}

/** Alloy answers where Prometheus does; Promtail (its end of life was in March 2026) like Loki. */
const readyPath = (program: string): string => (program === 'alloy' ? '/-/ready' : '/ready')

export function shipperClient(door: Omit<Door, 'what'> & { program: string }): ShipperClient {
  const { program, ...rest } = door
  const http = httpClient({ what: nameOf(program), ...rest })
  return {
    async look(signal) {
      const { status } = await http.ask(readyPath(program), {
        ...(signal && { signal }),
        alsoStatus: (code) => code === 500 || code === 503,
      })
      return { ready: status === 200, program }
    },
    close: http.close,
  }
}

const nameOf = (program: string): string => program.replace(/^./, (first) => first.toUpperCase())
