import type { ReactNode } from 'react'
import { StateIcon } from '../../components/icons.tsx'
import type { Actions } from '../../store/actions.ts'
import type { StackStatus } from '../../store/selectors.ts'
import type { Tab, Ui } from '../../store/ui.ts'
import { Changes } from './changes.tsx'
import { Gpus } from './gpus.tsx'
import { Monitoring } from './monitoring.tsx'
import { Ports } from './ports.tsx'
import { useMonitoring } from './use-monitoring.ts'
import type { WatchedProps } from './watched-props.ts'

export type WatchedTab = Extract<Tab, 'monitoring' | 'gpus' | 'ports' | 'changes'>

const pages: Record<WatchedTab, (props: WatchedProps) => ReactNode> = {
  monitoring: Monitoring,
  gpus: Gpus,
  ports: Ports,
  changes: Changes,
}

function Nothing({ title, sentence }: { title: string; sentence: string }) {
  return (
    <section className="middle" role="status">
      <StateIcon state="unknown" size={36} />
      <h1>{title}</h1>
      <p className="aside">{sentence}</p>
    </section>
  )
}

/** The pages that are drawn from what is seen beyond the containers. */
export function Watched(props: {
  tab: WatchedTab
  status: StackStatus
  revision: number | undefined
  connected: boolean
  ui: Ui
  actions: Actions
}) {
  const { status, ui, actions } = props
  useMonitoring(status.stack, props.revision, actions)
  const answered = ui.monitoring?.stack === status.stack ? ui.monitoring : null
  if (answered === null) {
    return <Nothing title="Looking." sentence="The answer is on its way." />
  }
  if (answered.view === null) {
    return (
      <Nothing
        title="Cannot tell."
        sentence="Nothing beyond the containers of this stack is watched here."
      />
    )
  }
  const Page = pages[props.tab]
  return (
    <Page
      view={answered.view}
      status={status}
      connected={props.connected}
      asking={ui.asking}
      actions={actions}
    />
  )
}
