import { expect, test } from 'vitest'
import { publishedPorts } from './published-port.ts'

test.each([
  ['9090:9090', { port: 9090, protocol: 'tcp' }],
  ['127.0.0.1:53:53/udp', { port: 53, protocol: 'udp' }],
  ['[::1]:8080:80', { port: 8080, protocol: 'tcp' }],
  ['9090', undefined],
  ['127.0.0.1::80', undefined],
])('the port on the host of %s', (short, expected) => {
  const { hostPort: port = 0, protocol } = publishedPorts(short)[0] ?? {}
  expect(port === 0 ? undefined : { port, protocol }).toEqual(expected)
})

test('ranges and protocols of the short form', () => {
  expect(publishedPorts('3000-3002:4000-4002').map(({ hostPort }) => hostPort)).toEqual([
    3000, 3001, 3002,
  ])
  expect(publishedPorts('127.0.0.1::53/udp')).toEqual([
    { containerPort: 53, protocol: 'udp', hostIp: '127.0.0.1', hostPort: 0 },
  ])
  expect(publishedPorts('nonsense')).toEqual([])
})
