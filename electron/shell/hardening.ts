import { app, Menu, session } from 'electron'
import { isOurPage } from './app-origin.ts'

/**
 * How Chromium is to run, said before the app is ready. Returns whether its sandbox is on: root
 * cannot have it; who starts Electron as root says --no-sandbox knowingly, and insisting here
 * would leave the app without a network process (Electron 42).
 */
export function tameChromium(): boolean {
  const sandboxed = !app.commandLine.hasSwitch('no-sandbox')
  if (sandboxed) app.enableSandbox()
  app.disableHardwareAcceleration()
  // We keep no cookies; without this Chromium asks the desktop for a keyring, and its password.
  app.commandLine.appendSwitch('password-store', 'basic')
  Menu.setApplicationMenu(null)
  return sandboxed
}

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
