import { readFileSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Scene } from './nvidia-smi-stand-in.ts'

/** A machine with NVIDIA cards: a stand-in for nvidia-smi on its PATH, and a `/sys` of its own. */
export type GpuMachine = {
  env: NodeJS.ProcessEnv
  sysfsRoot: string
  program: string
  play(scene: Partial<Scene>): Promise<void>
  /** What nvidia-smi was called with so far. */
  calls(): Promise<string[]>
  power(busId: string, status: string, control?: string): Promise<void>
  close(): Promise<void>
}

const fixtures = join(import.meta.dirname, '../fixtures/nvidia-smi')

export const gpuFixture = (name: string): string => readFileSync(join(fixtures, name), 'utf8')

/** The four cards of `cards.csv`, by nvidia-smi's names. */
export function fixtureCards(): Record<string, string>[] {
  const names = [
    ...['index', 'uuid', 'pci.bus_id', 'driver_version', 'count', 'utilization.gpu'],
    ...['memory.used', 'memory.total', 'temperature.gpu', 'power.draw', 'power.limit'],
    ...['fan.speed', 'mig.mode.current', 'name'],
  ]
  const lines = gpuFixture('cards.csv').trim().split('\n')
  return lines.map((line) => {
    const values = line.split(', ')
    return Object.fromEntries(names.map((name, at) => [name, values[at] ?? '']))
  })
}

export async function aGpuMachine(begin: Partial<Scene> = {}): Promise<GpuMachine> {
  const directory = await mkdtemp(join(tmpdir(), 'gpu-machine-'))
  const file = join(directory, 'scene.json')
  const bin = join(directory, 'bin')
  const program = join(bin, 'nvidia-smi')
  const sysfsRoot = join(directory, 'sys')
  const standIn = join(import.meta.dirname, 'nvidia-smi-stand-in.ts')
  let scene: Scene = { help: gpuFixture('help-query-gpu.txt'), cards: [] }

  async function play(change: Partial<Scene>): Promise<void> {
    scene = { ...scene, ...change }
    await writeFile(`${file}.new`, JSON.stringify(scene))
    await rename(`${file}.new`, file)
  }

  await mkdir(bin)
  await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${standIn}' '${file}' "$@"\n`)
  await chmod(program, 0o755)
  await writeFile(`${file}.calls`, '')
  await play(begin)
  return {
    env: { PATH: `${bin}:/usr/bin:/bin` },
    sysfsRoot,
    program,
    play,
    async calls() {
      return (await readFile(`${file}.calls`, 'utf8')).split('\n').filter((line) => line !== '')
    },
    async power(busId, status, control = 'auto') {
      const device = join(sysfsRoot, 'bus/pci/devices', busId)
      await mkdir(join(device, 'power'), { recursive: true })
      await writeFile(join(device, 'vendor'), '0x10de\n')
      await writeFile(join(device, 'class'), '0x030000\n')
      await writeFile(join(device, 'power/control'), `${control}\n`)
      await writeFile(join(device, 'power/runtime_status'), `${status}\n`)
    },
    close: () => rm(directory, { recursive: true, force: true }),
  }
}
