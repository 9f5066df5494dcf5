/** What a person, or stay home, wants done. A planner turns it into a plan. */
export type Intent =
  | { kind: 'switch-back'; to?: string | undefined; startDesktop?: boolean | undefined }
  /** The context that is current now becomes home. */
  | { kind: 'keep-here' }
