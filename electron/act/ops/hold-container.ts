import type { Step } from '../../../shared/plan/plan.ts'
import type { Op } from '../ops.ts'
import { readNote, writeNote } from '../step-note.ts'
import { type OpenHands, withEngine } from './with-engine.ts'

type HoldContainer = Extract<Step, { kind: 'HoldContainer' }>

/** What Compose gives a container by itself to end. */
const usualGraceSeconds = 10

export function holdContainerOp(open: OpenHands): Op<HoldContainer> {
  const noteOf = ({ containerId }: HoldContainer) => `container-${containerId}`
  return {
    async precondition(step, { signal }) {
      await withEngine(open, step, signal, async (hands) => {
        if (!(await hands.container(step.containerId, signal))) {
          throw new Error(`${step.container} is not on ${step.endpoint} any more.`)
        }
      })
    },
    async run(step, site) {
      await withEngine(open, step, site.signal, async (hands) => {
        const found = await hands.container(step.containerId, site.signal)
        if (!found) return
        await writeNote(site, noteOf(step), {
          running: found.state === 'running' || found.state === 'restarting',
          policy: found.restartPolicy,
        })
        // A container that was stopped starts with its engine when its policy is `always`, and
        // stays down when it is `unless-stopped` (docs.docker.com, "Start containers automatically").
        if (found.restartPolicy === 'always') {
          await hands.setRestartPolicy(step.containerId, 'unless-stopped', site.signal)
        }
        const grace = found.stopTimeoutSeconds ?? usualGraceSeconds
        await hands.stop(step.containerId, grace, site.signal)
      })
    },
    async verify(step, { signal }) {
      await withEngine(open, step, signal, async (hands) => {
        const found = await hands.container(step.containerId, signal)
        if (!found) throw new Error(`${step.container} is gone from ${step.endpoint}.`)
        if (found.state === 'running' || found.state === 'restarting') {
          throw new Error(`${step.container} is ${found.state}, expected to be stopped.`)
        }
        if (found.restartPolicy === 'always') {
          throw new Error(`${step.container} would start again with its engine.`)
        }
      })
    },
    async rollback(step, site) {
      const before = await readNote(site, noteOf(step))
      if (!before) return
      await withEngine(open, step, site.signal, async (hands) => {
        const found = await hands.container(step.containerId, site.signal)
        if (!found) throw new Error(`${step.container} is gone, so it cannot be started again.`)
        if (before['policy'] === 'always' && found.restartPolicy !== 'always') {
          await hands.setRestartPolicy(step.containerId, 'always', site.signal)
        }
        if (before['running'] === true) await hands.start(step.containerId, site.signal)
      })
    },
  }
}
