import { maskSecrets } from './mask-secrets.ts'

/** Whether any of these values is, or has in it, what nobody may read; told by names and shapes. */
export function holdsSecret(values: Readonly<Record<string, string>>): boolean {
  // Of a mount it is the name of a file (mount.cifs 7).
  const text = JSON.stringify(values).replace(/\bcred(ential)?s=(?=\/)/g, 'file=')
  return maskSecrets(text, 'values.json') !== text
}
