import type { SentinelBridge } from '../shared/ipc/contract.ts'

declare global {
  interface Window {
    /** Put there by the preload; absent when the page was opened by anything else. */
    readonly sentinel?: SentinelBridge
  }
}

/** The window's only way out. Nothing else in here touches `window.sentinel`. */
export function findBridge(): SentinelBridge | undefined {
  return window.sentinel
}
