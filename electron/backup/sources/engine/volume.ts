import type { ComponentKind } from '../../../../shared/domain/snapshot.ts'
import { holdsSecret } from '../../../../shared/text/holds-secret.ts'
import { type EngineVolume, helperMountPath } from '../../../adapters/docker/hands/engine-hands.ts'
import type { BackupSource, OpenedSource } from '../source.ts'
import { archiveTree } from './archive-tree.ts'
import { type EngineParts, nameOf } from './engine-parts.ts'
import { openHelper } from './open-helper.ts'
import { opening } from './put-back.ts'
import { isActive, quiesce, whyNotStop } from './quiesce.ts'

export type VolumeParts = EngineParts & {
  volume: string
  kind?: ComponentKind
  /** For the person, instead of its name: "Loki data of odin/loki". */
  title?: string
  /** Where it is used and may not be stopped: has its user write what it holds back. */
  beforeLive?: (signal: AbortSignal) => Promise<void>
}

/** A named volume, byte for byte, through a helper that is never started. */
export function volumeSource(parts: VolumeParts): BackupSource {
  const { volume: name, kind = 'volume', title = `volume ${parts.volume}` } = parts
  return {
    id: `volume:${name}`,
    kind,
    title,
    packing: 'new-files',
    open: (signal) => opening((begun) => openVolume(parts, begun, signal)),
  }
}

async function openVolume(
  parts: VolumeParts,
  begun: AsyncDisposableStack,
  signal: AbortSignal,
): Promise<Omit<OpenedSource, 'close'>> {
  const { hands, volume: name } = parts
  const volume = await hands.volume(name, signal)
  if (volume === undefined)
    throw new Error(`Volume ${name} is missing on ${hands.endpoint}, expected with the stack.`)
  const users = await hands.containersUsing(name, signal)
  const active = users.filter(isActive)
  const gaps: string[] = []
  const why = active.length > 0 ? await whyNotStop(parts, active, signal) : undefined
  const isLive = why !== undefined
  if (isLive) await parts.beforeLive?.(signal).catch((error: Error) => gaps.push(error.message))
  else if (active.length > 0) {
    const quieted = await quiesce(parts, active, signal)
    begun.defer(() => quieted.startAgain())
  }
  const helper = await openHelper(parts, { type: 'volume', source: name }, signal)
  begun.defer(() => helper.close())

  const facts: Record<string, string> = {
    volume: name,
    ...madeAs(volume),
    ...(isAnonymous(name) && { anonymous: 'true' }),
    users: users.flatMap((user) => mountsOf(user, name)).join(' '),
    images: [...new Set(users.map(({ image }) => image))].join(' '),
    ...(why !== undefined && { live: `${why}.` }),
    ...(!isLive && active.length > 0 && { stopped: active.map(nameOf).join(' ') }),
  }
  const { containerId } = helper
  const tree = archiveTree({ hands, containerId, root: helperMountPath, signal, isLive })
  async function* items() {
    yield* tree
    if (tree.skipped().length > 0) facts['skipped'] = someOf(tree.skipped())
    if (isLive) return
    const woken = (await hands.containersUsing(name, signal)).filter(isActive).map(nameOf)
    if (woken.length > 0)
      gaps.push(`${woken.join(', ')} was started by somebody while volume ${name} was read.`)
  }
  return {
    consistency: isLive ? 'live' : 'stopped',
    facts,
    items: items(),
    gaps: () => [...gaps, ...tree.gaps().map((gap) => `In volume ${name}: ${gap}`)],
  }
}

/** How it was made, to be made again. */
export const madeAs = ({ driver, options, labels }: EngineVolume): Record<string, string> => ({
  driver,
  ...optionFacts(options),
  ...(Object.keys(labels).length > 0 && { labels: JSON.stringify(labels) }),
})

/** A manifest is never encrypted, so a password to mount a share with is not for it. */
function optionFacts(options: Readonly<Record<string, string>>): Record<string, string> {
  const names = Object.keys(options)
  if (names.length === 0) return {}
  return holdsSecret(options)
    ? { withheldOptions: names.join(' ') }
    : { options: JSON.stringify(options) }
}

const mostNamed = 20
const someOf = (names: readonly string[]): string =>
  names.length > mostNamed
    ? `${names.slice(0, mostNamed).join(' ')} and ${names.length - mostNamed} more`
    : names.join(' ')

/** Made for a container by the engine itself, because its image asks for one. */
const isAnonymous = (volume: string): boolean => /^[0-9a-f]{64}$/.test(volume)

const mountsOf = (
  user: Parameters<typeof nameOf>[0] & {
    mounts: readonly { type: string; source: string; destination: string }[]
  },
  volume: string,
): string[] =>
  user.mounts
    .filter(({ type, source }) => type === 'volume' && source === volume)
    .map(({ destination }) => `${nameOf(user)}:${destination}`)
