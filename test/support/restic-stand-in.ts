import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

/** What the stand-in says to one question, in the words that restic 0.17 and 0.18 document. */
export type ResticAnswer = {
  out?: readonly string[]
  err?: readonly string[]
  code?: number
  /** Stays until it is interrupted; then it says so as restic does. */
  hangs?: true
}

const call = z.object({
  args: z.array(z.string()),
  env: z.record(z.string(), z.string()),
  input: z.string(),
})
export type ResticCall = z.infer<typeof call>

/**
 * A stand-in for restic, as no version that is new enough is in Debian: a program that answers what
 * it was told to, in order for each subcommand, and notes how it was asked.
 */
export async function resticStandIn(
  directory: string,
  answers: Readonly<Record<string, readonly ResticAnswer[]>>,
): Promise<{ program: string; calls(): Promise<ResticCall[]> }> {
  const program = join(directory, 'restic-stand-in')
  const notes = join(directory, 'restic-calls')
  const script = `#!${process.execPath}
const fs = require('node:fs')
const answers = ${JSON.stringify(answers)}
const args = process.argv.slice(2)
const before = fs.existsSync(${JSON.stringify(notes)}) ? fs.readFileSync(${JSON.stringify(notes)}, 'utf8').split('\\n').filter(Boolean).map((line) => JSON.parse(line)) : []
const asked = before.filter((one) => one.args[0] === args[0]).length
const input = fs.readFileSync(0, 'utf8')
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => /RESTIC|AWS|LC_ALL/.test(name)))
fs.appendFileSync(${JSON.stringify(notes)}, JSON.stringify({ args, env, input }) + '\\n')
const all = answers[args[0]] ?? [{}]
const answer = all[Math.min(asked, all.length - 1)]
for (const line of answer.out ?? []) process.stdout.write(line + '\\n')
for (const line of answer.err ?? []) process.stderr.write(line + '\\n')
process.exitCode = answer.code ?? 0
if (answer.hangs) {
  const timer = setInterval(() => {}, 1000)
  process.on('SIGINT', () => { clearInterval(timer); process.exitCode = 130 })
}
`
  await writeFile(program, script)
  await chmod(program, 0o755)
  return {
    program,
    async calls() {
      const text = await readFile(notes, 'utf8').catch(() => '')
      return text
        .split('\n')
        .filter(Boolean)
        .map((line) => call.parse(JSON.parse(line)))
    },
  }
}

export const resticLines = {
  version:
    '{"message_type":"version","version":"0.18.1","go_version":"go1.25.1","go_os":"linux","go_arch":"amd64"}',
  status:
    '{"message_type":"status","percent_done":0.5,"total_files":8,"files_done":4,"total_bytes":2048,"bytes_done":1024,"current_files":["/r/packs/aa"]}',
  summary:
    '{"message_type":"summary","files_new":8,"files_changed":0,"files_unmodified":0,"dirs_new":3,"dirs_changed":0,"dirs_unmodified":0,"data_blobs":4,"tree_blobs":4,"data_added":3072,"data_added_packed":1536,"total_files_processed":8,"total_bytes_processed":2048,"total_duration":0.41,"backup_start":"2026-11-23T02:15:00Z","backup_end":"2026-11-23T02:15:01Z","snapshot_id":"40dc1520aa6a07b7b3ae561786770a01951245d2367241e71e9485f18ae8228c"}',
  parent: '[{"time":"2026-11-22T02:15:00Z","id":"ad2e0f1ff1d7c0d7","short_id":"ad2e0f1f"}]',
  noRepository:
    '{"message_type":"exit_error","code":10,"message":"Fatal: repository does not exist: unable to open config file: stat /mnt/disk/config: no such file or directory\\nIs there a repository at the following location?\\n/mnt/disk"}',
  locked:
    '{"message_type":"exit_error","code":11,"message":"unable to create lock in backend: repository is already locked by PID 4711 on nas by ada (UID 1000, GID 1000)"}',
  wrongPassword:
    '{"message_type":"exit_error","code":12,"message":"Fatal: wrong password or no key found"}',
  unread:
    '{"message_type":"error","error":{"message":"open /r/packs/bb: input/output error"},"during":"archival","item":"/r/packs/bb"}',
} as const
