import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { secretStore } from '../../electron/adapters/secrets/secret-store.ts'
import type { BackupParts } from '../../electron/cli/backup/backup-site.ts'
import type { ExitCode } from '../../electron/cli/exit-codes.ts'
import { runProgram } from '../../electron/cli/program.ts'
import { backupSecrets } from '../../electron/guard.ts'

/** What one command said and how it ended. */
export type Said = { code: ExitCode; out: string; err: string; json: () => unknown }

type Run = {
  /** What is typed, or comes through a pipe. */
  input?: string
  /** Standard error is a terminal; hears what is written to it. */
  onTerminal?: (text: string) => void
}

/** A user with a home directory and a stack of real files, whose engine nobody answers for. */
export async function aCommandLine(backup?: string) {
  const home = await mkdtemp(join(tmpdir(), 'cli-'))
  const env: NodeJS.ProcessEnv = {
    PATH: process.env['PATH'],
    HOME: home,
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_DATA_HOME: join(home, 'data'),
    XDG_STATE_HOME: join(home, 'state'),
    XDG_CACHE_HOME: join(home, 'cache'),
    DOCKER_CONFIG: join(home, '.docker'),
    DOCKER_HOST: `unix://${home}/no.sock`,
  }
  const project = join(home, 'odin')
  await mkdir(join(project, 'prometheus'), { recursive: true })
  const stackFile = join(home, 'config/odin-sentinel/stack.yaml')
  await mkdir(join(home, 'config/odin-sentinel'), { recursive: true })
  const write = (path: string, text: string | Uint8Array) => writeFile(join(project, path), text)
  await write(
    'docker-compose.yml',
    'services:\n  prometheus:\n    image: prom/prometheus:v2.53.3\n    env_file: [.env]\n',
  )
  await write('.env', 'GF_ADMIN_PASSWORD=correct-horse-battery\nRETENTION=15d\n')
  await write('prometheus/prometheus.yml', 'global:\n  scrape_interval: 15s\n')
  await writeFile(stackFile, stackText(home, project, backup))
  const state = join(home, 'state/odin-sentinel')
  const parts: BackupParts = {
    place: { env, homeDirectory: home },
    secretsOf: backupSecrets(state),
    easeOff: async () => {},
    version: '1.2.3',
  }

  async function run(argv: readonly string[], { input = '', onTerminal }: Run = {}): Promise<Said> {
    const [out, err] = [captured(), captured(onTerminal)]
    const stdin = new PassThrough()
    stdin.end(input)
    const code = await runProgram(argv, {
      session: {
        open: () => Promise.reject(new Error('No loop is needed for this.')),
        stdin: stdin as unknown as NodeJS.ReadStream,
        stdout: out.stream,
        readRunbook: () => Promise.reject(new Error('There are no runbooks here.')),
      },
      stderr: err.stream,
      version: parts.version,
      notify: () => async () => {},
      notifyTest: async () => '',
      report: {
        readTimeline: async () => [],
        readRecords: async () => [],
        writeNew: async () => {},
      },
      backups: parts,
      tokens: (work) => work(secretStore(undefined, state)),
      openDemo: () => Promise.reject(new Error('There is no demo here.')),
    })
    return { code, out: out.text(), err: err.text(), json: () => JSON.parse(out.text()) }
  }

  return { home, project, stackFile, state, write, run, parts }
}

export type CommandLine = Awaited<ReturnType<typeof aCommandLine>>

function captured(onTerminal?: (text: string) => void) {
  let text = ''
  const stream = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      text += chunk
      onTerminal?.(String(chunk))
      done()
    },
  })
  const terminal = onTerminal ? { isTTY: true, columns: 100 } : {}
  return {
    stream: Object.assign(stream, terminal) as unknown as NodeJS.WriteStream,
    text: () => text,
  }
}

const stackText = (home: string, project: string, backup = '') => `# ours, with care
version: 1
name: odin   # the cellar
home:
  context: nowhere
  engineId: E
  engineKind: native
  endpoint: unix://${home}/no.sock
projects:
  - name: odin
    workingDir: ${project}
    starts:
      - files: [docker-compose.yml]
        envFiles: [.env]
        services:
          prometheus:
            image: prom/prometheus:v2.53.3
            config: [${project}/prometheus/prometheus.yml]
${backup}`
