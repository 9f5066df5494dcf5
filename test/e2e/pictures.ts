import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ElectronApplication, Page } from 'playwright-core'

export const screenshots = join(import.meta.dirname, 'screenshots')

const sizes = [
  [1100, 900],
  [700, 820],
] as const

/** Both themes, wide and narrow. Throws where something is wider than the window. */
export async function takePictures(
  app: ElectronApplication,
  page: Page,
  name: string,
): Promise<void> {
  await mkdir(screenshots, { recursive: true })
  for (const [width, height] of sizes) {
    await app.evaluate(
      ({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setContentSize(...size),
      [width, height] as [number, number],
    )
    await page.waitForFunction((wanted) => innerWidth === wanted, width)
    for (const theme of ['light', 'dark'] as const) {
      await app.evaluate(({ nativeTheme }, source) => {
        nativeTheme.themeSource = source
      }, theme)
      await page.waitForFunction(
        (dark) => matchMedia('(prefers-color-scheme: dark)').matches === dark,
        theme === 'dark',
      )
      await page.screenshot({ path: join(screenshots, `${name}-${width}-${theme}.png`) })
    }
    const wider = await page.evaluate(
      () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
    )
    if (wider) throw new Error(`${name} does not fit into a window that is ${width} wide.`)
  }
}
