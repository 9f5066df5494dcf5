#!/usr/bin/env node
// The `odin-sentinel` command. Runs the sources on the Node that comes with the project, because
// the machine's own may be too old for them.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const project = join(import.meta.dirname, '..')
const brought = join(project, 'node_modules', 'node', 'bin', 'node')
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const isNewEnough = major > 24 || (major === 24 && minor >= 15)
const node = isNewEnough ? process.execPath : existsSync(brought) ? brought : undefined

// V8 lets short-lived objects fill 3 × 16 MiB before it cleans up. What idles does not need that.
const args = ['--max-semi-space-size=2', join(project, 'electron', 'cli.ts')]
args.push(...process.argv.slice(2))

if (node === undefined) {
  console.error('Odin Sentinel needs Node 24.15 or newer. Run npm ci: it brings one along.')
  process.exitCode = 3
} else if (process.execve) {
  // From Node 22.15 on nobody has to stay behind to wait for the other.
  process.execve(node, [node, ...args], process.env)
} else {
  const child = spawn(node, args, { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('close', (status) => {
    process.exitCode = status ?? 1
  })
}
