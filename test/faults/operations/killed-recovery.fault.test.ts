import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { renderPlan } from '../../../shared/plan/plan.ts'
import { type PrivateBus, startPrivateBus } from '../../support/private-bus.ts'
import { type SystemdStandIn, startSystemdStandIn } from '../../support/systemd-stand-in.ts'
import { killableChild } from './killable-child.ts'
import { type Killing, killedEverywhere } from './killed-everywhere.ts'
import { recoveryOps, recoverySnapshots } from './recovery-child.ts'
import { aRecoveryWorld, type RecoveryWorld } from './recovery-world.ts'

let root: string
let bus: PrivateBus
let systemd: SystemdStandIn
let killing: Killing<RecoveryWorld>

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kr-'))
  const runChild = await killableChild('recovery-child.ts', root)
  bus = await startPrivateBus()
  systemd = await startSystemdStandIn(bus.address)
  killing = {
    runChild,
    async inWorld(work) {
      const world = await aRecoveryWorld(root, systemd, bus.address, { isAll: true })
      await work(world)
      await world.remove()
    },
    opsOf: ({ place }) => recoveryOps(place),
    async expectSettled({ place }, direction) {
      if (direction === 'roll-back') return
      const { sound, broken } = await (await recoverySnapshots(place).open()).snapshots()
      expect(broken).toEqual([])
      expect(sound.map(({ manifest }) => manifest.reason)).toContain('before-plan')
    },
  }
})
afterAll(async () => {
  await systemd.stop()
  await bus.stop()
  await rm(root, { recursive: true, force: true })
})

const looks = killedEverywhere(() => killing)

test('the plan is the one of the incident', () =>
  killing.inWorld(async ({ place, plan }) => {
    const words = renderPlan(plan).replaceAll(`${place.root}/`, '')
    expect(words.replaceAll(/(?<=_exporter)-\d+/g, '')).toMatchInlineSnapshot(`
      "1. TakeSnapshot: keep the present state in a snapshot of its own (it shows afterwards what was wrong, and can be gone back to)
      2. StopUnit: stop node_exporter.service and keep it from starting by itself (it does the work of node-exporter)
      3. StopUnit: stop gpu_exporter.service (it does the work of gpu-exporter)
      4. SaveDashboards: keep “GPU”, “HEAT” as grafana on default has them (desktop-linux does not have them like that)
      5. HoldContainers: stop odin-prometheus-1, odin-loki-1 and odin-grafana-1 on default and keep them from starting by themselves (odin belongs on desktop-linux)
      6. KeepCopy: keep a copy of docker/config.json (it is about to be changed)
      7. SelectContext: set the Docker context from default to desktop-linux (desktop-linux is the home of odin)
      8. VerifyEngine: ask unix://home.sock whether it is engine HOME (a context is only a name)
      9. PutBackFiles: put back odin/prometheus.yml (as accepted), odin/grafana.ini (as accepted), and restart prometheus, grafana (they are not what was accepted)
      10. BringUp: bring up init, prometheus, grafana, loki, node-exporter of odin on desktop-linux (init, prometheus, loki, node-exporter not running)
      11. CarryDashboards: import “GPU”, “HEAT” from default into grafana (you chose that; what home has changed since stays)
      12. VerifyStack: see that odin works, within 1 s (what was done counts only when it is seen to work)"
    `)
  }))

test('what is compared is not the same to begin with', () => {
  expect(looks.before).not.toEqual(looks.after)
  expect(looks.after).toMatchInlineSnapshot(`
    {
      "dashboards": [
        "gpu in no folder: GPU [{"id":1,"type":"stat","title":"Edited"}]",
        "heat in o: HEAT [{"id":1,"type":"stat","title":"Heat"}]",
        "mine in no folder: MINE [{"id":1,"type":"stat","title":"Mine"}]",
      ],
      "docker": {
        "config.json": "600 {
    	"auths": { "registry.example": { "auth": "c2VjcmV0" } },
    	"other": [1, 2.50],
    	"currentContext": "desktop-linux"
    }
    ",
        "contexts": "directory",
      },
      "home": [
        "odin-grafana-1 unless-stopped running none ; accepted
    ",
        "odin-loki-1 unless-stopped running none ",
        "odin-node-exporter-1 unless-stopped running none ",
        "odin-prometheus-1 unless-stopped running healthy # accepted
    ",
      ],
      "odin": {
        "docker-compose.yml": "644 ",
        "grafana.ini": "604 ; accepted
    ",
        "prometheus.yml": "640 # accepted
    ",
      },
      "stray": [
        "odin-grafana-1 unless-stopped exited",
        "odin-loki-1 unless-stopped exited",
        "odin-prometheus-1 unless-stopped exited",
      ],
      "units": [
        {
          "active": "inactive",
          "enablement": "disabled",
        },
        {
          "active": "inactive",
          "enablement": "disabled",
        },
      ],
    }
  `)
})
