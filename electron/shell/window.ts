import { BrowserWindow, nativeTheme } from 'electron'
import { type Mirror, mirrorChanged } from '../../shared/ipc/contract.ts'
import { appUrl } from './app-origin.ts'

/**
 * What the window shows first: the overview, the plan review of a stack, of its remedy or of its
 * recovery, an operation that waits, or a page by its name.
 */
export type WindowPlace =
  | { review: string }
  | { recover: string }
  | { operation: string }
  | { page: 'backups' }
  | undefined

interface AppWindow {
  /** Opens the window, or brings the open one to the front. */
  show(place?: WindowPlace): void
  send(mirror: Mirror): void
  isOpen(): boolean
  /** Opened or gone; while nobody looks nothing needs to be drawn. */
  onVisibility(listener: (open: boolean) => void): void
  destroy(): void
}

type WindowParts = {
  preload: string
  icon: string
  title: string
  /** Without a tray the window is the only way back in, so closing only puts it aside. */
  keepOnClose: () => boolean
  quit: () => void
}

/** `ready-to-show` has failed to come on Wayland (podman-desktop#14123); then this does. */
const showAtLatestMs = 800

export function appWindow(parts: WindowParts): AppWindow {
  let window: BrowserWindow | undefined
  const listeners = new Set<(open: boolean) => void>()

  function urlOf(place: WindowPlace): string {
    return place === undefined ? appUrl : `${appUrl}#${new URLSearchParams(place)}`
  }

  function open(place: WindowPlace): void {
    const opened = new BrowserWindow({
      width: 1120,
      height: 780,
      minWidth: 640,
      minHeight: 480,
      show: false,
      title: parts.title,
      icon: parts.icon,
      autoHideMenuBar: true,
      backgroundColor: nativeTheme.shouldUseDarkColors ? '#14171c' : '#f7f8fa',
      webPreferences: {
        preload: parts.preload,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        nodeIntegrationInSubFrames: false,
        webviewTag: false,
        webSecurity: true,
        spellcheck: false,
        navigateOnDragDrop: false,
      },
    })
    window = opened
    let shown = false
    const showOnce = () => {
      if (shown || opened.isDestroyed()) return
      shown = true
      clearTimeout(latest)
      opened.show()
    }
    const latest = setTimeout(showOnce, showAtLatestMs)
    opened.once('ready-to-show', showOnce)
    opened.on('close', (event) => {
      if (!parts.keepOnClose()) return
      event.preventDefault()
      opened.minimize()
    })
    opened.on('closed', () => {
      clearTimeout(latest)
      window = undefined
      for (const listener of listeners) listener(false)
    })
    opened.on('page-title-updated', (event) => event.preventDefault())
    opened.webContents.on('before-input-event', (event, input) => {
      if (input.type !== 'keyDown' || !input.control || input.key.toLowerCase() !== 'q') return
      event.preventDefault()
      parts.quit()
    })
    // A page that died shows nothing at all, and nothing is never fine.
    opened.webContents.on('render-process-gone', (_event, details) => {
      if (details.reason !== 'clean-exit') opened.destroy()
    })
    void opened.loadURL(urlOf(place)).catch(() => {})
    for (const listener of listeners) listener(true)
  }

  return {
    show(place) {
      if (!window) return open(place)
      if (place) void window.loadURL(urlOf(place)).catch(() => {})
      if (window.isMinimized()) window.restore()
      window.show()
      window.focus()
    },
    send(mirror) {
      window?.webContents.send(mirrorChanged, mirror)
    },
    isOpen: () => window !== undefined,
    onVisibility(listener) {
      listeners.add(listener)
    },
    destroy() {
      window?.destroy()
    },
  }
}
