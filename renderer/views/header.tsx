import type { Mirror } from '../../shared/ipc/contract.ts'
import { HouseIcon } from '../components/icons.tsx'
import { TabRow } from '../components/instruments/tab-row.tsx'
import { Menu } from '../components/menu.tsx'
import { Readout } from '../components/readout.tsx'
import type { Actions } from '../store/actions.ts'
import { pageMarks } from '../store/monitoring/page-marks.ts'
import { adoptedStacks, contextMarks, type StackStatus } from '../store/selectors.ts'
import { tabs, type Ui } from '../store/ui.ts'
import {
  engineKindWords,
  exactClockWords,
  healthWords,
  shortListWords,
  tabWords,
} from '../store/wording.ts'

const sourceWords = {
  DOCKER_HOST: 'set by DOCKER_HOST',
  DOCKER_CONTEXT: 'set by DOCKER_CONTEXT',
  'config.json': 'from config.json',
  default: 'no other is set',
} as const

function Strip({ status }: { status: StackStatus }) {
  const { home, current } = status
  const away = home !== null && current !== null && home.context !== current.context
  const homeEngine = status.engines.find((engine) => engine.home)
  const answering = status.engines.filter((engine) => engine.answers).length
  const others = contextMarks(status).filter((mark) => !mark.home && !mark.current)
  return (
    <dl className="strip">
      <Readout label="Home">
        <HouseIcon />
        <span className="value">{home?.context ?? 'none'}</span>
        {homeEngine !== undefined && (
          <span className="aside">{engineKindWords(homeEngine.kind)}</span>
        )}
      </Readout>
      <Readout label="Current" {...(away ? { tone: 'critical' as const } : {})}>
        {away && <span className="unequal">≠</span>}
        <span className="value">{current?.context ?? 'cannot see'}</span>
        {current !== null && <span className="aside">{sourceWords[current.source]}</span>}
      </Readout>
      {others.length > 0 && (
        <Readout label="Other contexts">
          <span className="value" title={others.map((mark) => mark.name).join(', ')}>
            {shortListWords(
              others.map((mark) => mark.name),
              2,
            )}
          </span>
        </Readout>
      )}
      <Readout label="Engines">
        <span className="value">
          {answering} of {status.engines.length}
        </span>
        <span className="aside">answer</span>
      </Readout>
      <Readout label="As of">
        <span className="value">{exactClockWords(status.at)}</span>
      </Readout>
    </dl>
  )
}

export type HeaderProps = {
  mirror: Mirror
  status: StackStatus | undefined
  ui: Ui
  actions: Actions
}

export function Header({ mirror, status, ui, actions }: HeaderProps) {
  const stacks = adoptedStacks(mirror)
  const marks = pageMarks(status)
  return (
    <header className="header">
      <div className="header-row">
        <p className="brand">Odin Sentinel</p>
        {status !== undefined && stacks.length === 1 && (
          <p className="stack-name">{status.stack}</p>
        )}
        {status !== undefined && stacks.length > 1 && (
          <label className="stack-choice">
            <span className="unseen">Stack</span>
            <select
              value={status.stack}
              onChange={(event) => actions.chooseStack(event.target.value)}
            >
              {stacks.map((each) => (
                <option key={each.stack} value={each.stack}>
                  {each.stack}: {healthWords[each.health].toLowerCase()}
                </option>
              ))}
            </select>
          </label>
        )}
        <TabRow
          label="Pages"
          tabs={tabs.map((name) => {
            const state = marks[name]
            return {
              name,
              label: tabWords[name],
              ...(state && { mark: { state, word: healthWords[state].toLowerCase() } }),
            }
          })}
          current={ui.page.name}
          onChoose={(name) => actions.show(name)}
        />
        {status !== undefined && mirror.movingUntil === null && (
          <Menu
            label="I am moving…"
            disabled={ui.asking}
            choices={[1, 4, 8].map((hours) => ({
              label: hours === 1 ? 'For 1 hour' : `For ${hours} hours`,
              onChoose: () => void actions.moveOnPurpose(hours),
            }))}
          />
        )}
      </div>
      {status !== undefined && <Strip status={status} />}
    </header>
  )
}
