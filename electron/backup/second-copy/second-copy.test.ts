import { mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { usualBackup } from '../../../shared/stack/stack-schema.ts'
import { aBackupSource } from '../../../test/support/a-backup-source.ts'
import { aRepository, backUp } from '../../../test/support/a-repository.ts'
import { aStack } from '../../../test/support/a-world.ts'
import {
  type ResticAnswer,
  resticLines,
  resticStandIn,
} from '../../../test/support/restic-stand-in.ts'
import { restic } from '../../adapters/restic/restic.ts'
import type { BackupProgress } from '../order.ts'
import { RepositoryBusy } from '../repository/repository.ts'
import { accessIn } from './access-lines.ts'
import { partToCheck, secondCopy } from './second-copy.ts'

const day = 86_400_000
const to = 'rest:https://ada:horse-battery@nas:8000/odin'
const stack = aStack({
  backup: { ...usualBackup, secondCopy: { to, schedule: '@daily', checkEveryDays: 7 } },
})
const good = {
  version: [{ out: [resticLines.version] }],
  snapshots: [{ out: [resticLines.parent] }],
  backup: [{ out: [resticLines.status, resticLines.summary] }],
}

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'second-copy-'))
})

async function copying(
  answers: Readonly<Record<string, readonly ResticAnswer[]>>,
  order: { check?: boolean; init?: boolean } = {},
  signal: AbortSignal = new AbortController().signal,
) {
  const directory = join(home, 'repository')
  const repository = await aRepository(directory)
  const { id } = await backUp(repository, aBackupSource({ file: 'content' }))
  const standIn = await resticStandIn(home, { ...good, ...answers })
  const told: Partial<BackupProgress>[] = []
  const carryOut = secondCopy({
    restic: (door) =>
      restic({
        ...door,
        program: standIn.program,
        env: { RESTIC_PASSWORD_FILE: '/else', PATH: '/bin' },
      }),
    password: 'correct-horse',
    access: 'AWS_ACCESS_KEY_ID=key\nexport AWS_SECRET_ACCESS_KEY="staple"\n',
    machine: 'ada',
    now: () => 15 * day,
  })
  const wanted = { kind: 'second-copy' as const, stack, check: false, ...order }
  const site = { repository, signal, say: (one: Partial<BackupProgress>) => void told.push(one) }
  const outcome = carryOut(wanted, site)
  return { outcome, told, calls: standIn.calls, directory, id, repository }
}

test('everything that belongs to the snapshots is copied; secrets are in the environment alone', async () => {
  const { outcome, calls, directory, id, repository, told } = await copying({})
  expect(await outcome).toMatchObject({ outcome: 'done', problems: [], addedBytes: 1536 })
  const [, , backup] = await calls()
  expect(backup?.args).toEqual([
    ...['backup', '--json', '--compression', 'off', '--files-from-raw', '-'],
    ...['--host', 'ada', '--tag', `odin-sentinel-${repository.id}`, '--parent', 'ad2e0f1ff1d7c0d7'],
  ])
  expect(backup?.env).toEqual({
    AWS_ACCESS_KEY_ID: 'key',
    AWS_SECRET_ACCESS_KEY: 'staple',
    RESTIC_PASSWORD: 'correct-horse',
    RESTIC_REPOSITORY: to,
    RESTIC_PROGRESS_FPS: '4',
    LC_ALL: 'C',
  })
  const names = backup?.input.split('\0').filter(Boolean)
  expect(names).toEqual(
    ['ODIN-BACKUP', 'RECOVER.md', 'marks', 'packs', 'recover.sh', `snapshots/${id}`].map((name) =>
      join(directory, name),
    ),
  )
  expect(told).toContainEqual({ files: 4, bytes: 1024, totalBytes: 2048 })
  const asked = (await calls()).flatMap(({ args }) => args).join(' ')
  expect(`${asked} ${(await outcome).sentence}`).not.toMatch(/horse|staple/)
  expect((await outcome).sentence).toBe(
    'The second copy of odin in rest:https://ada:<secret>@nas:8000/odin has the one snapshot; 1.5 KiB of 2.0 KiB were new.',
  )
})

test('what was thrown away or is of this moment is not copied', async () => {
  await mkdir(join(home, 'repository/tmp'), { recursive: true })
  await mkdir(join(home, 'repository/trash'))
  const { outcome, calls } = await copying({})
  await outcome
  const [, , backup] = await calls()
  expect(backup?.input).not.toMatch(/tmp\0|trash|locks/)
})

test('a check reads another seventh each time', async () => {
  const { outcome, calls } = await copying({}, { check: true })
  expect((await outcome).sentence).toContain('part 3 of 7 of its data was read again and is sound')
  expect((await calls()).at(-1)?.args).toEqual(['check', '--read-data-subset=3/7'])
  const weeks = Array.from({ length: 8 }, (_, week) => partToCheck((week * 7 + 3) * day, 7))
  expect(weeks).toEqual([1, 2, 3, 4, 5, 6, 7, 1])
})

test('a check that finds damage is a failure, and says what restic said', async () => {
  const check = [{ err: ['error for tree 4bca:', 'Fatal: repository contains errors'], code: 1 }]
  const outcome = await (await copying({ check }, { check: true })).outcome
  expect(outcome).toMatchObject({ outcome: 'failed' })
  expect(outcome.sentence).toContain('is not sound: restic failed on the second copy')
  expect(outcome.sentence).toContain('repository contains errors')
})

test('what could not be read is told, and the copy is not whole', async () => {
  const backup = [{ out: [resticLines.summary], err: [resticLines.unread], code: 3 }]
  expect(await (await copying({ backup })).outcome).toMatchObject({
    outcome: 'partial',
    problems: ['/r/packs/bb: open /r/packs/bb: input/output error'],
  })
})

test('a repository is made only where there is none and somebody asked for it', async () => {
  const snapshots = [{ err: [resticLines.noRepository], code: 10 }, { out: ['[]'] }]
  const refused = await copying({ snapshots })
  await expect(refused.outcome).rejects.toThrow(
    'There is no restic repository in rest:https://ada:<secret>@nas:8000/odin. Is its disk mounted? odin-sentinel second-copy --init makes one.',
  )
  home = await mkdtemp(join(tmpdir(), 'second-copy-'))
  const made = await copying({ snapshots }, { init: true })
  expect((await made.outcome).outcome).toBe('done')
  const asked = (await made.calls()).map(({ args }) => args[0])
  expect(asked).toEqual(['version', 'snapshots', 'init', 'snapshots', 'backup'])
})

test('a lock of somebody who is gone is let go, and one that is held is waited for', async () => {
  const locked = { err: [resticLines.locked], code: 11 }
  const stale = await copying({ backup: [locked, ...good.backup] })
  expect((await stale.outcome).outcome).toBe('done')
  expect((await stale.calls()).map(({ args }) => args.join(' '))).toContain('unlock')
  home = await mkdtemp(join(tmpdir(), 'second-copy-'))
  const held = await copying({ backup: [locked] })
  await expect(held.outcome).rejects.toBeInstanceOf(RepositoryBusy)
})

test.each<[string, Readonly<Record<string, readonly ResticAnswer[]>>, RegExp]>([
  [
    'a wrong password',
    { snapshots: [{ err: [resticLines.wrongPassword], code: 12 }] },
    /The password does not open .* second-copy-key password takes another/,
  ],
  [
    'an old version',
    { version: [{ out: ['restic 0.14.0 compiled with go1.19.8 on linux/amd64'] }] },
    /needs restic 0\.17 or newer, and version 0\.14\.0 is here/,
  ],
  [
    'an exit code that nobody knows',
    { backup: [{ err: ['Fatal: out of luck'], code: 77 }] },
    /restic failed on the second copy .*: out of luck\.$/,
  ],
  ['an end without a word', { backup: [{ code: 0 }] }, /without saying what it copied/],
])('%s is told in words', async (_, answers, sentence) => {
  await expect((await copying(answers)).outcome).rejects.toThrow(sentence)
})

test('cancel interrupts it', async () => {
  const cancelling = new AbortController()
  const { outcome, calls } = await copying(
    { backup: [{ out: [resticLines.status], hangs: true }] },
    {},
    cancelling.signal,
  )
  const ended = expect(outcome).rejects.toThrow(/abort/i)
  while ((await calls()).every(({ args }) => args[0] !== 'backup'));
  cancelling.abort()
  await ended
})

test('without a place or a password the next step is said', async () => {
  const repository = await aRepository(join(home, 'r'))
  const parts = {
    restic: () => expect.unreachable(),
    password: undefined,
    access: undefined,
    machine: 'ada',
    now: () => 0,
  }
  const site = { repository, say: () => {}, signal: new AbortController().signal }
  const order = { kind: 'second-copy' as const, check: false }
  await expect(secondCopy(parts)({ ...order, stack: aStack() }, site)).rejects.toThrow(
    /names no place for a second copy: add secondCopy/,
  )
  await expect(secondCopy(parts)({ ...order, stack }, site)).rejects.toThrow(
    'There is no password for the second copy of odin. odin-sentinel second-copy-key password keeps one.',
  )
})

test('a program that is not there is told with where to get it', async () => {
  const door = restic({
    program: join(home, 'nothing'),
    repository: '/r',
    password: 'p',
    access: {},
    env: {},
  })
  await expect(door.version(new AbortController().signal)).rejects.toThrow(
    /The program restic is not there/,
  )
})

test('lines of access are taken as they come in files, and nothing that changes programs', () => {
  expect(accessIn(`# b2\nB2_ACCOUNT_ID=1\nexport B2_ACCOUNT_KEY='a b'\n\n`)).toEqual({
    B2_ACCOUNT_ID: '1',
    B2_ACCOUNT_KEY: 'a b',
  })
  expect(() => accessIn('secret-alone')).toThrow('Line 1 is not KEY=VALUE')
  expect(() => accessIn('LD_PRELOAD=/x')).toThrow(/sets LD_PRELOAD/)
})
