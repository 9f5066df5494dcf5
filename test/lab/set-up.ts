import { createHash } from 'node:crypto'
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { ensurePackages } from '../../build/debian-packages.ts'
import { type LabImage, makeImages } from './images.ts'
import { run } from './run.ts'

/** Everything the lab is made of, ready to be started. */
export type LabParts = {
  /** Go in front of PATH: dockerd, containerd, runc, docker. */
  programs: readonly string[]
  composePlugin: string
  /** Beside them, for tests alone. */
  promtool: string
  images: readonly LabImage[]
}

/** What must be installed on this machine; everything else is unpacked aside, into the cache. */
const hostPackages = [
  'ca-certificates',
  'debian-archive-keyring',
  'dnsmasq-base',
  'iproute2',
  'iptables',
  'libseccomp2',
  'libsystemd0',
  'util-linux',
]

// trixie's Go programs want only glibc 2.34, which Debian 12 has; trixie's runc and tini
// want 2.38 (Depends of runc 1.1.15+ds1-2 and tini 0.19.0-3), so these come from bookworm.
const unpackedPackages = [
  'busybox-static/trixie',
  'containerd/trixie',
  'docker-cli/trixie',
  'docker-compose/trixie',
  'docker.io/trixie',
  'prometheus-alertmanager/trixie',
  'prometheus-blackbox-exporter/trixie',
  'prometheus-node-exporter/trixie',
  'prometheus-process-exporter/trixie',
  'prometheus-pushgateway/trixie',
  'prometheus/trixie',
  'runc/bookworm',
  'tini/bookworm',
]

// trixie's prometheus 2.53 comes without promtool, bookworm's 2.42 with it.
const packagesAside = ['prometheus/bookworm']

type Report = (line: string) => void

const quietly: Report = () => undefined

/** Makes what is missing and returns the parts. From a warm cache it only reads one file. */
export async function setUp(report: Report = quietly): Promise<LabParts> {
  const problem = await ensurePackages(hostPackages)
  if (problem) throw new Error(`the lab lacks something: ${problem}`)
  const place = await cachePlace()
  const cached = await readParts(place)
  if (cached) {
    await utimes(join(place, 'images.json'), new Date(), new Date())
    return cached
  }
  const parent = cacheDirectory()
  await mkdir(parent, { recursive: true })
  // Finished aside and renamed: two set-ups at a time, or a killed one, leave no half cache.
  const site = await mkdtemp(join(parent, 'making-'))
  try {
    report('lab: fetching engine, compose and exporters from Debian, once')
    const tree = join(site, 'tree')
    await unpackPackages(site, tree, join(site, 'aside'))
    report('lab: making images')
    const images = await makeImages(tree, join(site, 'images'))
    await writeFile(join(site, 'images.json'), JSON.stringify(images))
    await rm(join(site, 'apt'), { recursive: true, force: true })
    await rename(site, place).catch(async (error: unknown) => {
      if (!(await readParts(place))) throw error
    })
  } finally {
    await rm(site, { recursive: true, force: true })
  }
  const parts = await readParts(place)
  if (!parts) throw new Error(`the lab's cache at ${place} is not whole; remove it and try again`)
  await forgetIdle(parent, 14)
  return parts
}

export async function labIsCached(): Promise<boolean> {
  return (await readParts(await cachePlace())) !== undefined
}

function cacheDirectory(): string {
  return process.env['ODIN_LAB_CACHE'] || join(homedir(), '.cache', 'odin-sentinel-lab')
}

/** Named by the recipe: whoever changes these two files gets a new cache. */
async function cachePlace(): Promise<string> {
  const hash = createHash('sha256').update(process.arch)
  for (const file of ['set-up.ts', 'images.ts'])
    hash.update(await readFile(join(import.meta.dirname, file)))
  return join(cacheDirectory(), hash.digest('hex').slice(0, 16))
}

async function readParts(place: string): Promise<LabParts | undefined> {
  const text = await readFile(join(place, 'images.json'), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const images = JSON.parse(text) as LabImage[]
  return {
    programs: [join(place, 'tree/usr/sbin'), join(place, 'tree/usr/bin')],
    composePlugin: join(place, 'tree/usr/libexec/docker/cli-plugins/docker-compose'),
    promtool: join(place, 'aside/usr/bin/promtool'),
    images: images.map((image) => ({ ...image, file: join(place, 'images', image.file) })),
  }
}

/** Another checkout may be using another recipe at this moment, so only what lies idle goes. */
async function forgetIdle(parent: string, idleDays: number): Promise<void> {
  for (const name of await readdir(parent)) {
    const path = join(parent, name)
    const usedAt = (await stat(join(path, 'images.json')).catch(() => stat(path))).mtimeMs
    if (Date.now() - usedAt > idleDays * 86_400_000) await rm(path, { recursive: true })
  }
}

/** Downloads with lists and cache of its own: the machine's apt is neither asked nor changed. */
async function unpackPackages(site: string, tree: string, aside: string): Promise<void> {
  const apt = join(site, 'apt')
  await mkdir(join(apt, 'lists/partial'), { recursive: true })
  const mirror = await mirrorOfThisMachine()
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'
  const sources = ['trixie', 'bookworm'].map(
    (s) => `deb [signed-by=${keyring}] ${mirror} ${s} main\n`,
  )
  await writeFile(join(apt, 'sources.list'), sources.join(''))
  const options = [
    `Dir::Etc::SourceList=${join(apt, 'sources.list')}`,
    'Dir::Etc::SourceParts=/dev/null',
    'Dir::Etc::PreferencesParts=/dev/null',
    `Dir::State::Lists=${join(apt, 'lists')}`,
    `Dir::Cache=${join(apt, 'cache')}`,
    'APT::Sandbox::User=root',
    'Acquire::Languages=none',
    'Acquire::Retries=3',
  ].flatMap((option) => ['-o', option])
  await run('apt-get', [...options, 'update', '-qq'])
  const unpack = async (packages: readonly string[], into: string) => {
    const downloads = await mkdtemp(join(apt, 'downloads-'))
    await run('apt-get', [...options, 'download', '-qq', ...packages], { cwd: downloads })
    await mkdir(into)
    const files = (await readdir(downloads)).filter((name) => name.endsWith('.deb'))
    await Promise.all(files.map((file) => run('dpkg', ['-x', join(downloads, file), into])))
  }
  await unpack(unpackedPackages, tree)
  await unpack(packagesAside, aside)
}

/** The first mirror that this machine's apt uses and that is not the one for security updates. */
async function mirrorOfThisMachine(): Promise<string> {
  const directory = '/etc/apt/sources.list.d'
  const names = await readdir(directory).catch(() => [])
  const files = [...names.map((name) => join(directory, name)), '/etc/apt/sources.list']
  for (const file of files) {
    const content = await readFile(file, 'utf8').catch(() => '')
    const uris = content.matchAll(/^(?:URIs:\s*|deb\s+(?:\[[^\]]*\]\s+)?)(\S+)/gm)
    for (const [, uri] of uris) if (uri && /debian\/?$/.test(uri)) return uri
  }
  return 'http://deb.debian.org/debian'
}

if (import.meta.main) {
  const began = Date.now()
  const parts = await setUp((line) => process.stderr.write(`${line}\n`))
  const seconds = ((Date.now() - began) / 1000).toFixed(1)
  process.stdout.write(`lab: ready, ${parts.images.length} images, ${seconds} s\n`)
}
