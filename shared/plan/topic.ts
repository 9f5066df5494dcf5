/** What a step is about; the review puts a heading over each run of them. */
export const topics = [
  'kept',
  'checks',
  'units',
  'strays',
  'context',
  'files',
  'data',
  'services',
  'samples',
  'dashboards',
  'proof',
  'other',
] as const
export type Topic = (typeof topics)[number]

// By the name of the kind, and open: a kind that is not in here is told under a heading of its own.
const topicOfKind: Readonly<Record<string, Topic>> = {
  TakeSnapshot: 'kept',
  CheckSnapshot: 'checks',
  KeepCopy: 'context',
  StartDesktop: 'context',
  WaitForEngine: 'context',
  SelectContext: 'context',
  VerifyEngine: 'context',
  AcceptHome: 'context',
  StopUnit: 'units',
  HoldContainers: 'strays',
  PutBackFiles: 'files',
  RemoveFiles: 'files',
  RestoreVolume: 'data',
  StopServices: 'services',
  StartServices: 'services',
  BringUp: 'services',
  SaveSamples: 'samples',
  MergeSamples: 'samples',
  RestoreDashboard: 'dashboards',
  RemoveDashboard: 'dashboards',
  SaveDashboards: 'dashboards',
  CarryDashboards: 'dashboards',
  VerifyStack: 'proof',
  VerifyRestored: 'proof',
}

export const topicOf = (kind: string): Topic => topicOfKind[kind] ?? 'other'
