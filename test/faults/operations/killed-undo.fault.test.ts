import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { killableChild } from './killable-child.ts'
import { type Killing, killedEverywhere } from './killed-everywhere.ts'
import { killingOf, planInWords } from './killed-restores.ts'
import { anUndoWorld, type RestoreWorld } from './restore-world.ts'

let root: string
let killing: Killing<RestoreWorld>
/** Two that are alike, for two cores. */
let worlds: RestoreWorld[]

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ku-'))
  const runChild = await killableChild('restore-child.ts', root)
  worlds = [await anUndoWorld(join(root, 'a')), await anUndoWorld(join(root, 'b'))]
  killing = killingOf(runChild, worlds)
})
afterAll(async () => {
  await Promise.all(worlds.map((world) => world.stop()))
  await rm(root, { recursive: true, force: true })
})

const looks = killedEverywhere(() => killing)

test('the plan has every kind of step that takes something back', () => {
  const [world] = worlds
  expect(world && planInWords(world)).toMatchInlineSnapshot(`
    "1. CheckSnapshot: read what is needed of snapshot ID to its last byte: volume:odin_data, 2 files (nothing is touched before it is known to be sound)
    2. StopServices: stop web, cache (nobody may write to what is put back)
    3. TakeSnapshot: keep the present state in a snapshot of its own, with odin_data (all of it can be undone from there)
    4. RestoreVolume: put volume odin_data back as in snapshot ID (volume odin_data: 1 created, 2 replaced, 2 deleted, 1 unchanged) (it is not what the snapshot holds)
    5. RemoveFiles: delete odin/rules/new.yml (the restore had made what was not there)
    6. PutBackFiles: put back odin/proxy.yml (from snapshot ID), and restart proxy (it is not what the snapshot holds)
    7. StartServices: start what ran of web, cache (they ran before)
    8. RemoveDashboard: delete dashboard “HEAT” (heat) from grafana (the restore had made what was not there)
    9. RestoreDashboard: replace dashboard “GPU” (gpu) in grafana by that of snapshot ID: 1 panel changed (it is not what the snapshot holds)
    10. VerifyRestored: see that proxy, web, cache work, within 1 s (what was put back counts only when it is seen to work)"
  `)
})

test('what was there before is there again, beside what was made and is in nobody’s way', () => {
  expect(looks.before).not.toEqual(looks.after)
  expect(looks.after).toMatchInlineSnapshot(`
    {
      "containers": [
        "odin-proxy-1 unless-stopped running # now
    ",
        "odin-web-1 unless-stopped running ",
        "odin-cache-1 unless-stopped running ",
        "odin-idle-1 unless-stopped exited",
        "odin-other-1 unless-stopped running ",
      ],
      "dashboards": [
        "gpu in no folder: GPU [{"id":1,"type":"stat","title":"Now"}]",
        "mine in no folder: MINE [{"id":1,"type":"stat","title":"Mine"}]",
      ],
      "data": [
        ". 0:0 755 directory",
        "new 0:0 644 1795168800 new",
        "one 0:0 600 1795168800 changed",
        "same 0:0 644 1793527200 same",
        "sub 0:0 644 1795168800 a file where a directory was",
      ],
      "gone": [
        ". 0:0 755 directory",
        "kept 0:0 644 1793527200 kept",
      ],
      "helpers": [],
      "odin": [
        ". 0:0 755 directory",
        "docker-compose.yml 0:0 644 services: {}
    ",
        "proxy.yml 0:0 640 # now
    ",
        "rules 0:0 755 directory",
      ],
    }
  `)
})
