import { createInterface } from 'node:readline'
import type { Page } from 'playwright-core'
import { takePictures } from '../e2e/pictures.ts'
import { openStage, type Stage } from '../e2e/stage.ts'

// A hand at the window of the real app, in the lab's terminal, where the test itself cannot be:
// the app's doors for tests are on the loopback of that computer. One deed a line comes in, and
// its answer goes out. It ends with its input.

/** What a person can do at a window. `words` are a regular expression. */
export type Deed =
  /** Waits until it is shown. */
  | { do: 'see'; words: string }
  | { do: 'press'; button: string }
  | { do: 'type'; field: string; text: string }
  /** Everything that is written in whatever has this role, one text each. */
  | { do: 'read'; role: 'article' | 'main' }
  /** Of what is shown, or of its end. */
  | { do: 'picture'; name: string; end?: true }
  /** What the desktop was told, in order, and what the tray says. */
  | { do: 'desktop' }

export type Answer = { said: string[] } | { problem: string }
export type WindowOrder = { bundle: string; env: Record<string, string>; patienceMs: number }

async function perform(deed: Deed, stage: Stage, page: Page): Promise<string[]> {
  switch (deed.do) {
    case 'see': {
      const found = page.getByText(new RegExp(deed.words)).first()
      await found.waitFor()
      return [await found.innerText()]
    }
    case 'press':
      await page
        .getByRole('button', { name: new RegExp(deed.button) })
        .first()
        .click()
      return []
    case 'type':
      await page.getByLabel(new RegExp(deed.field)).fill(deed.text)
      return []
    case 'read':
      return page.getByRole(deed.role).allInnerTexts()
    case 'picture':
      if (deed.end) await page.getByRole('listitem').last().scrollIntoViewIfNeeded()
      await takePictures(stage.app, page, deed.name)
      return []
    case 'desktop':
      return [...stage.notices.caught.map(({ title }) => title), await stage.tray.tooltip()]
  }
}

const order = JSON.parse(process.argv[2] ?? '') as WindowOrder
await using stage = await openStage({ world: 'real', bundle: order.bundle, env: order.env })
const page = await stage.page()
page.setDefaultTimeout(order.patienceMs)
const tell = (answer: Answer) => process.stdout.write(`${JSON.stringify(answer)}\n`)
tell({ said: [] })
for await (const line of createInterface({ input: process.stdin })) {
  try {
    tell({ said: await perform(JSON.parse(line) as Deed, stage, page) })
  } catch (error) {
    const shown = await page.locator('body').innerText().catch(String)
    tell({ problem: `${String(error)}\nThe window shows:\n${shown}` })
  }
}
