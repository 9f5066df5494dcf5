import type { Step, StepKind } from '../../shared/plan/plan.ts'

/** Where a running operation keeps what it needs to undo itself. */
export type OperationSite = {
  id: string
  /** `keep/` in the operation's directory: files as they were before. */
  keepDirectory: string
  signal: AbortSignal
  /** Says what came of the running step beyond its being done, for whoever looks on. */
  remark?: (sentence: string) => void
}

/**
 * How one kind of step is performed. Each part throws with a sentence for a person.
 * `run` and `rollback` may be called after a `run` that did nothing, or half of its work, also
 * in another process: they look at the world, not at what was done before.
 */
export interface Op<S extends Step> {
  /**
   * Asked for every step before the first one is begun, of what no earlier step of the plan has a
   * hand in: rejects while still nothing has been touched.
   */
  stillAsPlanned?(step: S): Promise<void>
  /** Still true what the plan was made for? */
  precondition(step: S, site: OperationSite): Promise<void>
  run(step: S, site: OperationSite): Promise<void>
  /** Looks at the world, not at what `run` believes. */
  verify(step: S, site: OperationSite): Promise<void>
  rollback(step: S, site: OperationSite): Promise<void>
}

/** A new kind of step without an op does not compile. */
export type Ops = { [K in StepKind]: Op<Extract<Step, { kind: K }>> }
