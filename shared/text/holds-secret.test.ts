import { expect, test } from 'vitest'
import { holdsSecret, mayHoldSecret } from './holds-secret.ts'

test('options of a volume with a password, by name or in a list of mount options', () => {
  const cifs = { type: 'cifs', device: '//nas/grafana' }
  expect(holdsSecret({ ...cifs, o: 'addr=nas,username=ada,password=hunter2,vers=3.0' })).toBe(true)
  expect(holdsSecret({ ...cifs, o: 'username=ada,pass=hunter2' })).toBe(true)
  expect(holdsSecret({ password: 'hunter2' })).toBe(true)
  expect(holdsSecret({ device: 'https://ada:hunter2@nas/dav' })).toBe(true)
})

test('where something is mounted from is no secret', () => {
  expect(holdsSecret({})).toBe(false)
  expect(holdsSecret({ type: 'nfs', o: 'addr=10.0.0.2,rw,nfsvers=4', device: ':/data' })).toBe(
    false,
  )
  expect(holdsSecret({ type: 'none', o: 'bind', device: '/srv/odin/prometheus' })).toBe(false)
  expect(holdsSecret({ type: 'cifs', o: 'credentials=/etc/nas.cred', device: '//nas/a' })).toBe(
    false,
  )
})

test('a file is told by what is in it, and an env file by its name', () => {
  expect(mayHoldSecret('level: debug\n', '/odin/prometheus.yml')).toBe(false)
  expect(mayHoldSecret('basic_auth:\n  password: hunter2\n', '/odin/prometheus.yml')).toBe(true)
  for (const name of ['.env', 'odin.env', '.env.local', 'env']) {
    expect(mayHoldSecret('LEVEL=debug\n', `/odin/${name}`)).toBe(true)
  }
  expect(mayHoldSecret('a: 1\n', '/odin/environment.yml')).toBe(false)
  expect(mayHoldSecret('\uFFFD\u0000', '/odin/server.der')).toBe(true)
})
