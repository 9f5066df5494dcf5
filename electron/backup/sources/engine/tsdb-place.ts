import { posix } from 'node:path'
import {
  type ContainerUpClose,
  helperMountPath,
} from '../../../adapters/docker/hands/engine-hands.ts'
import type { DataPlace } from './pending-cleanups.ts'

/** Where Prometheus keeps its data when nobody says it, below its working directory. */
const usualPath = 'data/'

/** What `--storage.tsdb.path` says, with one dash or two, `=` or a word of its own. */
export function dataPathOf({ args, cwd }: Pick<ContainerUpClose, 'args' | 'cwd'>): string {
  const at = args.findIndex((arg) => /^--?storage\.tsdb\.path(=|$)/.test(arg))
  const arg = args[at] ?? ''
  const given = arg.includes('=') ? arg.slice(arg.indexOf('=') + 1) : args[at + 1]
  return posix.resolve(cwd || '/', (at >= 0 && given) || usualPath)
}

/** What lies behind a path in a container; undefined where it is gone with the container's end. */
export function placeOf(
  { mounts }: Pick<ContainerUpClose, 'mounts'>,
  path: string,
): DataPlace | undefined {
  const [mount] = mounts
    .filter(({ destination }) => `${path}/`.startsWith(asDirectory(destination)))
    .sort((a, b) => b.destination.length - a.destination.length)
  if (mount === undefined) return { type: 'layer' }
  const { type, source, destination } = mount
  if (type !== 'volume' && type !== 'bind') return undefined
  return { type, source, below: posix.relative(destination, path) }
}

const asDirectory = (path: string): string => (path.endsWith('/') ? path : `${path}/`)

/** Where the data is in a helper that has this place mounted. */
export const pathInHelper = (place: Exclude<DataPlace, { type: 'layer' }>): string =>
  posix.join(helperMountPath, place.below)
