import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { Menu, type MenuItemConstructorOptions, nativeImage, Tray } from 'electron'
import type { Mirror } from '../../shared/ipc/contract.ts'
import { type TrayDeed, type TrayItem, type TrayModel, trayModel } from './tray-model.ts'

interface AppTray {
  update(mirror: Mirror, startsWithSession?: boolean): void
  /** Registers anew: a tray that met no host stays out of sight for ever (Electron 42). */
  rebuild(): void
  destroy(): void
}

/** Exactly one: a second Tray is not registered with the watcher (Electron 42). */
export function appTray(parts: { icons: string; perform: (deed: TrayDeed) => void }): AppTray {
  let tray: Tray | undefined
  let shown: TrayModel | undefined

  function draw(model: TrayModel): void {
    const icon = () => nativeImage.createFromPath(join(parts.icons, `${model.health}.png`))
    if (!tray) {
      tray = new Tray(icon())
      tray.on('click', () => parts.perform({ kind: 'open' }))
      shown = undefined
    } else if (shown?.health !== model.health) {
      tray.setImage(icon())
    }
    if (shown?.tooltip !== model.tooltip) tray.setToolTip(model.tooltip)
    // A new menu closes the one that a person may be reading, so only when it says something else.
    if (!isDeepStrictEqual(shown?.menu, model.menu)) {
      tray.setContextMenu(Menu.buildFromTemplate(model.menu.map(menuItem)))
    }
    shown = model
  }

  function menuItem(item: TrayItem): MenuItemConstructorOptions {
    if (item.kind === 'separator') return { type: 'separator' }
    const label = item.label.replaceAll('&', '&&')
    if (item.kind === 'line') return { label, enabled: false }
    if (item.kind === 'submenu') return { label, submenu: item.items.map(menuItem) }
    if (item.kind === 'deed') return { label, click: () => parts.perform(item.deed) }
    const click = () => {
      // A click has ticked it already, whatever comes of it: what is drawn is not the model any more.
      if (shown) shown = { ...shown, menu: [] }
      parts.perform(item.deed)
    }
    return { label, type: 'checkbox', checked: item.on, click }
  }

  return {
    update(mirror, startsWithSession) {
      const model = trayModel(mirror, Date.now(), startsWithSession)
      if (!isDeepStrictEqual(shown, model)) draw(model)
    },
    rebuild() {
      const model = shown
      tray?.destroy()
      tray = undefined
      if (model) draw(model)
    },
    destroy() {
      tray?.destroy()
      tray = undefined
    },
  }
}
