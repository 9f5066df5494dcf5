import { type IpcMainInvokeEvent, ipcMain } from 'electron'
import { type Channel, contract, type Params } from '../../shared/ipc/contract.ts'
import { isOurPage } from './app-origin.ts'
import type { Handlers } from './handlers-kit.ts'

/** The only place that listens to the page: the sender is checked, both directions are parsed. */
export function answerThePage(handlers: Handlers): void {
  const channels = Object.keys(contract) as Channel[]
  for (const channel of channels) answer(channel, handlers)
}

function answer<C extends Channel>(channel: C, handlers: Handlers): void {
  ipcMain.handle(channel, async (event, ...words: unknown[]) => {
    if (!isFromOurPage(event)) throw new Error('Only the window of Odin Sentinel may ask.')
    const params = contract[channel].params.safeParse(words[0])
    if (!params.success || words.length !== 1) {
      throw new Error(`The question on ${channel} is not as agreed.`)
    }
    const reply = await handlers[channel](params.data as Params<C>)
    return contract[channel].reply.parse(reply)
  })
}

/** The main frame of a window, showing our page. A frame that has gone has no `senderFrame`. */
function isFromOurPage(event: IpcMainInvokeEvent): boolean {
  const frame = event.senderFrame
  return frame !== null && frame === event.sender.mainFrame && isOurPage(frame.url)
}
