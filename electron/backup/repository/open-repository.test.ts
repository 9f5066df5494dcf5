import { readdir, readFile, rename, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { aBackupSource, aDirectory, aFile, aLink } from '../../../test/support/a-backup-source.ts'
import { aPlaceForARepository, plain } from '../../../test/support/a-place-for-a-repository.ts'
import {
  aRepository,
  backUp,
  contentsOf,
  noSignal,
  someFacts,
} from '../../../test/support/a-repository.ts'
import { createRepository, isRepository, openRepository } from './open-repository.ts'
import type { Repository } from './repository.ts'

const place = aPlaceForARepository()

const large = 'x'.repeat(5_000_000)

const filesOf = async (repository: Repository, id: string) =>
  Object.fromEntries((await repository.files(id)).map((file) => [file.path, file]))

test('gives back what was put in, byte for byte, and says of what it is', async () => {
  const repository = await aRepository(place.directory)
  const entry = await backUp(
    repository,
    aBackupSource([
      aDirectory('.', 0o700),
      aFile('a', 'one'),
      aFile('empty', ''),
      aLink('to', '../elsewhere'),
      aFile('deep/b', large),
    ]),
  )
  expect(entry.manifest.components).toEqual([
    expect.objectContaining({ id: 'volume:data', files: 3, sizeBytes: 5_000_003 }),
  ])
  expect(entry.marks.verifiedAt).toBeDefined()
  expect(await repository.snapshots()).toEqual({ sound: [entry], broken: [] })
  const files = await repository.files(entry.id)
  expect(files.map(({ path, type }) => [path, type])).toEqual([
    ['.', 'directory'],
    ['a', 'file'],
    ['empty', 'file'],
    ['to', 'symlink'],
    ['deep/b', 'file'],
  ])
  expect(await contentsOf(repository, files)).toEqual({
    'volume:data/a': 'one',
    'volume:data/empty': '',
    'volume:data/deep/b': large,
  })
  expect(await repository.verify('all', noSignal(), () => {})).toEqual([])
  expect(await readdir(join(place.directory, 'tmp'))).toEqual([])
  expect((await repository.space()).ownBytes).toBeGreaterThan(entry.storedBytes)
})

describe('stores once', () => {
  test('what is unchanged, small or large, without reading what the source knows', async () => {
    const repository = await aRepository(place.directory)
    const items = [aFile('small', 'one'), aFile('large', large), aFile('copy', large)]
    const first = await backUp(repository, aBackupSource(items))
    expect((await filesOf(repository, first.id))['copy']?.member).toBe('volume=data/large')
    const again = await backUp(repository, aBackupSource(items))
    expect(again.manifest.addedBytes).toBe(0)
    expect(again.storedBytes).toBe(first.storedBytes)
    const files = await filesOf(repository, again.id)
    const unread = items.map(({ open: _open, ...item }) => ({
      ...item,
      known: { sha256: files[item.path]?.sha256 ?? '' },
    }))
    const known = await backUp(repository, aBackupSource(unread))
    expect(known.manifest.addedBytes).toBe(0)
    expect(await place.packs()).toHaveLength(1)
    const read = await contentsOf(repository, await repository.files(known.id))
    expect(read['volume:data/copy']).toBe(large)
  })

  test('each block of Prometheus, also when its meta.json was written anew', async () => {
    const repository = await aRepository(place.directory)
    const block = (name: string, meta: string) => [
      aFile(`${name}/chunks/000001`, `${name}${large}`),
      aFile(`${name}/meta.json`, meta),
    ]
    const prometheus = (...blocks: ReturnType<typeof block>[]) =>
      aBackupSource(blocks.flat(), {
        id: 'prometheus:odin/prometheus',
        packing: 'whole-directories',
      })
    const first = await backUp(repository, prometheus(block('01A', '{}'), block('01B', '{"b":1}')))
    expect(await place.packs()).toHaveLength(2)
    const second = await backUp(
      repository,
      prometheus(block('01B', '{"b":2}'), block('01C', '{"c":1}')),
    )
    expect(await place.packs()).toHaveLength(4)
    const files = await filesOf(repository, second.id)
    const before = await filesOf(repository, first.id)
    expect(files['01B/chunks/000001']?.pack).toBe(before['01B/chunks/000001']?.pack)
    expect(files['01B/meta.json']?.pack).not.toBe(before['01B/meta.json']?.pack)
  })

  test('but the configuration is always whole in one pack', async () => {
    const repository = await aRepository(place.directory)
    const configuration = (...items: ReturnType<typeof aFile>[]) =>
      aBackupSource([aDirectory('.'), ...items], { id: 'configuration', packing: 'self-contained' })
    await backUp(repository, configuration(aFile('a', 'a'), aFile('b', 'b')))
    const { id } = await backUp(repository, configuration(aFile('a', 'a'), aFile('b', 'c')))
    const { a, b } = await filesOf(repository, id)
    expect(a?.pack).toBe(b?.pack)
    expect(await place.packs()).toHaveLength(2)
    await backUp(repository, configuration(aFile('a', 'a'), aFile('b', 'c')))
    expect(await place.packs()).toHaveLength(2)
  })

  test('not what is known to be damaged: the next backup stores it again', async () => {
    const repository = await aRepository(place.directory)
    const source = () => aBackupSource({ a: 'one', b: large })
    const { id } = await backUp(repository, source())
    const [pack = ''] = await place.packs()
    const path = join(place.directory, 'packs', pack)
    const content = await readFile(path)
    await rm(path)
    await writeFile(path, content.subarray(1))
    expect(await repository.verify('all', noSignal(), () => {})).toEqual([
      {
        snapshot: id,
        packs: [pack.slice(3, 67)],
        files: ['volume:data/a', 'volume:data/b'],
        papers: [],
      },
    ])
    expect((await repository.find(id)).marks.damaged?.files).toHaveLength(2)
    await backUp(repository, source())
    expect(await repository.verify('all', noSignal(), () => {})).toEqual([])
    expect((await repository.find(id)).marks.damaged).toBeUndefined()
  })
})

describe('a pack that comes out the same as one that is there', () => {
  const configuration = () =>
    aBackupSource({ a: 'a' }, { id: 'configuration', packing: 'self-contained' })
  const theFile = async () => join(place.directory, 'packs', (await place.packs())[0] ?? '')

  test('leaves that one alone where it is sound', async () => {
    const repository = await aRepository(place.directory)
    await backUp(repository, configuration())
    const before = await stat(await theFile())
    const { manifest } = await backUp(repository, configuration())
    expect(manifest.addedBytes).toBe(0)
    expect((await stat(await theFile())).ino).toBe(before.ino)
    expect(await place.packs()).toHaveLength(1)
  })

  test('takes its place where it is not', async () => {
    const repository = await aRepository(place.directory)
    const { id } = await backUp(repository, configuration())
    await truncate(await theFile(), 20)
    await backUp(repository, configuration())
    expect(await repository.verify(id, noSignal(), () => {})).toEqual([])
  })
})

describe('what cannot be read is a gap, and the rest is kept', () => {
  const breaking = (bytes: string) =>
    Readable.from(
      (function* () {
        yield Buffer.from(bytes)
        throw new Error('The disk reports an error.')
      })(),
    )

  test.each([
    ['small', 10],
    ['large', 5_000_000],
  ])('a %s file that breaks', async (_size, sizeBytes) => {
    const repository = await aRepository(place.directory)
    const draft = await repository.begin()
    const { gaps, component } = await draft.add(
      aBackupSource(
        [
          aFile('a', 'one'),
          aFile('b', '', { sizeBytes, open: () => breaking('1234') }),
          aFile('c', 'two'),
        ],
        { gaps: ['The source says so.'] },
      ),
      noSignal(),
      () => {},
    )
    expect(gaps).toEqual([
      '"b" is not in the snapshot: The disk reports an error.',
      'The source says so.',
    ])
    expect(component.files).toBe(2)
    const { id } = await draft.commit(someFacts(), noSignal())
    expect(await contentsOf(repository, await repository.files(id))).toEqual({
      'volume:data/a': 'one',
      'volume:data/c': 'two',
    })
  })

  test.each([5, 5_000_000])('a file that changed is given again: %d bytes', async (sizeBytes) => {
    const repository = await aRepository(place.directory)
    const draft = await repository.begin()
    const grown = 'y'.repeat(sizeBytes + 3)
    const { gaps } = await draft.add(
      aBackupSource([
        aFile('log', 'y'.repeat(sizeBytes + 1), { sizeBytes }),
        aFile('log', grown, { again: true }),
      ]),
      noSignal(),
      () => {},
    )
    expect(gaps).toEqual([])
    const { id } = await draft.commit(someFacts(), noSignal())
    expect(await contentsOf(repository, await repository.files(id))).toEqual({
      'volume:data/log': grown,
    })
  })

  test('a file that does not stop changing is kept as it was read, and said', async () => {
    const repository = await aRepository(place.directory)
    const draft = await repository.begin()
    const { gaps } = await draft.add(
      aBackupSource([aFile('log', large, { sizeBytes: 4_000_000 })]),
      noSignal(),
      () => {},
    )
    expect(gaps).toEqual([
      '"log" changed while it was read (it became longer), and what is kept of it may be torn.',
    ])
    const { id } = await draft.commit(someFacts(), noSignal())
    expect((await filesOf(repository, id))['log']?.sizeBytes).toBe(4_000_000)
  })

  test('paths that lead out, and such that come twice', async () => {
    const repository = await aRepository(place.directory)
    const draft = await repository.begin()
    const items = ['../x', '/etc/passwd', 'a', 'a'].map((path) => aFile(path, path))
    const { gaps } = await draft.add(aBackupSource(items), noSignal(), () => {})
    expect(gaps).toEqual([
      '"../x" leads out of its directory, and is left out.',
      '"/etc/passwd" is absolute, and is left out.',
      '"a" came twice, and only the first one is kept.',
    ])
    await draft.abandon()
  })

  test('a source that fails costs its own part alone, and is closed', async () => {
    const repository = await aRepository(place.directory)
    const draft = await repository.begin()
    let closed = 0
    const failing = aBackupSource([aFile('a', large)], {
      id: 'volume:other',
      breaks: new Error('The engine has gone.'),
      onClose: () => {
        closed += 1
      },
    })
    await expect(draft.add(failing, noSignal(), () => {})).rejects.toThrow('The engine has gone.')
    expect(closed).toBe(1)
    await draft.add(aBackupSource({ b: 'two' }), noSignal(), () => {})
    const { manifest } = await draft.commit(someFacts(), noSignal())
    expect(manifest.components.map(({ id }) => id)).toEqual(['volume:data'])
    expect(await place.packs()).toHaveLength(1)
  })
})

describe('until it is committed nothing counts', () => {
  test('given up, it leaves nothing', async () => {
    const repository = await aRepository(place.directory)
    const draft = await repository.begin()
    await draft.add(aBackupSource({ a: 'one' }), noSignal(), () => {})
    await draft.abandon()
    expect(await place.packs()).toEqual([])
    expect(await readdir(join(place.directory, 'tmp'))).toEqual([])
    expect((await repository.snapshots()).sound).toEqual([])
  })

  test('cancelled in the middle of a file, it stops there', async () => {
    const repository = await aRepository(place.directory)
    const draft = await repository.begin()
    const cancel = new AbortController()
    const endless = Readable.from(
      (async function* () {
        for (;;) yield Buffer.alloc(65536)
      })(),
    )
    const adding = draft.add(
      aBackupSource([aFile('a', '', { sizeBytes: 1e12, open: () => endless })]),
      cancel.signal,
      ({ bytes }) => {
        if (bytes > 10_000_000) cancel.abort(new Error('The person said stop.'))
      },
    )
    await expect(adding).rejects.toThrow('The person said stop.')
    await draft.abandon()
    expect(await place.packs()).toEqual([])
  })

  test('with nothing in it, it is no snapshot', async () => {
    const draft = await (await aRepository(place.directory)).begin()
    await expect(draft.commit(someFacts(), noSignal())).rejects.toThrow('so there is no snapshot')
    await draft.abandon()
  })
})

describe('opening', () => {
  test('finds a snapshot by the end of its name, if that is one', async () => {
    const repository = await aRepository(place.directory)
    const { id } = await backUp(repository, aBackupSource({ a: 'a' }))
    expect((await repository.find(id.slice(-8).toLowerCase())).id).toBe(id)
    await expect(repository.find('nope')).rejects.toThrow('No snapshot ends in nope.')
    const verifying = repository.verify('nope', noSignal(), () => {})
    await expect(verifying).rejects.toThrow('There is no snapshot nope.')
    const other = id.slice(0, 21).concat('0'.repeat(18), id.slice(-8))
    await rename(join(place.directory, 'snapshots', id), join(place.directory, 'snapshots', other))
    await expect(repository.find(id.slice(-8))).rejects.toThrow(`manifest.json is that of ${id}.`)
  })

  test('makes a repository where nothing is, or where making one was cut off', async () => {
    expect(await isRepository(place.directory)).toBe(false)
    const { id } = await aRepository(place.directory)
    expect(await isRepository(place.directory)).toBe(true)
    await rm(join(place.directory, 'ODIN-BACKUP'))
    expect((await createRepository(place.directory, plain)).id).not.toBe(id)
    await writeFile(join(place.root, 'letter'), 'Dear Ada')
    await expect(createRepository(place.root, plain)).rejects.toThrow('is not empty')
    await expect(openRepository(place.root, plain)).rejects.toThrow('is no backup repository')
  })

  test('a format that is too new is only read', async () => {
    const repository = await aRepository(place.directory)
    const entry = await backUp(repository, aBackupSource({ a: 'a' }))
    const magic = join(place.directory, 'ODIN-BACKUP')
    const text = await readFile(magic, 'utf8')
    await writeFile(magic, text.replace('"format":1', '"format":2'))
    const newer = await openRepository(place.directory, plain)
    expect((await newer.snapshots()).sound).toEqual([entry])
    expect(await newer.verify('all', noSignal(), () => {})).toEqual([])
    const sentence = /has format 2, and this version of Odin Sentinel writes format 1/
    await expect(newer.begin()).rejects.toThrow(sentence)
    await expect(newer.prune([], { dryRun: false, signal: noSignal() })).rejects.toThrow(sentence)
    await expect(newer.mark(entry.id, { pinned: 'x' })).rejects.toThrow(sentence)
  })

  test('the way back without the app is brought up to date', async () => {
    const repository = await aRepository(place.directory)
    await writeFile(join(place.directory, 'recover.sh'), '# of an older version\n')
    await backUp(repository, aBackupSource({ a: 'a' }))
    expect(await readFile(join(place.directory, 'recover.sh'), 'utf8')).toContain('META.sha256')
  })

  test('what a writer of marks has left in an hour is removed, not what is being written', async () => {
    const repository = await aRepository(place.directory)
    const [old, fresh] = ['.old.tmp', '.fresh.tmp'].map((name) =>
      join(place.directory, 'marks', name),
    )
    for (const path of [old ?? '', fresh ?? '']) await writeFile(path, '{')
    await utimes(old ?? '', 0, 0)
    await (await repository.begin()).abandon()
    expect(await readdir(join(place.directory, 'marks'))).toEqual(['.fresh.tmp'])
  })
})
