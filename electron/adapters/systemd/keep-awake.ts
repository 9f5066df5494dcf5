import { spawn } from 'node:child_process'

/**
 * Keeps this machine from sleeping or shutting down until it is released, or until this process
 * is gone, where systemd-inhibit is there and lets this user; elsewhere it does nothing.
 *
 * logind's lock is a file descriptor, which no D-Bus library for Node without native code can
 * receive (2026-11): systemd-inhibit holds it for as long as `cat` reads what we never write.
 */
export function keepAwake(why: string, env: NodeJS.ProcessEnv = process.env): () => void {
  const lock = ['--what=sleep:shutdown', '--mode=block', '--who=Odin Sentinel', `--why=${why}`]
  try {
    const child = spawn('systemd-inhibit', [...lock, 'cat'], {
      stdio: ['pipe', 'ignore', 'ignore'],
      env,
    })
    child.on('error', () => {})
    child.stdin?.on('error', () => {})
    child.unref()
    return () => void child.stdin?.end()
  } catch {
    return () => {}
  }
}
