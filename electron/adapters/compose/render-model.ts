import { execFile } from 'node:child_process'
import { maskSecrets } from '../../../shared/text/mask-secrets.ts'

export type RenderWanted = {
  project: string
  workingDir: string
  files: readonly string[]
  envFiles: readonly string[]
}

type RenderOptions = {
  env?: NodeJS.ProcessEnv
  signal: AbortSignal
  giveUpAfterMs?: number
}

const mostBytes = 16 * 1024 * 1024

/**
 * The model that Compose makes of its files, with every variable filled in: it holds secrets.
 * One short process that asks no engine. Rejects with a sentence for a person.
 */
export async function renderModel(wanted: RenderWanted, options: RenderOptions): Promise<unknown> {
  const { project, workingDir, files, envFiles } = wanted
  const words = [
    '--project-name',
    project,
    '--project-directory',
    workingDir,
    ...envFiles.flatMap((file) => ['--env-file', file]),
    ...files.flatMap((file) => ['--file', file]),
    'config',
    '--format',
    'json',
  ]
  const text = await run('docker', ['compose', ...words], options).catch((error: Problem) => {
    // Without the plugin, docker takes the words for its own and does not know them.
    if (!error.isAbsent) throw error
    return run('docker-compose', words, options).catch((second: Problem) => {
      throw second.isAbsent ? error : second
    })
  })
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(`Compose rendered no JSON for ${project}; it may be older than version 2.`)
  }
}

type Problem = Error & { isAbsent: boolean }

function run(program: string, args: readonly string[], options: RenderOptions): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  // A context that is missing would keep the plugins from being loaded (docker/cli 28).
  const { DOCKER_HOST: _, ...rest } = options.env ?? process.env
  const child = execFile(
    program,
    args,
    {
      env: { ...rest, DOCKER_CONTEXT: 'default' },
      signal: options.signal,
      timeout: options.giveUpAfterMs ?? 20_000,
      maxBuffer: mostBytes,
    },
    (error, stdout, stderr) => {
      if (!error) resolve(stdout)
      else reject(problemOf(program, error, stderr, options.signal))
    },
  )
  child.stdin?.end()
  return promise
}

function problemOf(
  program: string,
  error: Error & { code?: string | number | null; killed?: boolean },
  stderr: string,
  signal: AbortSignal,
): Problem {
  const problem = (sentence: string, isAbsent = false): Problem =>
    Object.assign(new Error(sentence, { cause: error }), { isAbsent })
  if (signal.aborted) return problem('Rendering the compose model was cancelled.')
  if (error.code === 'ENOENT') return problem(`The program ${program} is not there.`, true)
  if (error.killed) return problem(`${program} did not render the compose model in time.`)
  if (/is not a docker command|unknown (shorthand )?flag|unknown command/.test(stderr)) {
    return problem('docker has no compose plugin here.', true)
  }
  // Its last line says what is wrong, and may quote the file.
  const why = maskSecrets(stderr.trim().split('\n').at(-1)?.slice(0, 200) ?? '', 'stderr')
  return problem(`Compose cannot render the model: ${why || error.message}.`)
}
