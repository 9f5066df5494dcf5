import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createSocketServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type AnExporter, anExporter } from '../../../test/support/an-exporter.ts'
import { scrape, scraper } from './scrape.ts'

let exporter: AnExporter

beforeEach(async () => {
  exporter = await anExporter()
})
afterEach(() => exporter.shut())

const ask = (more: Partial<Parameters<typeof scrape>[1]> = {}, url = exporter.url) =>
  scrape(url, { timeoutMs: 5000, ...more })

describe('an exposition', () => {
  test('is counted, weighed, and asked what it says of the machine', async () => {
    const body = 'node_boot_time_seconds 1.7e9\nnvidia_smi_temperature_gpu{uuid="x"} 50\n'
    exporter.say(body)
    const seen = await ask()
    expect(seen).toEqual({
      format: 'text',
      samples: 2,
      sizeBytes: body.length,
      tookMs: expect.any(Number),
      machine: { bootTime: 1.7e9 },
      gpus: [{ uuid: 'GPU-x', temperatureCelsius: 50 }],
    })
    expect(seen.tookMs).toBeGreaterThan(0)
  })

  test('is OpenMetrics where it says so, and then it must be whole', async () => {
    let body = 'a 1\n# EOF\n'
    exporter.answer((_, response) => {
      response.setHeader('content-type', 'application/openmetrics-text; version=1.0.0')
      response.end(body)
    })
    await expect(ask()).resolves.toMatchObject({ format: 'openmetrics', samples: 1 })
    body = 'a 1\n'
    await expect(ask()).rejects.toMatchObject({ code: 'not-metrics' })
  })

  test('is unpacked', async () => {
    exporter.answer((_, response) => {
      response.setHeader('content-encoding', 'gzip')
      response.end(gzipSync('a 1\nb 2\n'))
    })
    await expect(ask()).resolves.toMatchObject({ samples: 2, sizeBytes: 8 })
    exporter.answer((_, response) => {
      response.setHeader('content-encoding', 'gzip')
      response.end(gzipSync('a 1\n'.repeat(1000)).subarray(0, 20))
    })
    await expect(ask()).rejects.toThrow(`${exporter.url} sends what cannot be unpacked.`)
  })

  test('is asked for as Prometheus asks, packed only from afar', async () => {
    const headers: Record<string, unknown>[] = []
    exporter.answer((request, response) => {
      headers.push(request.headers)
      response.end('a 1\n')
    })
    await ask()
    expect(headers[0]).toMatchObject({
      accept: expect.stringMatching(/^application\/openmetrics-text;version=1\.0\.0,text\/plain/),
      'accept-encoding': 'identity',
      'x-prometheus-scrape-timeout-seconds': '5',
    })
  })

  test('may be empty, if an exporter says so', async () => {
    exporter.say('')
    await expect(ask()).resolves.toMatchObject({ samples: 0 })
    exporter.answer((_, response) => response.end())
    await expect(ask()).rejects.toMatchObject({ code: 'not-metrics' })
  })
})

describe('what is no exposition', () => {
  test.each([
    ['<!DOCTYPE html><title>Welcome</title>', 'found "<!DOCTYPE html><title>Welcome</title>".'],
    ['{"status":"ok"}', "expected = after a label's name"],
    ['OK', 'expected a value, found the end of the line.'],
  ])('%j is told with its beginning', async (body, message) => {
    exporter.say(body)
    const failure = await ask().catch((error) => error)
    expect(failure.code).toBe('not-metrics')
    expect(failure.message).toContain(`${exporter.url} sends no exposition. Line 1: `)
    expect(failure.message).toContain(message)
  })

  test.each([
    [404, 'not-metrics'],
    [401, 'permission-denied'],
    [403, 'permission-denied'],
    [500, 'other'],
    [503, 'refused'],
  ])('status %i is %s, with the words of the server', async (status, code) => {
    exporter.answer((_, response) => response.writeHead(status).end('collecting failed'))
    await expect(ask()).rejects.toMatchObject({
      code,
      message: `${exporter.url} answered ${status}: collecting failed.`,
    })
  })

  test('a page that explains a status is not quoted', async () => {
    exporter.answer((_, response) => response.writeHead(404).end('<html>404</html>'))
    await expect(ask()).rejects.toThrow(`${exporter.url} answered 404.`)
  })
})

describe('what goes on and on', () => {
  test('is cut off where it is too long, also when it is packed', async () => {
    exporter.say('a 1\n'.repeat(1000))
    await expect(ask({ maxBytes: 4000 })).resolves.toMatchObject({ samples: 1000 })
    await expect(ask({ maxBytes: 3999 })).rejects.toMatchObject({
      code: 'invalid',
      message: `${exporter.url} sends more than 3999 bytes.`,
    })
    exporter.answer((_, response) => {
      response.setHeader('content-encoding', 'gzip')
      response.end(gzipSync('a 1\n'.repeat(1_000_000)))
    })
    await expect(ask({ maxBytes: 100_000 })).rejects.toMatchObject({ code: 'invalid' })
  })

  test.each(['before it answers', 'in the middle'])('is given up %s', async (when) => {
    exporter.answer((_, response) => {
      if (when === 'in the middle') response.write('a 1\n')
    })
    await expect(ask({ timeoutMs: 50 })).rejects.toMatchObject({
      code: 'timeout',
      message: `${exporter.url} did not answer within 0.05 s.`,
    })
  })

  test('ends when nobody wants it any more', async () => {
    const asking = new AbortController()
    exporter.answer(() => asking.abort())
    await expect(ask({ signal: asking.signal })).rejects.toMatchObject({ code: 'timeout' })
  })
})

describe('the way there', () => {
  test('follows the host to another path, and no further than three times', async () => {
    exporter.answer((request, response) => {
      if (request.url === '/metrics') response.writeHead(302, { location: '/real' }).end()
      else response.end('a 1\n')
    })
    await expect(ask()).resolves.toMatchObject({ samples: 1 })
    exporter.answer((_, response) => response.writeHead(302, { location: '/metrics' }).end())
    await expect(ask()).rejects.toMatchObject({ code: 'invalid' })
  })

  test('goes to no other host', async () => {
    const other = await anExporter()
    const location = other.url.replace('127.0.0.1', 'localhost')
    exporter.answer((_, response) => response.writeHead(302, { location }).end())
    await expect(ask()).rejects.toThrow(`sends us on to ${location}, where we do not go.`)
    expect(other.asked).toBe(0)
    await other.shut()
  })

  test('is used again, and opened anew where the exporter has closed it meanwhile', async () => {
    const ports = new Set<unknown>()
    exporter.answer((request, response) => {
      ports.add(request.socket.remotePort)
      response.end('a 1\n')
    })
    const one = scraper()
    for (let i = 0; i < 3; i += 1) await one.scrape(exporter.url, { timeoutMs: 5000 })
    expect(ports.size).toBe(1)
    await exporter.shut()
    await exporter.open()
    await one.scrape(exporter.url, { timeoutMs: 5000 })
    expect(ports.size).toBe(2)
    one.close()
  })

  test('is refused, unknown, or no HTTP', async () => {
    await exporter.shut()
    await expect(ask()).rejects.toMatchObject({ code: 'refused' })
    const unknown = ask({}, 'http://nobody.invalid/metrics')
    await expect(unknown).rejects.toMatchObject({ code: 'not-found' })
    await expect(ask({}, 'ftp://127.0.0.1/')).rejects.toMatchObject({ code: 'invalid' })
    const chatty = createSocketServer((socket) => socket.end('220 smtp ready\r\n'))
    chatty.listen(0, '127.0.0.1')
    await once(chatty, 'listening')
    const { port } = chatty.address() as AddressInfo
    await expect(ask({}, `http://127.0.0.1:${port}/metrics`)).rejects.toMatchObject({
      code: 'invalid',
      message: `http://127.0.0.1:${port}/metrics does not speak HTTP.`,
    })
    chatty.close()
  })

  test('takes a password along and tells it to nobody', async () => {
    const seen: unknown[] = []
    exporter.answer((request, response) => {
      seen.push(request.headers.authorization)
      response.writeHead(401).end()
    })
    const url = exporter.url.replace('//', '//user:secret@')
    const failure = await ask({}, url).catch((error) => error)
    expect(seen).toEqual([`Basic ${Buffer.from('user:secret').toString('base64')}`])
    expect(failure.message).not.toContain('secret')
  })

  test('believes no certificate that the system does not believe', async () => {
    const place = mkdtempSync(join(tmpdir(), 'certificate-'))
    const [key, cert] = [join(place, 'key.pem'), join(place, 'cert.pem')]
    const subject = ['-subj', '/CN=localhost', '-days', '2', '-nodes', '-newkey', 'rsa:2048']
    execFileSync('openssl', ['req', '-x509', ...subject, '-keyout', key, '-out', cert], {
      stdio: 'ignore',
    })
    const server = createTlsServer(
      { key: readFileSync(key), cert: readFileSync(cert) },
      (_, response) => response.end('a 1\n'),
    )
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const failure = await ask({}, `https://localhost:${port}/metrics`).catch((error) => error)
    expect(failure.code).toBe('invalid')
    expect(failure.message).toContain('No trusted TLS connection')
    server.close()
    rmSync(place, { recursive: true })
  })
})
