import type { OpenDashboards } from '../act/ops/dashboards/dashboard-place.ts'
import type { OpenElsewhere } from '../act/ops/dashboards/save-dashboards.ts'
import { type OpenHands, withEngine } from '../act/ops/with-engine.ts'
import { type DashboardStore, dashboardStore } from '../adapters/grafana/dashboard-store.ts'
import { HttpFailure } from '../adapters/http/http-failure.ts'

type Parts = {
  grafanaToken: (stack: string) => Promise<string | undefined>
  openHands: OpenHands
}

export type DashboardDoorsHere = { openDashboards: OpenDashboards; openElsewhere: OpenElsewhere }

/** The ways into the Grafana of a stack: at home by its token, and where it runs by mistake. */
export function dashboardDoors({ grafanaToken, openHands }: Parts): DashboardDoorsHere {
  return {
    async openDashboards(stack, url) {
      const token = await grafanaToken(stack)
      if (token !== undefined) return dashboardStore({ url, token })
      throw new Error(
        'There is no token for Grafana. Give one of an editor: odin-sentinel token grafana.',
      )
    },
    /** A Grafana with a database of its own knows no token of home's, but the login it was made with. */
    async openElsewhere({ stack, url, ...at }, signal) {
      const token = await grafanaToken(stack)
      if (token !== undefined) {
        const store = dashboardStore({ url, token })
        if (await isLetIn(store, signal)) return store
        store.close()
      }
      const login = await loginOf(openHands, at, signal)
      if (!login) {
        throw new Error(
          'It takes no token of home, and its container was given no password to enter with.',
        )
      }
      const withLogin = new URL(url)
      withLogin.username = encodeURIComponent(login.user)
      withLogin.password = encodeURIComponent(login.password)
      return dashboardStore({ url: withLogin.href })
    },
  }
}

async function isLetIn(store: DashboardStore, signal: AbortSignal): Promise<boolean> {
  try {
    await store.list(signal)
    return true
  } catch (error) {
    if (error instanceof HttpFailure && error.code === 'permission-denied') return false
    store.close()
    throw error
  }
}

/** What `docker inspect` shows to whoever may ask this engine; it is used, and kept nowhere. */
async function loginOf(
  openHands: OpenHands,
  { containerId, ...at }: { endpoint: string; engineId: string; containerId: string },
  signal: AbortSignal,
): Promise<{ user: string; password: string } | undefined> {
  return withEngine(openHands, at, signal, async (hands) => {
    const given = async (name: string) => {
      const { exitCode, output } = await hands
        .exec(containerId, ['printenv', name], signal)
        .catch(() => ({ exitCode: 1, output: '' }))
      return exitCode === 0 && output.trim() !== '' ? output.trim() : undefined
    }
    const password = await given('GF_SECURITY_ADMIN_PASSWORD')
    if (password === undefined) return undefined
    return { user: (await given('GF_SECURITY_ADMIN_USER')) ?? 'admin', password }
  })
}
