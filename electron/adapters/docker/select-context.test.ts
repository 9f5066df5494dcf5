import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { resolveConfigFile } from './config-file.ts'
import { contextId } from './context-store.ts'
import { selectContext, withCurrentContext } from './select-context.ts'

describe('the text of config.json', () => {
  test.each([
    ['nothing', '', '{\n\t"currentContext": "b"\n}'],
    ['an empty object', '{}', '{\n\t"currentContext": "b"\n}'],
    ['another context', '{"currentContext":"a"}', '{"currentContext":"b"}'],
    [
      'tabs and unknown keys',
      '{\n\t"auths": {},\n\t"x-mine": [1, 2]\n}\n',
      '{\n\t"auths": {},\n\t"x-mine": [1, 2],\n\t"currentContext": "b"\n}\n',
    ],
    [
      'four spaces',
      '{\n    "detachKeys": "ctrl-e,e"\n}',
      '{\n    "detachKeys": "ctrl-e,e",\n    "currentContext": "b"\n}',
    ],
    ['one line', '{"a":1, "b":2}', '{"a":1, "b":2, "currentContext": "b"}'],
    [
      'a number that JavaScript cannot hold',
      '{"n":12345678901234567890,"currentContext":"a"}',
      '{"n":12345678901234567890,"currentContext":"b"}',
    ],
    [
      'keys that JavaScript would reorder',
      '{"z":0,"1":1,"currentContext":"a"}',
      '{"z":0,"1":1,"currentContext":"b"}',
    ],
    ['the key in another case', '{"CurrentContext":"a"}', '{"CurrentContext":"b"}'],
    [
      'the word inside a text',
      '{"a":"\\"currentContext\\":{","currentContext":"a"}',
      '{"a":"\\"currentContext\\":{","currentContext":"b"}',
    ],
  ])('selects in %s', (_, before, after) => {
    expect(withCurrentContext(before, 'b')).toBe(after)
  })

  test.each([
    ['alone', '{\n\t"currentContext": "a"\n}', '{}'],
    ['first', '{\n\t"currentContext": "a",\n\t"auths": {}\n}', '{\n\t"auths": {}\n}'],
    ['last', '{\n\t"auths": {},\n\t"currentContext": "a"\n}', '{\n\t"auths": {}\n}'],
    ['between', '{"a":1,"currentContext":"a","b":2}', '{"a":1,"b":2}'],
    ['twice', '{"currentContext":"x","CURRENTCONTEXT":"a","b":2}', '{"b":2}'],
  ])('takes the key out for default: %s', (_, before, after) => {
    expect(withCurrentContext(before, 'default')).toBe(after)
  })

  test.each([
    ['the same context', '{"currentContext":"b"}', 'b'],
    ['default in an empty file', '', 'default'],
    ['default without the key', '{"auths":{}}', 'default'],
    ['default said by name', '{"currentContext":"default"}', 'default'],
  ])('changes nothing for %s', (_, before, to) => {
    expect(withCurrentContext(before, to)).toBeUndefined()
  })

  test.each(['{"currentContext":', '[]', '{"currentContext":5}', '{"auths":"s3cret",}'])(
    'refuses %s without quoting it',
    (broken) => {
      expect(() => withCurrentContext(broken, 'b')).toThrow(/left alone until it is mended/)
      expect(() => withCurrentContext(broken, 'b')).not.toThrow(/s3cret/)
    },
  )
})

describe('the file', () => {
  let directory: string
  let file: string

  async function createContext(name: string) {
    const folder = join(directory, 'contexts', 'meta', contextId(name))
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'meta.json'), JSON.stringify({ Name: name, Endpoints: {} }))
  }

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'select-context-'))
    file = join(directory, 'config.json')
    await createContext('home')
  })

  test('keeps its mode and owner, and leaves no temporary file', async () => {
    await writeFile(file, '{"auths":{}}')
    await chmod(file, 0o640)
    const before = await stat(file)
    await selectContext({ configDirectory: directory, to: 'home' })
    const after = await stat(file)
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ auths: {}, currentContext: 'home' })
    expect([after.mode, after.uid, after.gid]).toEqual([before.mode, before.uid, before.gid])
    expect((await readdir(directory)).sort()).toEqual(['config.json', 'contexts'])
  })

  test('is created for its owner only when it is missing', async () => {
    await selectContext({ configDirectory: directory, to: 'home' })
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ currentContext: 'home' })
  })

  test('is not written when nothing changes', async () => {
    await writeFile(file, '{"currentContext":"home"}')
    const before = await stat(file)
    await selectContext({ configDirectory: directory, to: 'home' })
    const after = await stat(file)
    expect([after.ino, after.mtimeMs]).toEqual([before.ino, before.mtimeMs])
  })

  test('stays a symlink; the file behind it is written in its own directory', async () => {
    const dotfiles = await mkdtemp(join(tmpdir(), 'dotfiles-'))
    const target = join(dotfiles, 'docker.json')
    await writeFile(target, '{"x":1}')
    await symlink(target, join(directory, 'hop'))
    await symlink('hop', file)
    expect(await resolveConfigFile(directory)).toBe(target)
    await selectContext({ configDirectory: directory, to: 'home' })
    expect(JSON.parse(await readFile(target, 'utf8'))).toEqual({ x: 1, currentContext: 'home' })
    expect(await readdir(dotfiles)).toEqual(['docker.json'])
  })

  test('is left alone when it cannot be parsed', async () => {
    await writeFile(file, '{"auths":{"r":{"auth":"c2VjcmV0"}},')
    await expect(selectContext({ configDirectory: directory, to: 'home' })).rejects.toThrow(
      `${file} is not valid JSON`,
    )
    expect(await readFile(file, 'utf8')).toBe('{"auths":{"r":{"auth":"c2VjcmV0"}},')
  })

  test('is left alone when the context does not exist', async () => {
    await expect(selectContext({ configDirectory: directory, to: 'ghost' })).rejects.toThrow(
      'There is no Docker context ghost',
    )
    expect(await readdir(directory)).toEqual(['contexts'])
  })

  test('loses nothing to many writers at once', async () => {
    const names = ['aa', 'bb', 'cc', 'dd']
    await Promise.all(names.map(createContext))
    await writeFile(file, '{\n\t"auths": {},\n\t"keep": true\n}')
    const results = await Promise.allSettled(
      names.map((to) => selectContext({ configDirectory: directory, to })),
    )
    expect(results.some(({ status }) => status === 'fulfilled')).toBe(true)
    const { currentContext, ...rest } = JSON.parse(await readFile(file, 'utf8'))
    expect(names).toContain(currentContext)
    expect(rest).toEqual({ auths: {}, keep: true })
    expect((await readdir(directory)).sort()).toEqual(['config.json', 'contexts'])
  })
})
