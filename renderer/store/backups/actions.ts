import type { BackupPlan } from '../../../shared/ipc/backup-view.ts'
import type { Channel, Params, Reply } from '../../../shared/ipc/contract.ts'
import type { UiStore } from '../ui.ts'
import type { BackupPlace, BackupsUi, SnapshotPart } from './place.ts'

type Asking = {
  ui: UiStore
  /** Asks main and makes the buttons wait; what fails is told, and the answer is undefined. */
  ask: <C extends Channel>(channel: C, params: Params<C>) => Promise<Reply<C> | undefined>
  /** True when main has done it; why not is told. */
  act: <C extends 'backup:start' | 'backup:cancel' | 'backup:set-plan' | 'snapshot:pin'>(
    channel: C,
    params: Params<C>,
  ) => Promise<boolean>
  /** Asks without anybody waiting. */
  read: <C extends Channel>(channel: C, params: Params<C>) => Promise<Reply<C> | undefined>
}

const noAnswer = 'There is no answer, expected one.'

type SnapshotPlace = BackupPlace & { name: 'snapshot' }

/** Everything a person can do on the Backups page. */
export function backupActions({ ui, ask, act, read }: Asking) {
  const change = (part: Partial<BackupsUi>): void =>
    ui.setState({ backups: { ...ui.getState().backups, ...part } })

  function changeSnapshot(id: string, part: Partial<SnapshotPlace>): void {
    const { place } = ui.getState().backups
    if (place.name === 'snapshot' && place.id === id) change({ place: { ...place, ...part } })
  }

  async function readBackups(stack: string): Promise<void> {
    const reply = await read('backups:get', { stack })
    if (reply !== undefined) change({ answered: { stack, view: reply.view } })
  }

  async function browseSnapshot(stack: string, id: string, path: string): Promise<void> {
    const browsing = { path, entries: null, problem: null }
    changeSnapshot(id, { browsing })
    const reply = await ask('snapshot:browse', { stack, snapshot: id, path })
    const { place } = ui.getState().backups
    if (place.name !== 'snapshot' || place.browsing !== browsing) return
    changeSnapshot(id, {
      browsing: { ...browsing, ...(reply ?? { entries: [], problem: noAnswer }) },
    })
  }

  async function compareSnapshot(stack: string, id: string, against: string | null): Promise<void> {
    const comparing = { against, changes: null, problem: null }
    changeSnapshot(id, { comparing })
    const reply = await ask('snapshot:diff', { stack, snapshot: id, against })
    const { place } = ui.getState().backups
    if (place.name !== 'snapshot' || place.comparing !== comparing) return
    changeSnapshot(id, {
      comparing: { ...comparing, ...(reply ?? { changes: [], problem: noAnswer }) },
    })
  }

  async function previewPrune(stack: string): Promise<void> {
    const reply = await read('backup:preview-prune', { stack })
    const { place } = ui.getState().backups
    if (place.name === 'schedule') change({ place: { ...place, preview: reply?.lines ?? [] } })
  }

  return {
    readBackups,
    browseSnapshot,
    compareSnapshot,

    async startBackup(stack: string, wish: Omit<Params<'backup:start'>, 'stack'>): Promise<void> {
      await act('backup:start', { stack, ...wish })
    },

    async cancelBackup(): Promise<void> {
      await act('backup:cancel', {})
    },

    chooseDay(day: string | null): void {
      change({ day })
    },

    showBackups(): void {
      change({ place: { name: 'list' } })
    },

    openSnapshot(id: string): void {
      const browsing = { path: '', entries: null, problem: null }
      const comparing = { against: null, changes: null, problem: null }
      const place = { name: 'snapshot', id, part: 'contents', browsing, comparing } as const
      change({ place, last: id })
    },

    async showPart(stack: string, id: string, part: SnapshotPart): Promise<void> {
      changeSnapshot(id, { part })
      const { place } = ui.getState().backups
      if (place.name !== 'snapshot') return
      if (part === 'files' && place.browsing.entries === null) await browseSnapshot(stack, id, '')
      if (part === 'differences' && place.comparing.changes === null) {
        await compareSnapshot(stack, id, place.comparing.against)
      }
    },

    /** `why` null lets it go. */
    async pinSnapshot(stack: string, id: string, why: string | null): Promise<boolean> {
      const pinned = await act('snapshot:pin', { stack, snapshot: id, why })
      if (pinned) await readBackups(stack)
      return pinned
    },

    async editSchedule(stack: string): Promise<void> {
      change({ place: { name: 'schedule', preview: null } })
      await previewPrune(stack)
    },

    async savePlan(stack: string, plan: BackupPlan): Promise<boolean> {
      const saved = await act('backup:set-plan', { stack, plan })
      if (!saved) return false
      await readBackups(stack)
      change({ place: { name: 'list' } })
      return true
    },
  }
}
