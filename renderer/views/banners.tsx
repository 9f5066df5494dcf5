import type { Mirror } from '../../shared/ipc/contract.ts'
import { Banner } from '../components/banner.tsx'
import { Button } from '../components/button.tsx'
import type { Actions } from '../store/actions.ts'
import { waitingOperations } from '../store/selectors.ts'
import type { Page, Ui } from '../store/ui.ts'
import { momentWords } from '../store/wording.ts'
import { useNow } from './use-now.ts'

function Countdown(props: {
  countdown: NonNullable<Mirror['countdown']>
  home: string | undefined
  actions: Actions
}) {
  const now = useNow(0.25)
  const { countdown, home, actions } = props
  const seconds = Math.max(0, Math.ceil((Date.parse(countdown.deadline) - now) / 1000))
  return (
    <Banner
      kind="countdown"
      action={<Button onPress={() => void actions.cancelCountdown()}>Cancel</Button>}
    >
      <strong>Stay home</strong>
      {` Stack ${countdown.stack} switches back to ${home ?? 'its home'} in `}
      {/* Silent for screen readers: a number that changes each second would be read each second. */}
      <span className="countdown" aria-hidden="true">
        {seconds} s
      </span>
      <span className="unseen">a moment</span>.
    </Banner>
  )
}

const isInView = (page: Page, { operation }: Mirror, id: string): boolean =>
  (page.name === 'open-operation' && page.id === id) ||
  (page.name === 'operation' && operation?.id === id)

export type BannersProps = { mirror: Mirror; failed: string | null; ui: Ui; actions: Actions }

export function Banners({ mirror, failed, ui, actions }: BannersProps) {
  const now = useNow(null)
  const running = mirror.operation?.outcome === 'running' && ui.page.name !== 'operation'
  const { countdown } = mirror
  const home = mirror.stacks.find((status) => status.stack === countdown?.stack)?.home?.context
  return (
    <div className="banners">
      {mirror.demo && (
        <Banner kind="demo">
          <strong>DEMO</strong> Built-in engines and a built-in stack. Nothing on this machine is
          touched.
        </Banner>
      )}
      {failed !== null && (
        <Banner
          kind="problem"
          action={<Button onPress={() => void actions.connect()}>Connect again</Button>}
        >
          <strong>No connection to Sentinel</strong> {failed} What is shown is old.
        </Banner>
      )}
      {ui.problem !== null && (
        <Banner
          kind="problem"
          action={<Button onPress={() => actions.forgetProblem()}>Dismiss</Button>}
        >
          <strong>Not done</strong> {ui.problem}
        </Banner>
      )}
      {ui.noticeShown !== null && (
        <Banner
          kind="note"
          action={<Button onPress={() => actions.forgetNotice()}>Dismiss</Button>}
        >
          <strong>Test notification</strong> {ui.noticeShown}
        </Banner>
      )}
      {countdown !== null && <Countdown countdown={countdown} home={home} actions={actions} />}
      {running && (
        <Banner kind="note" action={<Button onPress={() => actions.showOperation()}>Show</Button>}>
          <strong>Running</strong> {mirror.operation?.title}
        </Banner>
      )}
      {waitingOperations(mirror)
        .filter(({ id }) => !isInView(ui.page, mirror, id))
        .map(({ id, title, ways }) => (
          <Banner
            key={id}
            kind="problem"
            action={
              <Button onPress={() => actions.showOpenOperation(id)}>
                {ways.includes('roll-back') ? 'Go on or roll back…' : 'Look…'}
              </Button>
            }
          >
            <strong>An operation waits</strong> {title} stopped before its end.
          </Banner>
        ))}
      {mirror.movingUntil !== null && (
        <Banner
          kind="moving"
          action={<Button onPress={() => void actions.moveOnPurpose(0)}>End</Button>}
        >
          <strong>I am moving</strong> Nobody is disturbed until{' '}
          {momentWords(mirror.movingUntil, now)}.
        </Banner>
      )}
      {mirror.trayHost === 'absent' && !ui.toldNoTray && (
        <Banner
          kind="note"
          action={<Button onPress={() => actions.forgetNoTray()}>Understood</Button>}
        >
          <strong>No tray</strong> This desktop shows no tray icons. Closing only puts this window
          aside; starting Odin Sentinel again brings it back.
        </Banner>
      )}
    </div>
  )
}
