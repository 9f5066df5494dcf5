import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export type PrivateBus = { address: string; stop(): Promise<void> }

// No service directories: whoever answers on this bus has been started by the test.
const configuration = (socket: string) => `<!DOCTYPE busconfig PUBLIC
 "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=${socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`

/** A real dbus-daemon that nobody else knows of. Rejects where the program is missing. */
export async function startPrivateBus(): Promise<PrivateBus> {
  const directory = await mkdtemp(join(tmpdir(), 'private-bus-'))
  const file = join(directory, 'bus.conf')
  await writeFile(file, configuration(join(directory, 'socket')))
  const daemon = spawn('dbus-daemon', [`--config-file=${file}`, '--nofork', '--print-address'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  daemon.stderr.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-1000)
  })
  const failed = once(daemon, 'error').then(([error]) => {
    throw new Error(`dbus-daemon is needed here (apt-get install dbus): ${error.message}`)
  })
  const lines = createInterface({ input: daemon.stdout })
  const gone = once(daemon, 'exit').then(([code]) => {
    throw new Error(`dbus-daemon ended with ${code} before it was ready: ${said}`)
  })
  const [address] = await Promise.race([once(lines, 'line'), failed, gone])
  failed.catch(() => {})
  gone.catch(() => {})
  return {
    address: String(address),
    async stop() {
      const exited = once(daemon, 'exit')
      daemon.kill('SIGTERM')
      await exited
      await rm(directory, { recursive: true, force: true })
    },
  }
}
