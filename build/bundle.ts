import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build, type InlineConfig, type Plugin } from 'vite'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Optional or unreachable parts of what we bundle: `require` of them fails, as it may. */
const leftOut: Array<[what: RegExp, why: string]> = [
  [/[\\/]docker-modem[\\/]lib[\\/]ssh$/, 'ssh2: engines behind ssh are reached by ssh itself'],
  [/[\\/]dockerode[\\/]lib[\\/](session|buildkit)$/, 'gRPC and protobuf for image builds'],
  [/^bun(:.*)?$/, 'not our runtime'],
]

const leaveOut: Plugin = {
  name: 'odin:leave-out',
  enforce: 'pre',
  resolveId(id, importer) {
    const full = id.startsWith('.') && importer ? join(importer, '..', id) : id
    return leftOut.some(([what]) => what.test(full)) ? `\0left-out:${id}` : null
  },
  load(id) {
    if (!id.startsWith('\0left-out:')) return null
    return `module.exports = new Proxy({}, { get() { throw new Error(${JSON.stringify(`${id.slice(10)} is not in the bundle`)}) } })`
  },
}

type NodeEntry = {
  entry: string
  /** Name under `dist/`, or an absolute path. */
  outDir?: string
  file: string
  format: 'es' | 'cjs'
  /** Put one file in the place of another; the tests change the world behind the app this way. */
  plugins?: Plugin[]
}

/** One file with everything in it but Node and Electron themselves. */
export function nodeConfig(options: NodeEntry): InlineConfig {
  // Bundled CommonJS code asks for these two, and an ES module does not have them.
  const banner =
    options.format === 'es'
      ? 'const __dirname = import.meta.dirname; const __filename = import.meta.filename;'
      : ''
  return {
    configFile: false,
    root,
    logLevel: 'warn',
    plugins: [leaveOut, ...(options.plugins ?? [])],
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: true,
      target: 'node24',
      outDir: options.outDir ?? join(root, 'dist'),
      emptyOutDir: false,
      minify: false,
      copyPublicDir: false,
      rolldownOptions: {
        input: join(root, options.entry),
        external: [/^electron$/, /^electron\//, /^node:/],
        checks: { commonJsVariableInEsm: false },
        output: {
          format: options.format,
          entryFileNames: options.file,
          codeSplitting: false,
          banner,
        },
      },
    },
  }
}

export const mainEntry: NodeEntry = { entry: 'electron/main.ts', file: 'main.js', format: 'es' }
// A sandboxed preload must be one CommonJS file; Electron runs no ES modules there.
export const preloadEntry: NodeEntry = {
  entry: 'electron/shell/preload.ts',
  file: 'preload.cjs',
  format: 'cjs',
}
export const backupEntry: NodeEntry = {
  entry: 'electron/backup/process/backup-process.ts',
  file: 'backup-process.js',
  format: 'es',
}
const cliEntry: NodeEntry = { entry: 'electron/cli.ts', file: 'cli.js', format: 'es' }

export async function bundleRenderer(outDir?: string): Promise<void> {
  await build({
    ...(outDir ? { build: { outDir } } : {}),
    configFile: join(root, 'build/vite.renderer.config.ts'),
    mode: 'production',
    logLevel: 'warn',
  })
}

/** Fills `dist/`: main.js, preload.cjs, backup-process.js, renderer/ and cli.js. */
export async function bundle(): Promise<void> {
  for (const entry of [mainEntry, preloadEntry, backupEntry, cliEntry])
    await build(nodeConfig(entry))
  await bundleRenderer()
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await bundle()
