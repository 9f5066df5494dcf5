import { hostname } from 'node:os'
import { expect, test } from 'vitest'
import { freeBytesOf } from './engine-room.ts'

const here = { Name: hostname(), OperatingSystem: 'Debian GNU/Linux 12', DockerRootDir: '/' }
const socket = 'unix:///var/run/docker.sock'

test('the disk of an engine of this machine has some room', async () => {
  expect(await freeBytesOf(socket, here)).toBeGreaterThan(0)
})

test.each([
  ['an engine elsewhere', 'ssh://ada@odin', here],
  ['one in a machine of its own', socket, { ...here, Name: 'docker-desktop' }],
  ['Docker Desktop', socket, { ...here, OperatingSystem: 'Docker Desktop' }],
  ['a directory that is not there', socket, { ...here, DockerRootDir: '/no/such/directory' }],
  ['one that does not say', socket, { ...here, DockerRootDir: '' }],
])('nothing is known of %s', async (_what, endpoint, said) => {
  expect(await freeBytesOf(endpoint, said)).toBeUndefined()
})
