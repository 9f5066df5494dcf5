import { open } from 'node:fs/promises'

/** A rename outlasts a power cut only once its directory is on the disk as well. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
