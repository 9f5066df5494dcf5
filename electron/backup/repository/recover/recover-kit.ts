import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeWhole } from '../../../adapters/disk/write-whole.ts'
import { recoverScript } from './recover-script.ts'

const page = `# Getting your data back without Odin Sentinel

This directory holds backups. tar, zstd, awk and sha256sum are enough to read them; encrypted
ones need age and the file with the key as well.

    sh recover.sh                               # which snapshots there are
    sh recover.sh latest                        # what is in the newest one
    sh recover.sh latest /tmp/back              # everything, into a new directory
    AGE_IDENTITY=key.txt sh recover.sh latest /tmp/back prometheus:odin/prometheus

A snapshot is named by its directory under \`snapshots/\`, or by the end of that name. As root it
restores owners too. Nothing is overwritten. Damage is named by pack and by file, everything else
is restored, and it ends with 1.

A volume is then filled like this (names of parts have \`=\` for \`:\` and \`+\` for \`/\` there):

    docker run --rm -v odin_prometheus:/v -v /tmp/back/volume=odin_prometheus:/r:ro busybox cp -a /r/. /v/

## What lies where

| | |
|---|---|
| \`ODIN-BACKUP\` | says that this is one, its format, and its name |
| \`snapshots/<time>_<id>/manifest.json\` | when, of what, why, and which parts; never anything secret |
| \`…/FILES.tsv.zst\` | every file: size, pack and name in it, part, path, kind, mode, owner, time; odd characters as \`printf %b\` reads them |
| \`…/SHA256SUMS.zst\` | their checksums, in the same order; for \`sha256sum -c\` in the directory that was restored |
| \`…/PACKS.sha256\` | for \`sha256sum -c\` in this directory |
| \`…/META.sha256\` | for \`sha256sum -c\` beside them: covers the papers above |
| \`packs/ab/<sha256>.tar.zst\` | the files themselves; named by their content, written once |
| \`marks/\` | what became of a snapshot later: pinned, verified, damaged, proven |
| \`keys/\` | keys of encrypted snapshots, each locked with a passphrase: \`age -d -o key.txt keys/….age\` asks for it |
| \`trash/<date>/\` | what was pruned on that day; goes for good a week later |
| \`tmp/\`, \`locks/\` | of a backup that is running |

The two lists are read with \`zstd -dc …/FILES.tsv.zst\`, and in the directory that was restored with
\`zstd -dc …/SHA256SUMS.zst | sha256sum -c\`.

The part \`configuration\` is one pack by itself: \`zstd -dc packs/…/….tar.zst | tar -xpf -\` brings it
back (the pack's name stands in FILES.tsv.zst). Encrypted snapshots have \`.age\` at the end of their two
lists and their packs (\`age -d -i key.txt FILE | zstd -dc\` reads them), and \`recipients.txt\` says for
which keys.

To undo a prune, copy \`trash/<date>/.\` back into this directory: \`cp -a trash/<date>/. .\`
`

/** Puts RECOVER.md and recover.sh beside the data, or brings them up to date. */
export async function writeRecoverKit(directory: string): Promise<void> {
  for (const [name, text] of [
    ['RECOVER.md', page],
    ['recover.sh', recoverScript],
  ] as const) {
    const path = join(directory, name)
    const before = await readFile(path, 'utf8').catch(() => undefined)
    if (before !== text)
      await writeWhole(path, text, { mode: name === 'recover.sh' ? 0o700 : 0o600 })
  }
}
