import { once } from 'node:events'
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import fc from 'fast-check'
import { extract, pack } from 'tar-stream'
import { describe, expect, test } from 'vitest'
import { aTar, aTarEntry, type Block } from '../../../test/support/a-tar.ts'
import { ArchiveDamaged, ArchiveRefused, ContentChanged } from './archive-problem.ts'
import { type SkippedEntry, type TarLimits, tarEntries } from './tar-entries.ts'
import type { TarMember } from './tar-header.ts'
import { writeTar } from './tar-writer.ts'

type Read = TarMember & { text: string }

async function read(
  tar: Buffer | Readable,
  options: Parameters<typeof tarEntries>[1] = {},
): Promise<Read[]> {
  const stream = Buffer.isBuffer(tar) ? inChunks(tar) : tar
  const members: Read[] = []
  for await (const { member, content } of tarEntries(stream, options)) {
    members.push({ ...member, text: await text(content) })
  }
  return members
}

/** Never at the borders of blocks. */
const inChunks = (bytes: Buffer, size = 700): Readable =>
  Readable.from(
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
      bytes.subarray(at * size, (at + 1) * size),
    ),
    { objectMode: false },
  )

const aMember = (changes: Partial<TarMember> = {}): TarMember => ({
  name: 'a.yml',
  type: 'file',
  mode: 0o640,
  uid: 65534,
  gid: 472,
  mtimeSeconds: 1_763_900_000.123456,
  sizeBytes: 0,
  ...changes,
})

const pax = (records: string): Block => ({ kind: 'x', name: 'PaxHeaders/a', content: records })

test('whoever checks a content is told by what it was broken off', async () => {
  const whole = aTar({ name: 'a', content: 'x'.repeat(3000) })
  const isGone = new Error('the network disk is gone')
  const stream = Readable.from(
    (async function* () {
      yield whole.subarray(0, 1500)
      throw isGone
    })(),
    { objectMode: false },
  )
  const broken: unknown[] = []
  const check = { add() {}, end: () => undefined, broken: (error: unknown) => broken.push(error) }
  await expect(read(stream, { checkOf: () => check })).rejects.toBe(isGone)
  expect(broken).toEqual([isGone])
})

describe('an archive that is meant to do harm', () => {
  const refused: Record<string, [Buffer, RegExp]> = {
    'an absolute path': [aTar({ name: '/etc/passwd' }), /"\/etc\/passwd" is an absolute path/],
    'a path that leads out': [aTar({ name: 'a/../../b' }), /leads out of its directory by "\.\."/],
    'a path that leads out and in again': [aTar({ name: 'a/../a' }), /leads out/],
    'a pax path that leads out': [aTar(pax('13 path=../b\n'), { name: 'a' }), /leads out/],
    'a GNU name that leads out': [
      aTar({ kind: 'L', name: '././@LongLink', content: '../b\0' }, { name: 'a' }),
      /leads out/,
    ],
    'a NUL byte in a name': [aTar(pax('12 path=a\0b\n'), { name: 'a' }), /NUL byte/],
    'an empty name': [aTar({ name: '' }), /has no name/],
    'a file below a link': [
      aTar({ name: 'a', kind: '2', link: '/etc' }, { name: 'a/passwd' }),
      /"a\/passwd" lies below the symbolic link "a"/,
    ],
    'a directory below a link': [
      aTar({ name: 'a', kind: '2', link: '/etc' }, { name: 'a/b/', kind: '5' }),
      /lies below the symbolic link/,
    ],
    'a link in the place of a directory': [
      aTar({ name: 'a/b' }, { name: 'a', kind: '2', link: '/etc' }),
      /is a symlink and a directory/,
    ],
    'a file below a file': [aTar({ name: 'a' }, { name: 'a/b' }), /lies below the file "a"/],
    'a hard link out': [
      aTar({ name: 'a', kind: '1', link: '/etc/passwd' }),
      /"\/etc\/passwd" is an absolute path/,
    ],
    'a hard link to what is not there': [
      aTar({ name: 'a', kind: '1', link: 'b' }),
      /hard link to "b"/,
    ],
    'a hard link to a link': [
      aTar({ name: 'b', kind: '2', link: '/etc/passwd' }, { name: 'a', kind: '1', link: 'b' }),
      /hard link to "b"/,
    ],
    'a hard link with a content': [
      aTar({ name: 'b' }, { name: 'a', kind: '1', link: 'b', content: 'x' }),
      /whose size cannot be/,
    ],
    'a directory with a content': [
      aTar({ name: 'a/', kind: '5', content: 'x' }),
      /whose size cannot/,
    ],
    'a link to nowhere': [aTar({ name: 'a', kind: '2' }), /is a link to nowhere/],
    'the same name twice': [aTar({ name: 'a' }, { name: './a' }), /"a" is in the archive twice/],
    'a block device': [aTar({ name: 'a', kind: '4' }), /"a" is a block device/],
    'a character device': [aTar({ name: 'a', kind: '3' }), /"a" is a character device/],
    'a fifo': [aTar({ name: 'a', kind: '6' }), /"a" is a fifo/],
    'a name that is no UTF-8': [aTar({ name: Buffer.from([0x61, 0xff]) }), /no UTF-8 name/],
    'a GNU sparse file': [aTar({ name: 'a', kind: 'S' }), /kind "S" \(a sparse file\)/],
    'a pax sparse file': [aTar(pax('22 GNU.sparse.major=1\n'), { name: 'a' }), /sparse file/],
    'an entry of a kind that we do not know': [aTar({ name: 'a', kind: 'V' }), /of kind "V"/],
    'a file with the name of a directory': [aTar({ name: 'a/' }), /with the name of a directory/],
    'a root that is a link': [aTar({ name: './', kind: '2', link: '/' }), /root .* no directory/],
    'a header about all entries': [
      aTar({ ...pax('13 path=/etc\n'), kind: 'g' }, { name: 'a' }),
      /about all of its entries/,
    ],
    'an extended header that would fill the memory': [
      aTar({ ...pax(''), size: 2 ** 32 }),
      /extended header of 4294967296 bytes/,
    ],
    'a GNU name that would fill the memory': [
      aTar({ kind: 'L', name: '././@LongLink', size: 2 ** 30 }),
      /extended header of 1073741824 bytes/,
    ],
    'another archive after its end': [
      Buffer.concat([aTar({ name: 'a' }), aTar({ name: '../b' })]),
      /goes on after its end/,
    ],
    'the format of 1979': [
      aTar({ name: 'a', magic: '\0\0\0\0\0\0\0\0' }),
      /neither in the POSIX nor/,
    ],
  }
  test.each(Object.entries(refused))('is refused for %s', async (_, [tar, sentence]) => {
    const failure = await read(tar).catch((error) => error)
    expect(failure).toBeInstanceOf(ArchiveRefused)
    expect(failure.message).toMatch(sentence)
  })

  const bombs: Record<string, [TarLimits, RegExp]> = {
    'more entries than allowed': [{ entries: 1 }, /more than 1 entries/],
    'a file that is too large': [{ memberBytes: 3 }, /more than 3 bytes/],
    'files that are too large together': [{ totalBytes: 7 }, /more than 7 bytes/],
    'a name that is too long': [{ nameBytes: 2 }, /longer than 2 bytes/],
  }
  test.each(Object.entries(bombs))('is refused for %s', async (_, [limits, sentence]) => {
    const tar = aTar({ name: 'one', content: 'four' }, { name: 'two', content: 'four' })
    await expect(read(tar, { limits })).rejects.toThrow(sentence)
  })

  test('is refused by what a header claims, before any of the content is read', async () => {
    const tar = aTarEntry({ name: 'a', size: 8 ** 11 - 1 })
    await expect(read(tar, { limits: { totalBytes: 1 << 30 } })).rejects.toThrow(ArchiveRefused)
  })

  test('is refused when it never ends', async () => {
    async function* endless() {
      yield aTar({ name: 'a' })
      for (;;) yield Buffer.alloc(1 << 16)
    }
    const stream = Readable.from(endless(), { objectMode: false })
    await expect(read(stream)).rejects.toThrow('The archive does not end.')
    expect(stream.destroyed).toBe(true)
  })
})

describe('an archive that is damaged', () => {
  const damaged: Record<string, Buffer> = {
    'a checksum that does not hold': aTar({ name: 'a', checksum: 1 }),
    'a pax record of negative length': aTar(pax('-5 a=\n-5 a='), { name: 'a' }),
    'a pax record that is longer than its header': aTar(pax('99 path=a\n'), { name: 'a' }),
    'a pax record without a value': aTar(pax('7 path\n'), { name: 'a' }),
    'a pax size that is no number': aTar(pax('10 size=x\n'), { name: 'a' }),
    'a pax time that is none': aTar(pax('13 mtime=1e9\n'), { name: 'a' }),
    'an extended header for nothing': aTar(pax('10 path=b\n')),
    'no end': aTarEntry({ name: 'a', content: 'b' }),
    'half an end': Buffer.concat([aTarEntry({ name: 'a' }), Buffer.alloc(512)]),
    'nothing in it': Buffer.alloc(0),
    'noise in it': Buffer.alloc(1024, 'noise'),
  }
  test.each(Object.entries(damaged))('is told by %s', async (_, tar) => {
    await expect(read(tar)).rejects.toThrow(ArchiveDamaged)
  })

  test('is told wherever it is cut off', async () => {
    const tar = aTar({ name: 'a', content: 'x'.repeat(600) }, pax('10 path=b\n'), { name: 'c' })
    for (let end = 0; end < tar.length; end += 100) {
      await expect(read(tar.subarray(0, end)), `cut at ${end}`).rejects.toThrow(ArchiveDamaged)
    }
  })

  test('is told to who reads the content, and to who reads the archive', async () => {
    const tar = aTarEntry({ name: 'a', content: 'x'.repeat(2000) }).subarray(0, 1100)
    const entries = tarEntries(inChunks(tar))
    const first = await entries.next()
    await expect(text(first.value?.content ?? Readable.from([]))).rejects.toThrow('cut off')
    await expect(entries.next()).rejects.toThrow(ArchiveDamaged)
  })
})

describe('what real volumes hold', () => {
  test('devices, fifos and names that are no UTF-8 are told and passed over', async () => {
    const skipped: SkippedEntry[] = []
    const tar = aTar(
      { name: 'pipe', kind: '6' },
      { name: 'null', kind: '3' },
      { name: Buffer.from([0x61, 0xff]), content: 'lost' },
      { name: 'kept', content: 'text' },
    )
    const members = await read(tar, { onSkipped: (entry) => skipped.push(entry) })
    expect(members.map(({ name, text }) => [name, text])).toEqual([['kept', 'text']])
    expect(skipped.map(({ kind }) => kind)).toEqual(['fifo', 'character-device', 'unreadable-name'])
  })

  test('links stay as they are, wherever they lead', async () => {
    const tar = aTar(
      { name: 'data/', kind: '5' },
      { name: 'data/out', kind: '2', link: '/etc/../x' },
      { name: 'data/one', content: '1' },
      { name: 'data/two', kind: '1', link: 'data/one' },
    )
    expect(await read(tar)).toMatchObject([
      { name: 'data', type: 'directory' },
      { name: 'data/out', type: 'symlink', linkTo: '/etc/../x' },
      { name: 'data/one', type: 'file', sizeBytes: 1, text: '1' },
      { name: 'data/two', type: 'file', sizeBytes: 0, hardLinkTo: 'data/one' },
    ])
  })

  test('the root is a directory of its own', async () => {
    const tar = aTar({ name: './', kind: '5', mode: 0o2770 }, { name: './a/b' })
    const names = (await read(tar)).map(({ name, mode }) => [name, mode])
    expect(names).toEqual([
      ['.', 0o2770],
      ['a/b', 0o644],
    ])
  })

  test('names of GNU tar that are longer than a header', async () => {
    const name = `${'d'.repeat(150)}/${'é'.repeat(60)}`
    const link = `../${'l'.repeat(140)}`
    const gnu = 'ustar  \0'
    const tar = aTar(
      { kind: 'K', name: '././@LongLink', content: `${link}\0`, magic: gnu },
      { kind: 'L', name: '././@LongLink', content: `${name}\0`, magic: gnu },
      { name: 'd', kind: '2', link: 'l', magic: gnu },
    )
    expect(await read(tar)).toMatchObject([{ name, linkTo: link }])
  })
})

describe('reading', () => {
  const three = aTar(
    { name: 'a', content: 'x'.repeat(300_000) },
    { name: 'b', content: 'bb' },
    { name: 'c', content: 'c' },
  )

  test('passes over what nobody reads', async () => {
    const names: string[] = []
    for await (const { member } of tarEntries(inChunks(three, 5000))) names.push(member.name)
    expect(names).toEqual(['a', 'b', 'c'])
  })

  test('passes over the rest of what was begun', async () => {
    const names: string[] = []
    for await (const { member, content } of tarEntries(inChunks(three, 5000))) {
      names.push(member.name)
      for await (const _ of content) break
    }
    expect(names).toEqual(['a', 'b', 'c'])
  })

  test('takes a content away from who still reads it when the next is asked for', async () => {
    const entries = tarEntries(inChunks(three, 5000))
    const first = (await entries.next()).value?.content
    first?.resume()
    const closed = first && once(first, 'close')
    expect((await entries.next()).value?.member.name).toBe('b')
    await closed
    expect((await entries.next()).value?.member.name).toBe('c')
  })

  test('lets go of the stream when the reader stops, and when it is cancelled', async () => {
    const stopped = inChunks(three)
    for await (const _ of tarEntries(stopped)) break
    expect(stopped.destroyed).toBe(true)

    const signal = AbortSignal.abort()
    const cancelled = inChunks(three)
    await expect(read(cancelled, { signal })).rejects.toMatchObject({ name: 'AbortError' })
    expect(cancelled.destroyed).toBe(true)
  })

  test('breaks with what the stream breaks with', async () => {
    async function* broken() {
      yield three.subarray(0, 1000)
      throw new Error('the engine has gone')
    }
    await expect(read(Readable.from(broken(), { objectMode: false }))).rejects.toThrow('has gone')
  })
})

describe('writing', () => {
  const part = fc.stringMatching(/^[a-zé ]{1,120}$/).filter((name) => name.trim() === name)
  const members = fc.uniqueArray(
    fc.record({
      name: fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => `r/${parts.join('/')}x`),
      mode: fc.integer({ min: 0, max: 0o7777 }),
      uid: fc.oneof(fc.nat(3000), fc.constant(4_294_967_294)),
      gid: fc.oneof(fc.nat(3000), fc.constant(4_294_967_294)),
      mtimeSeconds: fc.oneof(
        fc.nat(2_000_000_000),
        fc.integer({ min: -1e12, max: 4e12 }).map((milliseconds) => milliseconds / 1000),
      ),
      content: fc.string({ maxLength: 2000 }),
    }),
    { selector: ({ name }) => name, maxLength: 8 },
  )
  const itemsOf = (drawn: typeof members extends fc.Arbitrary<infer T> ? T : never) =>
    drawn.map(({ content, ...member }) => {
      const bytes = Buffer.from(content)
      return {
        member: aMember({
          ...member,
          name: member.name.replaceAll('/', '_'),
          sizeBytes: bytes.length,
        }),
        content: bytes,
      }
    })

  test('is read back as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(members, async (drawn) => {
        const items = itemsOf(drawn)
        const back = await read(writeTar(items))
        expect(back).toEqual(
          items.map(({ member, content }) => ({ ...member, text: content.toString() })),
        )
      }),
      { numRuns: 60 },
    )
  })

  test('is read by tar-stream as it was written, but for what that cannot hold', async () => {
    await fc.assert(
      fc.asyncProperty(members, async (drawn) => {
        const items = itemsOf(drawn)
        const other = extract()
        writeTar(items).pipe(other)
        let at = 0
        for await (const entry of other) {
          const item = items[at++]
          expect(entry.header.name).toBe(item?.member.name)
          expect(entry.header.mode).toBe(item?.member.mode)
          expect(await buffer(entry)).toEqual(item?.content)
        }
        expect(at).toBe(items.length)
      }),
      { numRuns: 40 },
    )
  })

  test('directories, links and hard links', async () => {
    const items = [
      aMember({ name: 'd', type: 'directory', mode: 0o1777 }),
      aMember({ name: `d/${'l'.repeat(200)}`, type: 'symlink', linkTo: `../${'t'.repeat(200)}` }),
      aMember({ name: 'd/one' }),
      aMember({ name: 'd/two', hardLinkTo: 'd/one' }),
    ].map((member) => ({ member }))
    expect(await read(writeTar(items))).toEqual(
      items.map(({ member }) => ({ ...member, text: '' })),
    )
  })

  test('names an entry in its first header too, for a tar that knows no pax', async () => {
    const tar = await buffer(writeTar([{ member: aMember({ name: 'grün.yml' }) }]))
    const own = tar.subarray(tar.length - 1024 - 512)
    expect(own.toString('utf8', 0, 9)).toBe('grün.yml')
  })

  test('more than eight gigabytes are a number of pax', async () => {
    const zeros = Buffer.alloc(1 << 20)
    const sizeBytes = 8 ** 11 + 5
    async function* large() {
      for (let left = sizeBytes; left > 0; left -= zeros.length) {
        yield zeros.subarray(0, Math.min(left, zeros.length))
      }
    }
    const content = Readable.from(large(), { objectMode: false })
    const tar = writeTar([{ member: aMember({ sizeBytes }), content }])
    const first = (await tarEntries(tar).next()).value
    expect(first?.member.sizeBytes).toBe(sizeBytes)
    tar.destroy()
    content.destroy()
  })

  test.each([
    ['shorter', 6],
    ['longer', 4],
  ])('breaks when a content is %s than was said', async (word, sizeBytes) => {
    const item = { member: aMember({ sizeBytes }), content: Buffer.from('12345') }
    const failure = await buffer(writeTar([item])).catch((error) => error)
    expect(failure).toBeInstanceOf(ContentChanged)
    expect(failure.message).toContain(word)
  })

  test('reads what tar-stream writes', async () => {
    const other = pack()
    other.entry({ name: 'é'.repeat(130), mode: 0o600, mtime: new Date(5000) }, 'text')
    other.entry({ name: 'd', type: 'directory' })
    other.finalize()
    const members = await read(Readable.from(other, { objectMode: false }))
    expect(members).toMatchObject([
      { name: 'é'.repeat(130), text: 'text', mtimeSeconds: 5 },
      { name: 'd', type: 'directory' },
    ])
  })
})
