import { statfs } from 'node:fs/promises'
import { hostname } from 'node:os'

type Said = { Name: string; OperatingSystem: string; DockerRootDir: string }

/**
 * Free bytes where an engine keeps its data. Undefined where that is not a disk of this machine,
 * or nobody can tell: a path in a virtual machine looks like one of ours.
 */
export async function freeBytesOf(endpoint: string, said: Said): Promise<number | undefined> {
  const isHere =
    endpoint.startsWith('unix://') &&
    said.Name === hostname() &&
    said.OperatingSystem !== 'Docker Desktop' &&
    said.DockerRootDir.startsWith('/')
  if (!isHere) return undefined
  try {
    const { bavail, bsize } = await statfs(said.DockerRootDir)
    return bavail * bsize
  } catch {
    return undefined
  }
}
