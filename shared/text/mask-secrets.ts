import { maskWith } from './mask.ts'
import { maskEnvFile, maskLines } from './mask-lines.ts'
import { maskYaml } from './mask-yaml.ts'
import { keySecrecy } from './secret-keys.ts'
import { maskShapes } from './secret-shapes.ts'

/**
 * The text of a configuration with every secret hidden: passwords, tokens and keys by the name
 * they are given under, and by their shape wherever they stand. In env files every value is
 * hidden that is not plainly a switch, a number, an address, a path or the like.
 *
 * As many lines come out as went in, so that two masked texts can be compared line by line, and
 * masking a masked text changes nothing. What is hidden reads `<secret>`, or `<secret 1a2b>`
 * with what `tell` answers: up to four hexadecimal digits. A caller that compares passes the
 * beginning of a keyed digest, with a key that nobody keeps, so that a changed secret shows as
 * changed and cannot be guessed at.
 */
export function maskSecrets(
  text: string,
  path: string,
  tell: (secret: string) => string = () => '',
): string {
  const mask = maskWith(tell)
  const kind = kindOf(text, path)
  if (kind === 'secret') return mask(text)
  if (kind === 'env') return maskShapes(maskEnvFile(text, mask), mask)
  return maskShapes(kind === 'yaml' ? maskYaml(text, mask) : maskLines(text, mask), mask)
}

/** Names that say of a file that it is none of environment, although it may look like one. */
const linesByName =
  /\.(ini|toml|conf|cfg|cnf|properties|service|timer|socket|mount|container|volume|network|tmpl|sh|md|alloy|river|hcl|xml|txt)$/

type Kind = 'yaml' | 'env' | 'secret' | 'lines'

function kindOf(text: string, path: string): Kind {
  const name = (path.split('/').at(-1) ?? '').toLowerCase()
  if (/\.(ya?ml|json)$/.test(name)) return 'yaml'
  if (/(^|\.)env(rc|file)?(\.|$)/.test(name)) return 'env'
  const bare = name.replace(/\.(txt|key|secret|token|pass)$/, '')
  const isNamed = bare === name ? !name.includes('.') : true
  if (/^\.?(pgpass|netrc|htpasswd|htdigest|id_(rsa|dsa|ecdsa|ed25519))$/.test(name)) return 'secret'
  if (isNamed && (keySecrecy(bare) !== 'none' || /\.(key|secret|token|pass)$/.test(name))) {
    return 'secret'
  }
  if (/\/secrets\//.test(path) && isNamed) return 'secret'
  return !linesByName.test(name) && looksLikeEnv(text) ? 'env' : 'lines'
}

function looksLikeEnv(text: string): boolean {
  const lines = text.split('\n').filter((line) => !/^\s*(#|$)/.test(line))
  return lines.length > 0 && lines.every((line) => /^(export\s+)?[A-Za-z_]\w*=/.test(line))
}
