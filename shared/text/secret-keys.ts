/**
 * How far a key makes a secret of what it names: not at all, of its own value, or of everything
 * below it as well.
 */
export type KeySecrecy = 'none' | 'value' | 'below'

/** Told in a key wherever they stand, also with nothing between the words: `adminpassword`. */
const telling =
  /passw(or)?d|passphrase|secret|credential|bearer|requirepass|masterauth|securejson|api_?key|(private|access|preshared|master|encryption|signing|license|session|jwt|hmac)_?key|(auth|access|bot|api)token|basic_?auth|connection_?string|data_?source_?name/

const tellingWord = new Set(
  'pass passwd password pwd passcode token tokens cookie cookies salt hmac otp pin seed mnemonic community psk webhook webhooks dsn'.split(
    ' ',
  ),
)

/** A key of what is a secret: `routing_key`, but not the key of a label. */
const keyOf = new Set(
  'api private access secret encryption encrypt crypt signing sign master license account storage auth session ssh hmac jwt app service routing integration user deploy recovery unseal root shared preshared pre admin write read ingest functions wireguard tls ssl genie ops'.split(
    ' ',
  ),
)

/** Where the last word is one of these, the key names what is about a secret. */
const aboutIt = new Set(
  'file files path paths dir directory folder name names type policy length ttl expiry expires expiration lifetime timeout interval enabled disabled required algorithm method endpoint url uri env ref limit size count total format mode'.split(
    ' ',
  ),
)

/** Below a secret key, what the value of these keys says is who, where and how. */
const harmlessBelow = new Set(
  'type username user user_name name file path external environment source target uid gid mode driver labels enabled disabled scopes token_url client_id host port role method issuer audience ref region description version algorithm url server database dbname ssl_mode sslmode'.split(
    ' ',
  ),
)

export function keySecrecy(key: string): KeySecrecy {
  const words = wordsOf(key)
  const last = words.at(-1)
  if (last === undefined) return 'none'
  if (words.includes('webhook') || words.includes('webhooks')) return 'value'
  if (aboutIt.has(last))
    return /securejson|data_?source_?name/.test(words.join('')) ? 'below' : 'none'
  if (['auth', 'authorization', 'dsn'].includes(last)) {
    return words.includes('basic') ? 'below' : 'value'
  }
  if (telling.test(words.join('')) || telling.test(words.join('_'))) return 'below'
  if (words.some((word) => tellingWord.has(word) || /tokens?$/.test(word))) return 'below'
  if (last === 'key' || last === 'keys') {
    return words.slice(0, -1).some((word) => keyOf.has(word)) ? 'below' : 'none'
  }
  return 'none'
}

export const isHarmlessBelow = (key: string): boolean => {
  const plain = wordsOf(key)
  return harmlessBelow.has(plain.join('_')) || /^(file|path)$/.test(plain.at(-1) ?? '')
}

/** `adminPassword`, `ADMIN_PASSWORD` and `admin.password` are the same two words. */
function wordsOf(key: string): string[] {
  return key
    .slice(0, 200)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '')
}

/** What stands where a secret could, and is none: nothing, a switch, or where to find it. */
export const isNoSecret = (value: string): boolean =>
  /^(["']?)(|true|false|yes|no|on|off|null|~|none|\$\{[A-Z_][A-Z0-9_]*\}|\$__(file|env)\{[^{}]*\})\1$/i.test(
    value.trim(),
  )

/** Keys of env files whose values are seldom a secret. */
const plainKey =
  /(^|_)(PORT|HOST|HOSTNAME|ADDR|ADDRESS|LISTEN|URL|URI|PATH|DIR|DIRECTORY|FILE|USER|USERNAME|IMAGE|TAG|VERSION|LEVEL|ENABLED|DISABLED|TIMEOUT|INTERVAL|RETENTION|UID|GID|ZONE|REGION|LANG|LOCALE|DOMAIN|PROJECT_NAME|PROFILES|CONTEXT|DEVICES|CAPABILITIES|MODE|FORMAT|THEME)$/

/** Values that cannot be one: a switch, a number with its unit, a version, an address, a path. */
const plainValue = [
  /^-?\d{1,6}(\.\d+)?\s?(ms|s|m|h|d|w|y|[kmgt]i?b?|%)?$/i,
  /^(debug|info|warn|warning|error|production|development|always|never|unless-stopped|all)$/i,
  /^v?\d+(\.\d+){1,3}(-[a-z0-9.]{1,12})?$/i,
  /^https?:\/\/[\w.-]+(:\d+)?\/?$/,
  /^\d{1,3}(\.\d{1,3}){3}(:\d{1,5})?(\/\d{1,2})?$/,
  /^(localhost|[a-z][a-z0-9-]{0,30}):\d{1,5}$/,
  /^(\.{1,2}|~)\/[\w./-]{0,120}$/,
  /^\/(etc|var|opt|usr|home|srv|mnt|data|run|dev|tmp|root|proc|sys|lib|config|media)(\/[\w.-]+)*\/?$/,
  /^[A-Z][a-z]+\/[A-Z][A-Za-z_]+$/,
]

/**
 * In an env file every value is taken for a secret, unless the key or the value says what
 * else it is: `SMTP=hunter2` is told by neither.
 */
export function isPlainInEnvFile(key: string, value: string): boolean {
  const bare = value.trim().replace(/^(["'])(.*)\1$/, '$2')
  if (isNoSecret(bare)) return true
  if (keySecrecy(key) !== 'none') return false
  return plainKey.test(key.toUpperCase()) || plainValue.some((shape) => shape.test(bare))
}
