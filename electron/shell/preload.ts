import { contextBridge, ipcRenderer } from 'electron'
import {
  type Channel,
  contract,
  type Mirror,
  mirrorChanged,
  type Params,
  type Reply,
  type SentinelBridge,
} from '../../shared/ipc/contract.ts'

const bridge: SentinelBridge = {
  ask<C extends Channel>(channel: C, params: Params<C>): Promise<Reply<C>> {
    if (!Object.hasOwn(contract, channel)) {
      return Promise.reject(new Error('There is no such channel.'))
    }
    return ipcRenderer.invoke(channel, params)
  },
  onMirror(listener) {
    // The event carries `sender`, a way to every channel; the page gets the mirror alone.
    const pass = (_event: unknown, mirror: Mirror) => listener(mirror)
    ipcRenderer.on(mirrorChanged, pass)
    return () => {
      ipcRenderer.removeListener(mirrorChanged, pass)
    }
  },
}

contextBridge.exposeInMainWorld('sentinel', bridge)
