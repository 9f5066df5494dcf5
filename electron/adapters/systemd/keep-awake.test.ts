import { chmod, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { keepAwake } from './keep-awake.ts'

test('asks for the lock in words that logind shows', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'inhibit-'))
  const said = join(directory, 'said')
  const program = join(directory, 'systemd-inhibit')
  await writeFile(
    program,
    `#!/bin/sh\necho "$@" > ${said}.new && mv ${said}.new ${said}\nexec cat\n`,
  )
  await chmod(program, 0o755)
  const read = () => readFile(said, 'utf8')

  const release = keepAwake('a snapshot of odin', {
    PATH: `${directory}:${process.env['PATH']}`,
  })
  await vi.waitFor(async () => expect(await read()).toContain('--what=sleep:shutdown --mode=block'))
  expect(await read()).toContain('--why=a snapshot of odin cat')
  release()
})

test('does nothing where the program is not there', () => {
  keepAwake('a snapshot of odin', { PATH: '/there/is/no/such/directory' })()
})
