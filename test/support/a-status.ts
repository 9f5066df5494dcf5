import type { StatusView } from '../../shared/ipc/status.ts'

/** A stack of which nothing is seen and nothing is wrong. */
export const aStatus = (different: Partial<StatusView> = {}): StatusView => ({
  health: 'ok',
  sentence: '',
  at: '2026-11-23T10:00:00.000Z',
  stack: 'odin',
  stackFile: null,
  home: null,
  current: null,
  engines: [],
  services: [],
  findings: [],
  incidents: [],
  ...different,
})
