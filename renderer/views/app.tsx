import { type ReactNode, useEffect, useRef } from 'react'
import { useStore } from 'zustand'
import type { Mirror } from '../../shared/ipc/contract.ts'
import type { Actions } from '../store/actions.ts'
import type { Mirrored, MirrorStore } from '../store/mirror.ts'
import {
  operationInView,
  type StackStatus,
  stackInView,
  unadopted,
  waitingOperations,
} from '../store/selectors.ts'
import type { Ui, UiStore } from '../store/ui.ts'
import { Backups } from './backups/backups.tsx'
import { Banners } from './banners.tsx'
import { Empty } from './empty.tsx'
import { Header } from './header.tsx'
import { Reports } from './monitoring/reports.tsx'
import { Watched } from './monitoring/watched.tsx'
import { Overview } from './overview.tsx'
import { OpenOperation } from './recover/open-operation.tsx'
import { Operation } from './recover/operation.tsx'
import { PlanReview } from './recover/plan-review.tsx'
import { Simulation } from './recover/simulation.tsx'
import { Runbook } from './runbook.tsx'
import { Timeline } from './timeline.tsx'
import { Failed, Loading } from './waiting.tsx'

export type AppProps = { mirror: MirrorStore; ui: UiStore; actions: Actions }

type PageProps = {
  mirror: Mirror
  status: StackStatus | undefined
  ui: Ui
  actions: Actions
  connected: boolean
}

function PageInView({ mirror, status, ui, actions, connected }: PageProps): ReactNode {
  const { page } = ui
  switch (page.name) {
    case 'timeline':
      return (
        <Timeline
          recent={mirror.timeline}
          asked={ui.timeline}
          stacks={mirror.stacks.length}
          actions={actions}
        />
      )
    case 'backups':
      return status === undefined ? (
        <Empty status={unadopted(mirror)} asking={ui.asking} actions={actions} />
      ) : (
        <Backups
          status={status}
          backups={mirror.backups}
          connected={connected}
          ui={ui}
          actions={actions}
        />
      )
    case 'reports':
      return <Reports report={ui.report} asking={ui.asking} actions={actions} />
    case 'monitoring':
    case 'gpus':
    case 'ports':
    case 'changes':
      return status === undefined ? (
        <Empty status={unadopted(mirror)} asking={ui.asking} actions={actions} />
      ) : (
        <Watched
          tab={page.name}
          status={status}
          revision={mirror.monitoringRevision}
          connected={connected}
          ui={ui}
          actions={actions}
        />
      )
    case 'plan':
      return <PlanReview page={page} asking={ui.asking} actions={actions} />
    case 'operation': {
      const operation = operationInView(mirror, page)
      return (
        <Operation
          operation={operation}
          waiting={waitingOperations(mirror).find(({ id }) => id === operation?.id)}
          stopping={ui.stopping}
          settling={ui.settling}
          asking={ui.asking}
          actions={actions}
        />
      )
    }
    case 'open-operation':
      return (
        <OpenOperation
          operation={waitingOperations(mirror).find(({ id }) => id === page.id)}
          busy={ui.settling !== null}
          actions={actions}
        />
      )
    case 'simulation':
      return <Simulation page={page} status={status} asking={ui.asking} actions={actions} />
    case 'runbook':
      return <Runbook page={page} asking={ui.asking} actions={actions} />
    case 'overview':
      return status === undefined ? (
        <Empty status={unadopted(mirror)} asking={ui.asking} actions={actions} />
      ) : (
        <Overview
          status={status}
          timeline={mirror.timeline}
          connected={connected}
          asking={ui.asking}
          actions={actions}
        />
      )
  }
}

/** Everything, for given values; what `App` draws again whenever they change. */
export function Window(props: { mirrored: Mirrored; ui: Ui; actions: Actions }) {
  const { mirrored, ui, actions } = props
  const { mirror } = mirrored
  const frame = useRef<HTMLDivElement>(null)
  const { name } = ui.page
  useEffect(() => {
    if (name !== 'overview') frame.current?.scrollTo(0, 0)
  }, [name])
  if (mirror === null) {
    return mirrored.connection === 'failed' ? (
      <Failed problem={mirrored.problem} actions={actions} />
    ) : (
      <Loading />
    )
  }
  const status = stackInView(mirror, ui.stack)
  const connected = mirrored.connection === 'connected'
  return (
    <div className="window" ref={frame}>
      <Banners
        mirror={mirror}
        failed={mirrored.connection === 'failed' ? mirrored.problem : null}
        ui={ui}
        actions={actions}
      />
      <Header mirror={mirror} status={status} ui={ui} actions={actions} />
      <main className="page" key={name}>
        <PageInView
          mirror={mirror}
          status={status}
          ui={ui}
          actions={actions}
          connected={connected}
        />
      </main>
    </div>
  )
}

export function App({ mirror, ui, actions }: AppProps) {
  return <Window mirrored={useStore(mirror)} ui={useStore(ui)} actions={actions} />
}
