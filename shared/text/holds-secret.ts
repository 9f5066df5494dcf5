import { maskSecrets } from './mask-secrets.ts'

/** Whether any of these values is, or has in it, what nobody may read; told by names and shapes. */
export function holdsSecret(values: Readonly<Record<string, string>>): boolean {
  // Of a mount it is the name of a file (mount.cifs 7).
  const text = JSON.stringify(values).replace(/\bcred(ential)?s=(?=\/)/g, 'file=')
  return maskSecrets(text, 'values.json') !== text
}

/**
 * Whether a file may have in it what nobody may read: what could not be shown as it is, what is
 * called an env file, and what is no text.
 */
export const mayHoldSecret = (text: string, path: string): boolean =>
  /(^|\/|\.)env(\.[^/]*)?$/i.test(path) ||
  text.includes('\uFFFD') ||
  maskSecrets(text, path) !== text
