import { networkInterfaces } from 'node:os'
import { isUp } from '../../shared/domain/whereabouts.ts'
import { isOnThisMachine } from '../../shared/stack/endpoints.ts'
import type { OpenDashboards } from '../act/ops/dashboards/dashboard-place.ts'
import type { GrafanaElsewhere, OpenElsewhere } from '../act/ops/dashboards/save-dashboards.ts'
import { type OpenHands, withEngine } from '../act/ops/with-engine.ts'
import { type DashboardStore, dashboardStore } from '../adapters/grafana/dashboard-store.ts'
import { HttpFailure } from '../adapters/http/http-failure.ts'

type Parts = {
  grafanaToken: (stack: string) => Promise<string | undefined>
  openHands: OpenHands
}

export type DashboardDoorsHere = {
  openDashboards: OpenDashboards
  openElsewhere: OpenElsewhere
  /** Says so where there is no token for the Grafana of a stack; undefined where there is one. */
  withoutToken: (stack: string) => Promise<string | undefined>
}

const noToken = 'There is no token for Grafana. Give one of an editor: odin-sentinel token grafana.'

/** The ways into the Grafana of a stack: at home by its token, and where it runs by mistake. */
export function dashboardDoors({ grafanaToken, openHands }: Parts): DashboardDoorsHere {
  return {
    async openDashboards(stack, url) {
      const token = await grafanaToken(stack)
      if (token !== undefined) return dashboardStore({ url, token })
      throw new Error(noToken)
    },
    async withoutToken(stack) {
      return (await grafanaToken(stack)) === undefined ? noToken : undefined
    },
    /**
     * By the login that its own container was made with; home's token, which a Grafana with the
     * database of home takes too, goes nowhere before that container is seen to be at this address.
     */
    async openElsewhere(place, signal) {
      if (!isOnThisMachine(place.endpoint) || !isOwnAddress(place.url)) {
        throw new Error('It would have to be asked in plain text over the network.')
      }
      const { stack, url } = place
      const { login, isItsPort } = await lookAt(place, openHands, signal)
      if (!('why' in login)) {
        const store = await letIn(dashboardStore({ url: withLogin(url, login) }), signal)
        if (store) return store
      }
      // In the network of its machine nothing tells who is at a port.
      const token = isItsPort ? await grafanaToken(stack) : undefined
      if (token !== undefined) {
        const store = await letIn(dashboardStore({ url, token }), signal)
        if (store) return store
      }
      const why = 'why' in login ? login.why : passwordRefused
      throw new Error(
        token === undefined ? why : `${why} It does not take the token of home either.`,
      )
    },
  }
}

/** The engine at a local endpoint may be reached through a tunnel, and publish at another machine. */
function isOwnAddress(url: string): boolean {
  const host = new URL(url).hostname.replace(/^\[(.*)\]$/, '$1')
  const own = Object.values(networkInterfaces()).flatMap((some) => some ?? [])
  return host.startsWith('127.') || own.some(({ address }) => address === host)
}

const passwordRefused =
  'It does not take the password that its container was given, which may have been changed there since.'

/** Undefined, and closed, where it lets nobody in by this. */
async function letIn(
  store: DashboardStore,
  signal: AbortSignal,
): Promise<DashboardStore | undefined> {
  try {
    await store.list(signal)
    return store
  } catch (error) {
    store.close()
    if (error instanceof HttpFailure && error.code === 'permission-denied') return undefined
    throw error
  }
}

type Login = { user: string; password: string }

function withLogin(url: string, { user, password }: Login): string {
  const door = new URL(url)
  door.username = encodeURIComponent(user)
  door.password = encodeURIComponent(password)
  return door.href
}

const passwordName = 'GF_SECURITY_ADMIN_PASSWORD'

/** What `docker inspect` shows to whoever may ask this engine; it is used, and kept nowhere. */
async function lookAt(
  { url, containerId, ...at }: GrafanaElsewhere,
  openHands: OpenHands,
  signal: AbortSignal,
): Promise<{ login: Login | { why: string }; isItsPort: boolean }> {
  return withEngine(openHands, at, signal, async (hands) => {
    const container = await hands.container(containerId, signal)
    if (!container || !isUp(container)) throw new Error('It does not run any more.')
    const { portsGot, networkMode } = container
    const port = Number(new URL(url).port || 80)
    const isItsPort = portsGot.some(
      ({ protocol, hostPort }) => protocol === 'tcp' && hostPort === port,
    )
    if (!isItsPort && networkMode !== 'host') {
      throw new Error(`Port ${port} is not that of its container any more.`)
    }
    const given = await hands.environment(containerId, signal)
    const password = given?.get(passwordName)
    if (password) {
      const user = given?.get('GF_SECURITY_ADMIN_USER') || 'admin'
      return { login: { user, password }, isItsPort }
    }
    const why = given?.has(`${passwordName}__FILE`)
      ? 'The password of its container is in a file there, which is not read.'
      : 'Its container was given no password to enter with.'
    return { login: { why }, isItsPort }
  })
}
