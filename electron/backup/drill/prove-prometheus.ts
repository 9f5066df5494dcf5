import { setTimeout as pause } from 'node:timers/promises'
import type { SnapshotComponent } from '../../../shared/domain/snapshot.ts'
import { maskSecrets } from '../../../shared/text/mask-secrets.ts'
import { asDuration, counted } from '../run/say.ts'
import { type AskedInside, askInside } from './ask-inside.ts'
import { bringBack } from './bring-back.ts'
import { type DrillSite, filesOf, type Proof, proof } from './drill-site.ts'

const dataPath = '/odin-sentinel-drill'
/** A large log is read before it answers. */
const readyWithinMs = 600_000
const lastHours = '6h'

/** Starts a Prometheus of the same image on the restored data, and asks it what it knows. */
export async function provePrometheus(
  site: DrillSite,
  component: SnapshotComponent,
): Promise<Proof> {
  const { engine, id, entry, say, signal } = site
  const { facts } = component
  const name = facts['service'] ?? component.id
  const { manifest } = entry
  const known = manifest.images[name]
  const candidates = [known?.id, facts['imageId'], ...(known?.digests ?? []), facts['image']]
  const image = await engine.scratch.image(candidates.filter(isNamed), signal)
  const { volume } = await bringBack(site, component, 'prometheus')
  say({ phase: 'starting', what: `Prometheus on the restored data of ${name}` })
  const began = performance.now()
  const containerId = await engine.scratch.createContainer(
    {
      drill: id,
      what: 'prometheus',
      image: image.id,
      program: image.program,
      args: [
        // No file, no targets, no rules, nobody to alert.
        '--config.file=/dev/null',
        `--storage.tsdb.path=${dataPath}`,
        // What is too old by now is a part of the proof all the same.
        '--storage.tsdb.retention.time=100y',
        '--web.listen-address=127.0.0.1:9090',
      ],
      user: ownerOf(site, component),
      volume: { name: volume, destination: dataPath },
    },
    signal,
  )
  await engine.hands.start(containerId, signal)
  const asked = askInside(engine.hands, containerId, signal)
  const at = newestAt(component, manifest.startedAt)
  await untilReady(site, { containerId, asked, name, at })
  const took = performance.now() - began
  return judged({ component, name, at, asked, took })
}

const isNamed = (name: string | undefined): name is string => name !== undefined && name !== ''

/** Whoever owns the data; root where it belongs to several. */
function ownerOf(site: DrillSite, component: SnapshotComponent): string {
  const owners = new Set(filesOf(site, component).map(({ uid, gid }) => `${uid}:${gid}`))
  const [owner = '0:0'] = owners
  return owners.size === 1 ? owner : '0:0'
}

/** The newest moment that it must know of, epoch milliseconds. */
function newestAt({ facts, consistency }: SnapshotComponent, startedAt: string): number {
  const ofBlocks = Date.parse(facts['maxTime'] ?? '')
  const ofSnapshot = Date.parse(startedAt)
  if (consistency === 'stopped' || Number.isNaN(ofBlocks)) return ofSnapshot
  return ofBlocks
}

/** It tells nobody when it is ready: asking is the only way. */
async function untilReady(
  { engine, signal }: DrillSite,
  it: { containerId: string; asked: AskedInside; name: string; at: number },
): Promise<void> {
  const deadline = performance.now() + readyWithinMs
  for (let waitMs = 100; ; waitMs = Math.min(waitMs * 1.5, 2_000)) {
    const now = await engine.hands.container(it.containerId, signal)
    if (now?.state !== 'running') {
      const said = now ? await engine.scratch.output(it.containerId, signal) : ''
      throw new Error(
        `Prometheus on the restored data of ${it.name} ended with ${now?.exitCode ?? 'nothing'}, expected to run${lastWord(said)}.`,
      )
    }
    if (await it.asked.query('vector(1)', it.at)) return
    if (performance.now() > deadline) {
      throw new Error(
        `Prometheus on the restored data of ${it.name} was not ready within ${asDuration(readyWithinMs)}.`,
      )
    }
    await pause(waitMs, undefined, { signal })
  }
}

/** The last line that complains, without what may be a secret. */
function lastWord(output: string): string {
  const lines = output.split('\n').map((line) => line.trim())
  const complaints = lines.filter((line) => /err|fail|level=(warn|ERROR)/i.test(line))
  const last = complaints.at(-1) ?? lines.filter(Boolean).at(-1)
  return last ? `: ${maskSecrets(last.slice(-300), 'stderr').replace(/\.$/, '')}` : ''
}

async function judged(it: {
  component: SnapshotComponent
  name: string
  at: number
  asked: AskedInside
  took: number
}): Promise<Proof> {
  const { asked, at, name } = it
  const { facts, consistency } = it.component
  const broken: string[] = []
  const unproven: string[] = []
  const counts = await asked.query(`sum by (job) (count_over_time(up[${lastHours}]))`, at)
  if (counts === undefined) {
    return proof({ broken: [`Prometheus on the restored data of ${name} answered no query.`] })
  }
  const jobs = new Set(counts.filter(({ value }) => value > 0).map(({ labels }) => labels['job']))
  const noted = jobsIn(facts['jobs'])
  const missing = noted?.filter((job) => !jobs.has(job)) ?? []
  if (missing.length > 0) {
    broken.push(
      `Prometheus on the restored data of ${name} knows ${missing.length === 1 ? 'job' : 'jobs'} ${missing.join(', ')} no more in its last ${lastHours}, expected ${counted(noted?.length ?? 0, 'job')}.`,
    )
  }
  const blocks = Number(facts['blocks'] ?? 0)
  const hasData = blocks > 0 || consistency === 'stopped'
  if (jobs.size === 0 && hasData && missing.length === 0) {
    const series = (await asked.query('count({__name__!=""})', at - 1)) ?? []
    // Where all of it is pushed there is no `up`.
    if ((series[0]?.value ?? 0) > 0) unproven.push(`${name} has no samples of up, only others.`)
    else broken.push(`Prometheus on the restored data of ${name} has no samples in its last hours.`)
  }
  const loaded = blocksIn(await asked.metrics())
  if (loaded === undefined) unproven.push(`Nobody could count the blocks of ${name}.`)
  else if (loaded < blocks) {
    broken.push(
      `Prometheus loaded ${counted(loaded, 'block')} of ${name}, expected ${blocks}: the others are not whole.`,
    )
  }
  const found = `Prometheus answered after ${asDuration(it.took)} with ${counted(jobs.size, 'job')}`
  return proof({ held: [found], broken, unproven })
}

function jobsIn(noted: string | undefined): string[] | undefined {
  if (noted === undefined) return undefined
  try {
    const jobs: unknown = JSON.parse(noted)
    return Array.isArray(jobs) ? jobs.map(String) : undefined
  } catch {
    return undefined
  }
}

function blocksIn(metrics: string | undefined): number | undefined {
  const [, count] = /^prometheus_tsdb_blocks_loaded (\S+)\s*$/m.exec(metrics ?? '') ?? []
  return count === undefined ? undefined : Number(count)
}
