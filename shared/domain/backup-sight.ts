/** How work on a repository ended; `at` in epoch milliseconds. */
export type BackupEndSight = {
  kind: 'backup' | 'verify' | 'prune' | 'drill' | 'second-copy'
  at: number
  outcome: 'done' | 'partial' | 'damaged' | 'failed' | 'cancelled'
  sentence: string
  problems: readonly string[]
}

export type DamagedSnapshot = {
  id: string
  /** Which files are lost, or what is wrong with its papers, in a few words. */
  what: string
}

/** What is seen of the backups of one stack. */
export type BackupSight = {
  /** Directory of the repository, also while there is none in it yet. */
  repository: string
  /** The slot that has not come about, once it is time to say so. */
  overdueSince?: number
  /** Why the schedule in the stack file can never come due. */
  scheduleProblem?: string
  /** When the newest snapshot was taken that is verified and not damaged. */
  lastGood?: number
  /** The last end of each kind of work. */
  ends: readonly BackupEndSight[]
  damaged: readonly DamagedSnapshot[]
  space?: {
    freeBytes: number
    /** What one more snapshot is likely to add; absent before there are two. */
    nextBytes?: number
  }
}
