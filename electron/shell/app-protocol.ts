import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { protocol } from 'electron'
import { contentSecurityPolicy, fileWithin, isOurPage } from './app-origin.ts'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}

/** Must be called before the app is ready, and once. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true } },
  ])
}

/** Serves `directory` as app://bundle/, and nothing outside of it. */
export function serveApp(directory: string): void {
  protocol.handle('app', async (request) => {
    if (request.method !== 'GET' || !isOurPage(request.url)) return answer(404)
    const file = fileWithin(directory, new URL(request.url).pathname)
    const type = types[extname(file ?? '')]
    if (file === undefined || type === undefined) return answer(404)
    try {
      return answer(200, await readFile(file), type)
    } catch {
      return answer(404)
    }
  })
}

function answer(status: number, body?: Buffer, type = 'text/plain'): Response {
  return new Response(body ? new Uint8Array(body) : null, {
    status,
    headers: {
      'content-type': type,
      'content-security-policy': contentSecurityPolicy,
      'x-content-type-options': 'nosniff',
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    },
  })
}
