#!/usr/bin/env node
// The `odin-sentinel` command. Runs the sources on the Node that comes with the project, because
// the machine's own may be too old for them.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const project = join(import.meta.dirname, '..')
const brought = join(project, 'node_modules', 'node', 'bin', 'node')
const cli = join(project, 'electron', 'cli.ts')
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major > 24 || (major === 24 && minor >= 15)) {
  await import(cli)
} else if (existsSync(brought)) {
  const child = spawn(brought, [cli, ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('close', (status) => {
    process.exitCode = status ?? 1
  })
} else {
  console.error('Odin Sentinel needs Node 24.15 or newer. Run npm ci: it brings one along.')
  process.exitCode = 3
}
