import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { maskSecrets } from './mask-secrets.ts'

/** In every line of every generated secret, and nowhere else. */
const mark = 'Zq9'

const piece = fc
  .string({ unit: 'grapheme-ascii', maxLength: 12 })
  .map((text) => text.replaceAll(mark, ''))
const secretLine = fc.tuple(piece, piece).map(([a, b]) => `${a}${mark}${b}`)
const secret = secretLine.filter((text) => text.trim() === text)
const longSecret = fc.array(secret, { minLength: 8, maxLength: 20 }).map((parts) => parts.join(' '))
const secretLines = fc.array(secret, { minLength: 2, maxLength: 4 }).map((all) => all.join('\n'))
const anySecret = fc.oneof(secret, longSecret, secretLines)
/** What begins with a quote or bracket is taken to end with one, a backslash to go on. */
const bare = (text: string) => text.replace(/^["'`\\&!\s[{]+/, '').replace(/\\+$/, '')
const lineSecret = secret.map(bare)

/** Without what would end it where the format knows no quotes. */
const plainSecret = secret.map((text) => text.replace(/[\s"'`&;<>@/?#\\,{}()[\]|]/g, 'x'))

const secretKey = fc.constantFrom(
  'password',
  'smtp_auth_password',
  'adminPassword',
  'api_key',
  'apikey',
  'bearer_token',
  'credentials',
  'client_secret',
  'secretKey',
  'private_key',
  'routing_key',
  'GF_SECURITY_ADMIN_PASSWORD',
  'aws_secret_access_key',
  'slack_webhook_url',
)
/** A webhook is a secret by its address alone: what else stands below its name shows. */
const groupKey = secretKey.filter((key) => !key.includes('webhook'))
const plainKey = fc.constantFrom('job_name', 'targets', 'url', 'interval', 'title', 'labels', 'x')
const plain = fc.oneof(fc.constantFrom('prometheus', '15s', 'node:9100', 'a "b" c', '# no', "it's"))

const tree = (leaf: fc.Arbitrary<string>) =>
  fc.letrec((again) => ({
    node: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      plain,
      fc.tuple(secretKey, leaf).map(([key, value]) => ({ [key]: value })),
      fc.tuple(secretKey, fc.array(leaf, { maxLength: 3 })).map(([k, all]) => ({ [k]: all })),
      fc.tuple(secretKey, leaf).map(([key, value]) => `${key}=${bare(value)}`),
      fc.tuple(secretKey, leaf).map(([key, value]) => [`--web.${key}=${bare(value)}`]),
      fc.tuple(secretKey, leaf).map(([name, value]) => ({ name, value })),
      fc.tuple(groupKey, leaf).map(([key, value]) => ({ [key]: { alice: value, bob: [value] } })),
      fc.dictionary(plainKey, again('node'), { maxKeys: 4 }),
      fc.array(again('node'), { maxLength: 4 }),
    ),
  })).node

const yamlText = fc
  .tuple(
    fc.dictionary(plainKey, tree(anySecret), { minKeys: 1, maxKeys: 5 }),
    fc.constantFrom(20, 80, 0),
    fc.constantFrom('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED'),
    fc.constantFrom('any', 'block', 'flow') as fc.Arbitrary<'any' | 'block' | 'flow'>,
  )
  .map(([value, lineWidth, type, collectionStyle]) => {
    const text = stringify(value, {
      lineWidth,
      collectionStyle,
      defaultKeyType: 'PLAIN',
      defaultStringType: type as 'PLAIN',
      aliasDuplicateObjects: false,
    })
    return { text, value }
  })
  // yaml 2.9 folds some strings so that no parser reads them back.
  .filter(({ text, value }) => isRead(text, value))
  .map(({ text }) => text)

function isRead(text: string, value: unknown): boolean {
  try {
    return JSON.stringify(parse(text)) === JSON.stringify(value)
  } catch {
    return false
  }
}

const jsonText = fc
  .tuple(tree(anySecret), fc.constantFrom(0, 2))
  .map(([value, space]) => JSON.stringify({ x: value }, null, space))

const envName = fc.constantFrom('SMTP', 'DB_PASSWORD', 'MAGIC', 'TOKEN', 'grafana_key', 'FOO_URL2')
const envText = fc
  .array(
    fc.oneof(
      fc
        .tuple(
          envName,
          secret.map((text) => text.replace(/^["']+/, '')),
        )
        .map(([k, v]) => `${k}=${v}`),
      fc
        .tuple(
          envName,
          secretLines.map((text) => text.replace(/"|\\+$/gm, '')),
        )
        .map(([k, v]) => `${k}="${v}"`),
      fc.tuple(envName, plainSecret).map(([k, v]) => `# ${k}=${v}`),
      fc.constantFrom(
        '# a comment',
        '',
        'PORT=9090',
        'TZ=Europe/Berlin',
        'COMPOSE_PROJECT_NAME=odin',
      ),
    ),
    { maxLength: 8 },
  )
  .map((lines) => lines.join('\n'))

const linesText = fc
  .array(
    fc.oneof(
      fc.tuple(secretKey, lineSecret).map(([k, v]) => `${k} = ${v}`),
      fc.tuple(secretKey, lineSecret).map(([k, v]) => `  ${k}: ${v}`),
      fc.tuple(secretKey, secret).map(([k, v]) => `${k} = ${JSON.stringify(v)}`),
      fc.tuple(secretKey, secretLines).map(([k, v]) => `${k} = """\n${v.replaceAll('"', '')}\n"""`),
      fc.tuple(secretKey, plainSecret).map(([k, v]) => `ExecStart=/bin/x --a.${k}=${v} --port=80`),
      fc.tuple(secretKey, plainSecret).map(([k, v]) => `ExecStart=/bin/x --${k} y${v} --port 80`),
      fc.tuple(secretKey, plainSecret).map(([k, v]) => `Environment="${k}=${v} x" "A=b"`),
      fc.tuple(secretKey, plainSecret).map(([k, v]) => `x = { a = 1, ${k} = "${v}", b = "c" }`),
      plainSecret.map((v) => `url = https://admin:p${v}@grafana:3000/api?x=1`),
      plainSecret.map((v) => `url: https://hooks.slack.com/services/T00/B00/${v}`),
      plainSecret.map((v) => `u = https://discord.com/api/webhooks/1234/${v}`),
      plainSecret.map((v) => `to ntfy: https://ntfy.sh/${v} for all`),
      plainSecret.map((v) => `curl "http://x/y?a=b&token=${v}&c=d"`),
      plainSecret.map(
        (v) => `-----BEGIN RSA PRIVATE KEY-----\n${v}\n-----END RSA PRIVATE KEY-----`,
      ),
      fc.constantFrom('[server]', '[auth.basic]', 'http_port = 3000', '; a comment', ''),
    ),
    { maxLength: 8 },
  )
  .map((lines) => lines.join('\n'))

const configuration = fc.oneof(
  fc.tuple(fc.constant('/etc/prometheus/prometheus.yml'), yamlText),
  fc.tuple(fc.constant('/x/dashboard.json'), jsonText),
  fc.tuple(fc.constantFrom('/x/.env', '/x/stack.env'), envText),
  fc.tuple(fc.constantFrom('/x/grafana.ini', '/x/a.toml', '/x/b.service', '/x/plain'), linesText),
  // What the path promises need not be so.
  fc.tuple(fc.constant('/x/broken.yml'), linesText),
)

/** Not one-way, but different for different secrets, as the real one is. */
const tell = (text: string) =>
  ([...text].reduce((sum, one) => (sum * 31 + one.charCodeAt(0)) % 65_521, 7) % 65_536).toString(16)

describe('whatever configuration', () => {
  test('no secret value survives, no line is lost, and a second time changes nothing', () => {
    fc.assert(
      fc.property(configuration, fc.constantFrom(undefined, tell), ([path, text], told) => {
        const masked = maskSecrets(text, path, told)
        expect(masked).not.toContain(mark)
        expect(masked.split('\n')).toHaveLength(text.split('\n').length)
        expect(maskSecrets(masked, path, told)).toBe(masked)
      }),
      { numRuns: 1000, seed: 20_261_123 },
    )
  })

  test('no text makes it throw or lose a line', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom(...'ab:=\'"{}[]-|>\n #\\&*!token password'),
          maxLength: 80,
        }),
        fc.constantFrom('a.yml', '.env', 'a.ini'),
        (text, path) => {
          const masked = maskSecrets(text, path)
          expect(masked.split('\n')).toHaveLength(text.split('\n').length)
        },
      ),
      { numRuns: 1000, seed: 20_261_123 },
    )
  })
})

describe('what a person still reads', () => {
  test('in a configuration of Prometheus', () => {
    const text = `global:
  scrape_interval: 15s # password: hunter2
scrape_configs:
  - job_name: node
    basic_auth:
      username: prometheus
      password: hunter2
      password_file: /run/secrets/pw
    authorization: { type: Bearer, credentials: abc }
    static_configs: [{ targets: ['node:9100'] }]
tls_config:
  key: |
    -----BEGIN PRIVATE KEY-----
    MIIE
    -----END PRIVATE KEY-----
`
    expect(maskSecrets(text, '/etc/prometheus/prometheus.yml')).toBe(`global:
  scrape_interval: 15s # password: <secret>
scrape_configs:
  - job_name: node
    basic_auth:
      username: prometheus
      password: <secret>
      password_file: /run/secrets/pw
    authorization: { type: Bearer, credentials: <secret> }
    static_configs: [{ targets: ['node:9100'] }]
tls_config:
  key: |
    -----BEGIN PRIVATE KEY-----
    <secret>
    -----END PRIVATE KEY-----
`)
  })

  test('in a compose file', () => {
    const text = `services:
  grafana:
    image: grafana/grafana:12.1.0
    command: --web.port=3000 --auth.token=abc --v
    environment:
      - GF_SECURITY_ADMIN_PASSWORD=hunter2 and more
      - GF_SERVER_ROOT_URL=https://me:pw@grafana.example/
      - "DB_PASSWORD=\${DB_PASSWORD}"
      - TZ=UTC
    ports: ['3000:3000']
secrets:
  db: { file: ./db.txt }
x-hook: https://hooks.slack.com/services/T0/B0/xyz
`
    expect(maskSecrets(text, 'compose.yaml')).toBe(`services:
  grafana:
    image: grafana/grafana:12.1.0
    command: --web.port=3000 --auth.token=<secret> --v
    environment:
      - GF_SECURITY_ADMIN_PASSWORD=<secret>
      - GF_SERVER_ROOT_URL=https://me:<secret>@grafana.example/
      - "DB_PASSWORD=\${DB_PASSWORD}"
      - TZ=UTC
    ports: ['3000:3000']
secrets:
  db: { file: ./db.txt }
x-hook: https://hooks.slack.com/<secret>
`)
  })

  test('in an env file, whose values are secrets unless they are plainly something else', () => {
    const text = `# who
GRAFANA_USER=admin
GRAFANA_PORT=3000
RETENTION=30d
SMTP=hunter2
PASSWORD="a b"
URL=http://prometheus:9090
LOG_LEVEL=info
AWS_ID=AKIAABCDEFGHIJKLMNOP
`
    expect(maskSecrets(text, '/srv/odin/.env')).toBe(`# who
GRAFANA_USER=admin
GRAFANA_PORT=3000
RETENTION=30d
SMTP=<secret>
PASSWORD="<secret>"
URL=http://prometheus:9090
LOG_LEVEL=info
AWS_ID=<secret>
`)
  })

  test('in INI and TOML', () => {
    const text = `[security]
admin_user = admin
admin_password = """hunter2"""
[tokens]
alice = abc
type = plain
[server]
http_port = 3000
`
    expect(maskSecrets(text, 'grafana.ini')).toBe(`[security]
admin_user = admin
admin_password = <secret>
[tokens]
alice = <secret>
type = plain
[server]
http_port = 3000
`)
  })

  test.each([
    ['a.yml', 'slack_api_url_file: /run/secrets/slack', 'slack_api_url_file: /run/secrets/slack'],
    ['a.yml', 'url: https://ntfy.sh/my-topic', 'url: https://ntfy.sh/<secret>'],
    ['a.yml', 'webhook_configs: [{ url: "http://x" }]', 'webhook_configs: [{ url: "http://x" }]'],
    ['a.yml', 'basic_auth_users: { alice: $2y$10$abc }', 'basic_auth_users: { alice: <secret> }'],
    ['a.yml', 'pw: &p hunter2\npassword: *p', 'pw: &p <secret>\npassword: *p'],
    ['a.yml', 'password: #hunter2', 'password: #<secret>'],
    ['a.yml', 'command: [--password, "12"]', 'command: [--password, "<secret>"]'],
    ['a.yml', 'command: [-u, "me:pw", --user, "0:0"]', 'command: [-u, "<secret>", --user, "0:0"]'],
    ['a.yml', 'env: [{ name: TOKEN, value: abc }]', 'env: [{ name: TOKEN, value: <secret> }]'],
    [
      'a.json',
      '{"auths":{"ghcr.io":{"auth":"dTpw"}}}',
      '{"auths":{"ghcr.io":{"auth":"<secret>"}}}',
    ],
    ['Dockerfile', 'ENV PASSWORD hunter2', 'ENV PASSWORD <secret>'],
    ['a.service', 'ExecStart=/x --a.token abc --b', 'ExecStart=/x --a.token <secret> --b'],
    ['redis.conf', 'requirepass hunter2', 'requirepass <secret>'],
    ['.env', 'SITE=https://example.org', 'SITE=https://example.org'],
    ['key.txt', `AGE-SECRET-KEY-1${'Q'.repeat(58)}`, '<secret>'],
    ['a.txt', 'curl https://hc-ping.com/uuid', 'curl https://hc-ping.com/<secret>'],
  ])('in %s, %s', (path, text, masked) => {
    expect(maskSecrets(text, path)).toBe(masked)
  })

  test('and a file that is a secret as a whole is hidden as a whole', () => {
    expect(maskSecrets('hunter2\n', '/run/secrets/db')).toBe('<secret>\n')
    expect(maskSecrets('hunter2\n', '/srv/grafana_password.txt')).toBe('<secret>\n')
    expect(maskSecrets('me:$apr1$x$y\n', '/srv/.htpasswd')).toBe('<secret>\n')
  })

  test('changed secrets differ, by what the caller tells of them', () => {
    const told = (text: string) => maskSecrets(text, 'a.yml', tell)
    expect(told('password: one')).not.toBe(told('password: two'))
    expect(told('password: one')).toBe(told('password: one'))
  })
})
