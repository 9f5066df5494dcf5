import { app, session } from 'electron'
import { isOurPage } from './app-origin.ts'

/** Shuts every door that a page could try. Call when the app is ready, before the first window. */
export function harden(): void {
  const page = session.defaultSession
  page.setPermissionRequestHandler((_contents, _permission, callback) => callback(false))
  page.setPermissionCheckHandler(() => false)
  page.setDevicePermissionHandler(() => false)
  page.on('will-download', (event) => event.preventDefault())
  // The page's own files come from app://; whatever else is asked for does not leave the machine.
  page.webRequest.onBeforeRequest((details, callback) =>
    callback({ cancel: !isOurPage(details.url) && !isFromUs(details.url) }),
  )

  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
    contents.on('will-navigate', (event) => event.preventDefault())
    contents.on('will-frame-navigate', (event) => event.preventDefault())
    contents.on('will-redirect', (event) => event.preventDefault())
    contents.on('will-attach-webview', (event) => event.preventDefault())
  })
}

const isFromUs = (url: string): boolean => url.startsWith('data:') || url.startsWith('devtools:')
