// A process that forwards incidents as the app and `watch` do, by what it reads: `open` makes an
// incident, `stop` ends it in order. It prints what it says, and `told` once it knows an incident.
import { createInterface } from 'node:readline'
import type { IncidentChange } from '../../electron/sentinel/surface.ts'
import { forwardIncidents } from '../../electron/sentinel/tell/forward.ts'
import { oneSpeaker } from '../../electron/sentinel/tell/one-speaker.ts'
import type { Mirror } from '../../shared/ipc/contract.ts'

const [directory = '', url = '', name = ''] = process.argv.slice(2)
const listeners = new Set<(change: IncidentChange) => void>()
const print = (line: string) => process.stdout.write(`${line}\n`)

const stop = oneSpeaker({
  directory,
  say: print,
  everyMs: 50,
  begin() {
    const end = forwardIncidents({
      sentinel: {
        onIncident(listener) {
          listeners.add(listener)
          return () => void listeners.delete(listener)
        },
        mirror: () => ({ stacks: [] }) as unknown as Mirror,
      },
      choices: { webhook: url },
      machine: name,
      onProblem: print,
    })
    print('speaks')
    return end
  },
})

createInterface({ input: process.stdin }).on('line', async (line) => {
  if (line === 'stop') {
    await stop()
    process.exit(0)
  }
  for (const listener of listeners) {
    listener({
      stack: 'odin',
      change: 'opened',
      incident: {
        id: `CONTEXT_SWITCHED@context:current#${line}`,
        cause: 'CONTEXT_SWITCHED',
        severity: 'critical',
        status: 'firing',
        sentence: 'Docker context is default, expected desktop-linux.',
        since: '2026-11-23T12:00:00.000Z',
        findings: ['CONTEXT_SWITCHED@context:current'],
        remedy: { kind: 'none' },
      },
    })
  }
  print('told')
})
