import { join, sep } from 'node:path'

/** The one origin that is ours. A URL parser calls it "null", so compare protocol and host. */
export const appUrl = 'app://bundle/index.html'

export function isOurPage(url: string): boolean {
  try {
    const { protocol: scheme, host } = new URL(url)
    return scheme === 'app:' && host === 'bundle'
  } catch {
    return false
  }
}

/** Everything is closed, and what the page really uses is opened again. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Undefined when the path, after all decoding, would leave the directory. */
export function fileWithin(directory: string, pathname: string): string | undefined {
  let decoded: string
  try {
    decoded = decodeURIComponent(pathname)
  } catch {
    return undefined
  }
  if (decoded.includes('\0') || decoded.includes('\\')) return undefined
  const file = join(directory, decoded)
  return file.startsWith(directory + sep) ? file : undefined
}
