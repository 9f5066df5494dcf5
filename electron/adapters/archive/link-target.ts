/**
 * Whether a symbolic link at `path` can lead out of the directory that both are in. Only steps up
 * at the beginning of the target are counted out: one after a name may start from wherever another
 * link has led, so that it is taken for a way out.
 */
export function linkLeadsOut(path: string, target: string): boolean {
  if (target === '' || target.startsWith('/')) return true
  const parts = target.split('/').filter((part) => part !== '' && part !== '.')
  const firstName = parts.findIndex((part) => part !== '..')
  const up = firstName === -1 ? parts.length : firstName
  return up > path.split('/').length - 1 || parts.slice(up).includes('..')
}
