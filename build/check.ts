// npm run check: format and lint, types in every zone, layers. All at once, every failure shown.
import { spawn } from 'node:child_process'

const zones = ['shared', 'electron', 'renderer', '.']

const checks: Array<[name: string, command: string, ...args: string[]]> = [
  ['format and lint', 'biome', 'check', '--error-on-warnings', '.'],
  ...zones.map((zone): [string, string, ...string[]] => [`types of ${zone}`, 'tsc', '-p', zone]),
  ['layers', 'depcruise', '--config', 'build/layers.cjs', 'shared', 'electron', 'renderer'],
  ['layers are proven', 'node', 'build/layer-proof.ts'],
]

function run([name, command, ...args]: (typeof checks)[number]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    child.stderr.on('data', (chunk) => {
      output += chunk
    })
    child.on('error', (error) => {
      output += `${error.message}: run npm ci first\n`
    })
    child.on('close', (status) => {
      const passed = status === 0
      console.log(`${passed ? 'ok  ' : 'FAIL'} ${name}`)
      if (!passed) console.log(output)
      resolve(passed)
    })
  })
}

const results = await Promise.all(checks.map(run))
process.exitCode = results.every(Boolean) ? 0 : 1
