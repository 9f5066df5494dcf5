import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { contentSecurityPolicy } from '../../electron/shell/app-origin.ts'
import { openStage, type Stage } from './stage.ts'

// Each door that a page could try, tried from inside the real window; of the packaged app
// where ODIN_APP names it.

let stage: Stage
let page: Page

beforeAll(async () => {
  stage = await openStage({ world: 'demo', tray: false, args: ['--by-hand'] })
  page = await stage.page()
})
afterAll(() => stage[Symbol.asyncDispose]())

/** What the page gets when it asks over the bridge. */
const ask = (channel: string, ...words: unknown[]) =>
  page.evaluate(
    ([to, params]) =>
      Reflect.get(window, 'sentinel')
        .ask(to, ...(params as unknown[]))
        .then(
          (reply: unknown) => ({ reply }),
          (error: Error) => ({ error: error.message }),
        ),
    [channel, words] as const,
  )

test('there is no Node in the page, and of Electron only the bridge', async () => {
  const found = await page.evaluate(() =>
    [
      'require',
      'process',
      'module',
      'Buffer',
      'global',
      'electron',
      'ipcRenderer',
      '__dirname',
    ].filter((name) => name in globalThis),
  )
  expect(found).toEqual([])
  const bridge = await page.evaluate(() => Object.keys(Reflect.get(window, 'sentinel')).sort())
  expect(bridge).toEqual(['ask', 'onMirror'])
})

test('the page is isolated and its preload sandboxed', async () => {
  const preferences = await stage.app.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents
    // Not in the public types; Electron's own tests read it too.
    return Reflect.get(Object(contents), 'getLastWebPreferences').call(contents)
  })
  expect(preferences).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webSecurity: true,
    webviewTag: false,
  })
})

test('the policy is sent with the page, and no inline script or eval runs', async () => {
  const policy = await stage.app.evaluate(async ({ net }) => {
    const answer = await net.fetch('app://bundle/index.html')
    return answer.headers.get('content-security-policy')
  })
  expect(policy).toBe(contentSecurityPolicy)
  expect(policy).not.toMatch(/unsafe|\*|https?:/)
  const outcome = await page.evaluate(async () => {
    // The tool that brings this code in may evaluate; what runs a moment later may not.
    await new Promise((later) => setTimeout(later))
    const script = document.createElement('script')
    script.textContent = 'window.intruder = true'
    document.body.append(script)
    let evaluated = 'ran'
    try {
      // biome-ignore lint/security/noGlobalEval: the door under test
      globalThis.eval('1')
    } catch (error) {
      evaluated = (error as Error).name
    }
    return { inline: 'intruder' in window, evaluated }
  })
  expect(outcome).toEqual({ inline: false, evaluated: 'EvalError' })
})

test('nothing is fetched from outside, nor sent there', async () => {
  let visits = 0
  const server = createServer((_request, response) => {
    visits++
    response.setHeader('access-control-allow-origin', '*').end('hello')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const outcome = await page.evaluate(async (target) => {
    const image = new Promise<string>((resolve) => {
      const element = new Image()
      element.onload = () => resolve('loaded')
      element.onerror = () => resolve('refused')
      element.src = target
    })
    const fetched = fetch(target, { mode: 'no-cors' }).then(
      () => 'loaded',
      () => 'refused',
    )
    const beacon = navigator.sendBeacon(target, 'secret') // queued is not sent
    return { image: await image, fetched: await fetched, beacon: typeof beacon }
  }, url)
  expect(outcome).toEqual({ image: 'refused', fetched: 'refused', beacon: 'boolean' })
  expect(visits).toBe(0)
  server.close()
})

test('files of the machine are out of reach', async () => {
  const secret = join(stage.desktop.home, 'secret.txt')
  await writeFile(secret, 'secret')
  const outcome = await page.evaluate(
    (url) =>
      fetch(url).then(
        (answer) => answer.text(),
        () => 'refused',
      ),
    `file://${secret}`,
  )
  expect(outcome).toBe('refused')
  const statuses = await stage.app.evaluate(async ({ net }) => {
    const paths = [
      '../main.js',
      '%2e%2e/main.js',
      '..%2fmain.js',
      '%2e%2e%2f%2e%2e%2fpackage.json',
      '..%5c..%5cpackage.json',
      '%00',
      'assets',
      '',
    ]
    const at = (url: string) =>
      net.fetch(url).then(
        (answer) => (answer.status === 404 ? 'refused' : answer.status),
        () => 'refused',
      )
    return [
      ...(await Promise.all(paths.map((path) => at(`app://bundle/${path}`)))),
      await at('app://elsewhere/index.html'),
      await at('app://bundle.elsewhere/index.html'),
    ]
  })
  expect(new Set(statuses)).toEqual(new Set(['refused']))
})

test('the page goes nowhere else and opens nothing', async () => {
  const before = page.url()
  const opened = await page.evaluate(() => window.open('https://example.org') === null)
  expect(opened).toBe(true)
  await page.evaluate(() => {
    const link = Object.assign(document.createElement('a'), { href: 'https://example.org/' })
    document.body.append(link)
    link.click()
    location.href = 'data:text/html,gone'
  })
  await page.evaluate((file) => {
    location.href = file
  }, 'file:///etc/passwd')
  expect(page.url()).toBe(before)
  expect(stage.app.windows()).toHaveLength(1)
  expect(await page.locator('#root > *').count()).toBeGreaterThan(0)
})

test('no frame and no webview comes in', async () => {
  const frames = await page.evaluate(async () => {
    const frame = document.createElement('iframe')
    const ended = new Promise((resolve) => {
      frame.onload = resolve
      frame.onerror = resolve
    })
    frame.src = 'app://bundle/index.html'
    document.body.append(frame)
    await ended
    const inside = (() => {
      try {
        return 'sentinel' in (frame.contentWindow ?? {})
      } catch {
        return false
      }
    })()
    const webview = document.createElement('webview')
    webview.setAttribute('src', 'app://bundle/index.html')
    document.body.append(webview)
    return { inside, webview: 'loadURL' in webview }
  })
  expect(frames).toEqual({ inside: false, webview: false })
})

test('every permission is denied', async () => {
  const outcome = await page.evaluate(async () => {
    const notification = await Notification.requestPermission()
    const camera = await navigator.mediaDevices.getUserMedia({ video: true }).then(
      () => 'granted',
      () => 'denied',
    )
    const place = await new Promise((resolve) =>
      navigator.geolocation.getCurrentPosition(
        () => resolve('granted'),
        () => resolve('denied'),
      ),
    )
    const clipboard = await navigator.clipboard.readText().then(
      () => 'granted',
      () => 'denied',
    )
    return { notification, camera, place, clipboard }
  })
  expect(outcome).toEqual({
    notification: 'denied',
    camera: 'denied',
    place: 'denied',
    clipboard: 'denied',
  })
})

test('a download does not begin', async () => {
  const begun = stage.app.evaluate(
    ({ session }) =>
      new Promise<string>((resolve) => {
        session.defaultSession.once('will-download', (event) =>
          resolve(event.defaultPrevented ? 'prevented' : 'begun'),
        )
      }),
  )
  await page.evaluate(() => {
    const link = document.createElement('a')
    link.href = URL.createObjectURL(new Blob(['x']))
    link.download = 'x.txt'
    link.click()
  })
  expect(await begun).toBe('prevented')
})

test('only channels of the contract exist, asked as agreed', async () => {
  expect(await ask('mirror:get', {})).toHaveProperty('reply.revision')
  for (const channel of ['shell:run', 'toString', '__proto__', 'constructor', '']) {
    expect(await ask(channel, {})).toHaveProperty('error')
  }
  const badly: [string, ...unknown[]][] = [
    ['mirror:get'],
    ['mirror:get', { extra: 1 }],
    ['plan:execute', { hash: 'short' }],
    ['plan:execute', { hash: 'a'.repeat(64), force: true }],
    ['plan:propose', { stack: '', intent: { kind: 'switch-back' } }],
    ['plan:propose', { stack: 'x', intent: { kind: 'remove-everything' } }],
    ['runbook:read', { code: '../../etc/passwd' }],
    ['incident:snooze', { incident: 'x', until: 'for ever' }],
    ['context:move-on-purpose', { hours: Number.NaN }],
  ]
  for (const [channel, ...words] of badly) {
    const answer = await ask(channel, ...words)
    expect(answer, channel).toHaveProperty('error', expect.stringContaining('not as agreed'))
  }
})

test('a foreign page with our preload gets no answer', async () => {
  const answer = await stage.app.evaluate(async ({ app, BrowserWindow }) => {
    const preload = `${app.getAppPath()}/dist/preload.cjs`
    const foreign = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true } })
    await foreign.loadURL('data:text/html,<title>foreign</title>')
    const words = await foreign.webContents.executeJavaScript(
      `sentinel.ask('mirror:get', {}).then(() => 'answered', (error) => error.message)`,
    )
    foreign.destroy()
    return words
  })
  expect(answer).toContain('Only the window of Odin Sentinel may ask.')
})
