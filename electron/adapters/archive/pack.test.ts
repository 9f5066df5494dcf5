import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { constants, zstdCompressSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { aTar } from '../../../test/support/a-tar.ts'
import { DiskProblem } from '../disk/disk-problem.ts'
import { ArchiveDamaged, ArchiveRefused, ContentChanged } from './archive-problem.ts'
import type { PackMember } from './pack-member.ts'
import { openPackWriter, type PackWriter } from './pack-writer.ts'
import { quickSum } from './quick-sum.ts'
import { type PackLimits, packSha256, readPack } from './read-pack.ts'
import { newIdentity } from './sealed-text.ts'

let root: string
let path: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'pack-'))
  path = join(root, 'new.tar.zst')
})
afterEach(() => rm(root, { recursive: true, force: true }))

const aMember = (changes: Partial<PackMember> = {}): PackMember => ({
  name: 'prometheus/prometheus.yml',
  type: 'file',
  mode: 0o644,
  uid: 65534,
  gid: 65534,
  mtimeSeconds: 1_763_900_000.25,
  sizeBytes: 5,
  ...changes,
})

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const zstd = (bytes: Uint8Array, checksumFlag = 1): Buffer =>
  zstdCompressSync(bytes, { params: { [constants.ZSTD_c_checksumFlag]: checksumFlag } })

async function readAll(
  file: string,
  options: { identity?: string; limits?: PackLimits; signal?: AbortSignal } = {},
): Promise<(PackMember & { text: string })[]> {
  const members: (PackMember & { text: string })[] = []
  await readPack(file, options, async (member, content) => {
    members.push({ ...member, text: await text(content) })
  })
  return members
}

async function aPack(
  members: readonly [PackMember, (Readable | Uint8Array)?][],
  options: Parameters<typeof openPackWriter>[1] = {},
  file = path,
): ReturnType<PackWriter['finish']> {
  const writer = await openPackWriter(file, options)
  for (const [member, content] of members) await writer.add(member, content)
  return writer.finish()
}

const someMembers = (): [PackMember, (Readable | Uint8Array)?][] => {
  const large = randomBytes(900_000)
  return [
    [aMember({ name: 'd', type: 'directory', mode: 0o2775, sizeBytes: 0 })],
    [aMember({ name: 'd/large', sizeBytes: large.length }), large],
    [aMember({ name: 'd/link', type: 'symlink', linkTo: '/etc/x', sizeBytes: 0 })],
    [aMember({ name: 'd/empty', sizeBytes: 0 })],
    [aMember(), Buffer.from('hello')],
  ]
}

describe('a pack', () => {
  test('is read back as it was written', async () => {
    const members = someMembers()
    const pack = await aPack(members)
    const bytes = await readFile(path)
    expect(pack).toMatchObject({ sha256: sha256(bytes), sizeBytes: bytes.length })
    expect(pack).toMatchObject(await packSha256(path))
    expect((await stat(path)).mode & 0o7777).toBe(0o400)
    expect(await readAll(path)).toEqual(
      members.map(([member, content]) => ({
        ...member,
        text: content instanceof Uint8Array ? content.toString() : '',
      })),
    )
  })

  test('tells the hash of each content, and how much was written', async () => {
    const content = randomBytes(3 << 20)
    const writer = await openPackWriter(path)
    const said = await writer.add(aMember({ sizeBytes: content.length }), content)
    expect(said).toEqual({ sha256: sha256(content), sizeBytes: content.length })
    const { sizeBytes } = await writer.finish()
    expect(writer.writtenBytes).toBe(sizeBytes)
  })

  test('has the same bytes however its contents came', async () => {
    const content = Buffer.concat([Buffer.alloc(700_000, 'log line\n'), randomBytes(300_000)])
    const member = aMember({ sizeBytes: content.length })
    const packs = []
    for (const size of [1000, 65_536, 1_000_000]) {
      async function* chunks() {
        for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size)
      }
      const readable = Readable.from(chunks(), { objectMode: false })
      packs.push(await aPack([[member, readable]], {}, join(root, String(size))))
    }
    expect(new Set(packs.map((pack) => pack.sha256)).size).toBe(1)
  })

  test('without members is sound', async () => {
    await aPack([])
    expect(await readAll(path)).toEqual([])
  })

  test('that fills the last portion of the compressor to its end is sound', async () => {
    const sizeBytes = 256 * 1024 - 512 - 1024
    await aPack([[aMember({ sizeBytes }), randomBytes(sizeBytes)]])
    expect(await readAll(path)).toHaveLength(1)
  })

  test('tells that it was abandoned to who still adds to it', async () => {
    const writer = await openPackWriter(path)
    const content = randomBytes(16 << 20)
    const adding = writer.add(aMember({ sizeBytes: content.length }), content).catch(String)
    await writer.abandon()
    expect(await adding).toContain('The pack was abandoned')
    expect(await readdir(root)).toEqual([])
  })

  test('tells that it was abandoned to who waits for its end, wherever that was', async () => {
    for (let turns = 0; turns < 16; turns++) {
      const writer = await openPackWriter(path)
      const content = randomBytes(400_000)
      await writer.add(aMember({ sizeBytes: content.length }), content)
      const finishing = writer.finish().catch(String)
      for (let turn = 0; turn < turns; turn++) await Promise.resolve()
      await writer.abandon()
      expect(await finishing).toContain('The pack was abandoned')
    }
    expect(await readdir(root)).toEqual([])
  })

  test('never overwrites', async () => {
    await writeFile(path, 'precious')
    await expect(openPackWriter(path)).rejects.toThrow(DiskProblem)
    expect(await readFile(path, 'utf8')).toBe('precious')
  })

  test('leaves no file when it is abandoned', async () => {
    const writer = await openPackWriter(path)
    await writer.add(aMember({ sizeBytes: 2 << 20 }), randomBytes(2 << 20))
    await writer.abandon()
    expect(await readdir(root)).toEqual([])
  })

  test.each(['/etc/passwd', '../x', 'a/', './a', 'a//b', ''])(
    'takes no name like "%s"',
    async (name) => {
      const writer = await openPackWriter(path)
      await expect(writer.add(aMember({ name, sizeBytes: 0 }))).rejects.toThrow()
      await writer.abandon()
    },
  )

  test.each([{ uid: -1 }, { sizeBytes: 0.5 }, { mtimeSeconds: Number.NaN }, { mode: Number.NaN }])(
    'takes no member with %o',
    async (changes) => {
      const writer = await openPackWriter(path)
      await expect(writer.add(aMember(changes))).rejects.toThrow('no archive can hold')
      await writer.abandon()
    },
  )

  test('holds any time that a Date can hold, and nothing beyond', async () => {
    await aPack([
      [aMember({ name: 'early', mtimeSeconds: -1e300, sizeBytes: 0 })],
      [aMember({ name: 'late', mtimeSeconds: 2 ** 60, sizeBytes: 0 })],
    ])
    const times = (await readAll(path)).map(({ mtimeSeconds }) => mtimeSeconds)
    expect(times).toEqual([-8.64e12, 8.64e12])
  })

  test('takes no name twice, and one member at a time', async () => {
    const writer = await openPackWriter(path)
    const first = writer.add(aMember(), Buffer.from('hello'))
    await expect(writer.add(aMember({ name: 'b', sizeBytes: 0 }))).rejects.toThrow('at a time')
    await first
    await expect(writer.add(aMember(), Buffer.from('hello'))).rejects.toThrow('twice')
    await writer.abandon()
  })
})

test('what is unpacked has the sum of what was packed, whatever was read of it', async () => {
  const { unpackedSum } = await aPack([
    ...someMembers(),
    [aMember({ name: 'larger', sizeBytes: 3_000_000 }), randomBytes(3_000_000)],
  ])
  for (const reads of [true, false]) {
    const sum = quickSum()
    await readPack(path, { onUnpacked: sum.add }, async (_member, content) => {
      if (reads) await buffer(content)
    })
    expect(sum.end()).toBe(unpackedSum)
  }
})

describe('a file that changes while it is read', () => {
  test.each([
    ['shorter', 'hel', 'hel\0\0'],
    ['longer', 'hello, world', 'hello'],
  ])('and is %s than was said leaves the pack sound', async (word, content, packed) => {
    const writer = await openPackWriter(path)
    const readable = Readable.from([Buffer.from(content)], { objectMode: false })
    const failure = await writer.add(aMember(), readable).catch((error) => error)
    expect(failure).toBeInstanceOf(ContentChanged)
    expect(failure.message).toContain(`prometheus/prometheus.yml became ${word}`)
    expect(failure).toMatchObject({
      sha256: sha256(Buffer.from(packed)),
      readBytes: content.length,
    })
    expect(readable.destroyed).toBe(true)
    await writer.add(aMember({ name: 'next' }), Buffer.from('there'))
    await writer.finish()
    expect((await readAll(path)).map((member) => member.text)).toEqual([packed, 'there'])
  })

  test('and breaks leaves the pack sound, and tells its own failure', async () => {
    async function* broken() {
      yield Buffer.from('he')
      throw new Error('the disk reports an error')
    }
    const writer = await openPackWriter(path)
    const content = Readable.from(broken(), { objectMode: false })
    await expect(writer.add(aMember(), content)).rejects.toThrow('the disk reports an error')
    await writer.add(aMember({ name: 'next' }), Buffer.from('there'))
    await writer.finish()
    expect((await readAll(path)).map((member) => member.text)).toEqual(['he\0\0\0', 'there'])
  })
})

describe('an encrypted pack', () => {
  test('is read with its identity alone', async () => {
    const { identity, recipient } = await newIdentity()
    const other = await newIdentity()
    const members = someMembers()
    const pack = await aPack(members, { recipients: [recipient, (await newIdentity()).recipient] })
    expect(pack).toMatchObject(await packSha256(path))
    expect((await readFile(path)).includes('prometheus.yml')).toBe(false)
    const back = await readAll(path, { identity })
    expect(back.map(({ name }) => name)).toEqual(members.map(([{ name }]) => name))
    await expect(readAll(path, { identity: other.identity })).rejects.toThrow('another key')
    await expect(readAll(path)).rejects.toThrow('its key is not at hand')
  })

  test('is damaged wherever it is cut off or altered', async () => {
    const { identity, recipient } = await newIdentity()
    await aPack([[aMember({ sizeBytes: 200_000 }), randomBytes(200_000)]], {
      recipients: [recipient],
    })
    const bytes = await readFile(path)
    const bad = join(root, 'bad')
    for (const end of [30, 150, 400, 65_000, 70_000, bytes.length - 1]) {
      await writeFile(bad, bytes.subarray(0, end))
      await expect(readAll(bad, { identity }), `cut at ${end}`).rejects.toThrow(ArchiveDamaged)
    }
    for (const at of [25, 100, 300, 100_000, bytes.length - 1]) {
      const altered = Buffer.from(bytes)
      altered[at] = (altered[at] ?? 0) ^ 1
      await writeFile(bad, altered)
      await expect(readAll(bad, { identity }), `altered at ${at}`).rejects.toThrow(ArchiveDamaged)
    }
    await writeFile(bad, Buffer.concat([bytes, Buffer.from('x')]))
    await expect(readAll(bad, { identity })).rejects.toThrow(ArchiveDamaged)
  })
})

describe('a pack that is not as it was', () => {
  const damage = async (change: (bytes: Buffer) => Buffer): Promise<string> => {
    const bad = join(root, 'bad')
    await writeFile(bad, change(await readFile(path)))
    return bad
  }

  test('is told wherever it is cut off', async () => {
    await aPack(someMembers())
    const { length } = await readFile(path)
    const ends = [0, 1, 4, 9, ...Array.from({ length: 40 }, (_, at) => length - 1 - at ** 4)]
    for (const end of ends.filter((one) => one >= 0 && one < length)) {
      const bad = await damage((bytes) => bytes.subarray(0, end))
      await expect(readAll(bad), `cut at ${end}`).rejects.toThrow(ArchiveDamaged)
    }
  })

  test('is told wherever a bit is flipped, unless nothing comes of it', async () => {
    await aPack([[aMember({ sizeBytes: 3000 }), Buffer.alloc(3000, 'level=info msg="ok" ')]])
    const sound = await readAll(path)
    const { length } = await readFile(path)
    for (let at = 0; at < length; at++) {
      const bad = await damage((bytes) => {
        const altered = Buffer.from(bytes)
        altered[at] = (altered[at] ?? 0) ^ (1 << (at % 8))
        return altered
      })
      const outcome = await readAll(bad).catch((error) => error)
      const isTold = outcome instanceof ArchiveDamaged || outcome instanceof ArchiveRefused
      // A window that is said to be larger than it need be decodes to the same.
      if (!isTold) expect(outcome, `bit flipped in byte ${at}`).toEqual(sound)
    }
  })

  test.each([
    ['garbage', () => Buffer.from('x')],
    ['zeros', () => Buffer.alloc(10)],
    ['an empty frame', () => zstd(Buffer.alloc(0))],
    ['another pack', (bytes: Buffer) => bytes],
  ])('is told by %s after it', async (_, more) => {
    await aPack(someMembers())
    const bad = await damage((bytes) => Buffer.concat([bytes, more(bytes)]))
    await expect(readAll(bad)).rejects.toThrow('The pack goes on after its end.')
  })

  const others: Record<string, [Buffer, RegExp]> = {
    'no checksum': [zstd(aTar({ name: 'a' }), 0), /has no checksum/],
    'no zstd': [aTar({ name: 'a' }), /is no zstd file/],
    'no tar in it': [zstd(Buffer.alloc(2000, 'noise')), /has a number that is none/],
    'a hard link': [
      zstd(aTar({ name: 'a' }, { name: 'b', kind: '1', link: 'a' })),
      /"b" is a hard link, packs have none/,
    ],
    'a device': [zstd(aTar({ name: 'a', kind: '3' })), /is a character device/],
    'a tar that is cut off in a whole frame': [
      zstd(aTar({ name: 'a' }).subarray(0, 1024)),
      /cut off/,
    ],
  }
  test.each(Object.entries(others))('is told by %s', async (_, [bytes, sentence]) => {
    await writeFile(path, bytes)
    await expect(readAll(path)).rejects.toThrow(sentence)
  })

  test('is refused as a bomb', async () => {
    const sizeBytes = 8 << 20
    await aPack([[aMember({ sizeBytes }), Buffer.alloc(sizeBytes)]])
    const limits = { ratio: 1000 }
    await expect(readAll(path, { limits })).rejects.toThrow('more than 1000 times')
    await expect(readAll(path, { limits: { totalBytes: 1 << 20 } })).rejects.toThrow(ArchiveRefused)
    expect(await readAll(path)).toHaveLength(1)
  })

  test('is told when it is not there', async () => {
    await expect(readAll(path)).rejects.toThrow(DiskProblem)
    await expect(packSha256(path)).rejects.toThrow('cannot be read: there is no such file')
    await expect(readAll(root)).rejects.toThrow('it is a directory')
  })
})

describe('reading a pack', () => {
  test('passes on what the callback breaks with', async () => {
    await aPack(someMembers())
    const failure = new Error('no room')
    const reading = readPack(path, {}, () => Promise.reject(failure))
    await expect(reading).rejects.toBe(failure)
  })

  test('passes over what the callback leaves', async () => {
    await aPack(someMembers())
    const names: string[] = []
    await readPack(path, {}, async (member) => {
      names.push(member.name)
    })
    expect(names).toHaveLength(5)
  })

  test('can be cancelled', async () => {
    await aPack(someMembers())
    const cancel = new AbortController()
    const reading = readPack(path, { signal: cancel.signal }, async () => cancel.abort())
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' })
    const hashing = packSha256(path, { signal: AbortSignal.abort() })
    await expect(hashing).rejects.toMatchObject({ name: 'AbortError' })
  })
})
