import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, open, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { zstdDecompressSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PackMember } from '../../../electron/adapters/archive/pack-member.ts'
import { openPackWriter } from '../../../electron/adapters/archive/pack-writer.ts'
import { openDestination } from '../../../electron/adapters/archive/place-safely.ts'
import { readPack } from '../../../electron/adapters/archive/read-pack.ts'
import {
  newIdentity,
  openSealed,
  sealText,
  unwrapIdentity,
  wrapIdentity,
} from '../../../electron/adapters/archive/sealed-text.ts'
import { tarEntries } from '../../../electron/adapters/archive/tar-entries.ts'

// What is written without the programs tar, zstd and age must be theirs as well.
const run = promisify(execFile)

let root: string
let pack: string
let out: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'archive-'))
  pack = join(root, 'pack.tar.zst')
  out = join(root, 'out')
  await mkdir(out)
})
afterEach(() => rm(root, { recursive: true, force: true }))

const aMember = (changes: Partial<PackMember>): PackMember => ({
  name: 'a',
  type: 'file',
  mode: 0o644,
  uid: 0,
  gid: 0,
  mtimeSeconds: 1_763_900_000,
  sizeBytes: 0,
  ...changes,
})

const contents = new Map<string, Buffer>()
const withContent = (content: Buffer, changes: Partial<PackMember>): PackMember => {
  const member = aMember({ sizeBytes: content.length, ...changes })
  contents.set(member.name, content)
  return member
}

const someMembers = (): PackMember[] => [
  aMember({ name: 'data', type: 'directory', mode: 0o2770, uid: 65534, gid: 472 }),
  withContent(randomBytes(3_000_001), { name: 'data/chunks_head', mode: 0o600, uid: 472 }),
  withContent(Buffer.alloc(700_000), { name: 'data/zeros', mtimeSeconds: 1_600_000_000.123456 }),
  withContent(Buffer.from('é'), { name: 'data/grün und\n mehr "x".yml', gid: 4_000_000 }),
  withContent(Buffer.from('x'), { name: `data/${'d'.repeat(200)}/${'f'.repeat(250)}` }),
  withContent(Buffer.from('y'), { name: `data/${'p'.repeat(90)}/${'q'.repeat(90)}`, mode: 0o4755 }),
  aMember({ name: 'data/empty', mtimeSeconds: 0 }),
  aMember({ name: 'data/old', mtimeSeconds: -86_400.5 }),
  aMember({ name: 'data/later', mtimeSeconds: 9_000_000_000 }),
  aMember({ name: 'data/link', type: 'symlink', linkTo: '../../etc/x', mode: 0o777, uid: 65534 }),
  aMember({ name: 'data/far', type: 'symlink', linkTo: `/${'t'.repeat(180)}/é`, mode: 0o777 }),
]

async function write(members: readonly PackMember[], recipients: string[] = []): Promise<void> {
  const writer = await openPackWriter(pack, { recipients })
  for (const member of members) await writer.add(member, contents.get(member.name))
  await writer.finish()
}

async function expectUnpacked(members: readonly PackMember[]): Promise<void> {
  for (const member of members) {
    const stats = await run('stat', ['-c', '%f %u %g %.6Y', join(out, member.name)])
    const kind = { file: 0o100000, directory: 0o40000, symlink: 0o120000 }[member.type]
    const mode = (kind + member.mode).toString(16)
    const time = member.mtimeSeconds.toFixed(6)
    expect(stats.stdout.trim(), member.name).toBe(`${mode} ${member.uid} ${member.gid} ${time}`)
    if (member.type === 'symlink') {
      expect(await readlink(join(out, member.name))).toBe(member.linkTo)
    }
    if (member.type === 'file') {
      const content = contents.get(member.name) ?? Buffer.alloc(0)
      expect(content.equals(await readFile(join(out, member.name))), member.name).toBe(true)
    }
  }
}

describe('a pack', () => {
  test('is unpacked by tar and zstd to the last byte, mode, owner and time', async () => {
    const members = someMembers()
    await write(members)
    await run('zstd', ['-qt', pack])
    const listed = await run('zstd', ['-lv', pack])
    expect(listed.stdout).toMatch(/Zstandard Frames: 1\n/)
    expect(listed.stdout).toMatch(/Check: XXH64/)
    const tar = 'tar -xpf - --numeric-owner --warning=no-timestamp'
    const unpack = `zstd -dcq "$1" | ${tar} -C "$2"`
    const { stderr } = await run('bash', ['-ceo', 'pipefail', unpack, 'unpack', pack, out])
    expect(stderr).toBe('')
    await expectUnpacked(members)
  })

  test('that is encrypted is opened by age', async () => {
    const { identity, recipient } = await newIdentity()
    await writeFile(join(root, 'key'), `${identity}\n`)
    const members = someMembers()
    await write(members, [recipient])
    const unpack = 'age -d -i "$3" "$1" | zstd -dcq | tar -xpf - --numeric-owner -C "$2"'
    await run('bash', ['-ceo', 'pipefail', unpack, 'unpack', pack, out, join(root, 'key')])
    await expectUnpacked(members)
  })

  test('is placed by ourselves as tar does it', async () => {
    const members = someMembers()
    await write(members)
    const destination = await openDestination(out, { links: 'verbatim', keepsSetuid: true })
    await readPack(pack, {}, (member, content) =>
      destination.place({ ...member, path: member.name }, content),
    )
    await destination.finish()
    await destination.close()
    await expectUnpacked(members)
  })

  test('of tar, zstd and age is read by us', async () => {
    const { identity, recipient } = await newIdentity()
    const members = someMembers()
    await write(members)
    const unpack = 'zstd -dcq "$1" | tar -xpf - --numeric-owner -C "$2"'
    await run('bash', ['-ceo', 'pipefail', unpack, 'unpack', pack, out])
    const repack = 'tar --format=pax -cf - -C "$2" data | zstd -q --check | age -r "$3" > "$1"'
    const theirs = join(root, 'theirs')
    await run('bash', ['-ceo', 'pipefail', repack, 'repack', theirs, out, recipient])
    const read = new Map<string, PackMember>()
    await readPack(theirs, { identity }, async (member, content) => {
      const hash = createHash('sha256')
      for await (const chunk of content) hash.update(chunk)
      const expected = createHash('sha256').update(contents.get(member.name) ?? '')
      if (member.type === 'file') expect(hash.digest('hex')).toBe(expected.digest('hex'))
      read.set(member.name, member)
    })
    for (const member of members.filter(({ type }) => type !== 'directory')) {
      expect(read.get(member.name)).toEqual(member)
    }
  })
})

test.each(['gnu', 'pax', 'ustar'])('volumes that tar writes as %s are read', async (format) => {
  await mkdir(join(out, 'data'))
  await writeFile(join(out, 'data/one'), 'text')
  const name = `${'n'.repeat(80)}/${'m'.repeat(80)}`
  await mkdir(join(out, 'data', 'n'.repeat(80)))
  await writeFile(join(out, 'data', name), 'long')
  await run('ln', [join(out, 'data/one'), join(out, 'data/two')])
  await run('mkfifo', [join(out, 'data/pipe')])
  await run('tar', [`--format=${format}`, '--sort=name', '-cf', pack, '-C', out, './data'])
  const seen: string[] = []
  const file = await open(pack)
  const skipped: string[] = []
  const onSkipped = (entry: { name: string; kind: string }) =>
    skipped.push(`${entry.name} ${entry.kind}`)
  for await (const entry of tarEntries(file.createReadStream(), { onSkipped })) {
    const { name: found, hardLinkTo = '' } = entry.member
    seen.push([found, hardLinkTo, await text(entry.content)].join('|'))
  }
  expect(seen).toEqual([
    'data||',
    `data/${'n'.repeat(80)}||`,
    `data/${name}||long`,
    'data/one||text',
    'data/two|data/one|',
  ])
  expect(skipped).toEqual(['./data/pipe fifo'])
})

describe('age', () => {
  test('opens what we sealed, and we what it sealed', async () => {
    const { identity, recipient } = await newIdentity()
    await writeFile(join(root, 'key'), `${identity}\n`)
    const sealed = join(root, 'sealed')
    await writeFile(sealed, await sealText('FILES', [recipient]))
    const { stdout } = await run('age', ['-d', '-i', join(root, 'key'), sealed])
    expect(stdout).toBe('FILES')
    await writeFile(join(root, 'plain'), 'THEIRS')
    await run('age', ['-r', recipient, '-o', join(root, 'theirs'), join(root, 'plain')])
    const opened = await openSealed(await readFile(join(root, 'theirs')), identity)
    expect(Buffer.from(opened).toString()).toBe('THEIRS')
    const shown = await run('age-keygen', ['-y', join(root, 'key')])
    expect(shown.stdout.trim()).toBe(recipient)
  })

  // age takes a passphrase from a terminal alone; `script` lends it one.
  const atTerminal = (command: string, answers: string) =>
    run('bash', ['-c', `printf '${answers}' | script -qec "${command}" /dev/null`])

  test('takes the identity that we locked, and we the one that it locked', async () => {
    const { identity, recipient } = await newIdentity()
    const locked = join(root, 'identity.age')
    const sealed = join(root, 'sealed')
    await writeFile(locked, await wrapIdentity(identity, 'correct horse'))
    await writeFile(sealed, await sealText('FILES', [recipient]))
    await atTerminal(`age -d -i ${locked} -o ${join(root, 'opened')} ${sealed}`, 'correct horse\\n')
    expect(await readFile(join(root, 'opened'), 'utf8')).toBe('FILES')

    const theirs = join(root, 'theirs.age')
    await writeFile(join(root, 'key'), `${identity}\n`)
    const answers = 'correct horse\\ncorrect horse\\n'
    await atTerminal(`age -p -o ${theirs} ${join(root, 'key')}`, answers)
    expect(await unwrapIdentity(await readFile(theirs), 'correct horse')).toBe(identity)
  })
})

test('a full disk is told, and leaves a pack that can be abandoned', async () => {
  const small = join(root, 'small')
  await mkdir(small)
  await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', small])
  try {
    const path = join(small, 'pack')
    const writer = await openPackWriter(path)
    const content = randomBytes(8 << 20)
    const adding = async () => {
      await writer.add(aMember({ sizeBytes: content.length }), content)
      await writer.finish()
    }
    await expect(adding()).rejects.toThrow(`${path} cannot be written: the disk is full.`)
    await writer.abandon()
    await expect(stat(path)).rejects.toThrow('ENOENT')
  } finally {
    await run('umount', [small])
  }
})

test('Node unpacks the one frame of a pack as a whole', async () => {
  const members = someMembers()
  await write(members)
  const tar = zstdDecompressSync(await readFile(pack))
  expect(tar.length % 512).toBe(0)
  expect(tar.subarray(-1024).every((byte) => byte === 0)).toBe(true)
})
