import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  parseAllDocuments,
  type Scalar,
} from 'yaml'
import type { Mask } from './mask.ts'
import { maskInLine, maskLines } from './mask-lines.ts'
import { isHarmlessBelow, isNoSecret, keySecrecy } from './secret-keys.ts'

type Edit = { from: number; to: number; text: string }
/** How what is walked came to be a secret: not, or by the name above it. */
type Above = 'none' | 'value' | 'below'

/**
 * Hides secrets in YAML or JSON by what each value belongs to. What is neither is read line by
 * line.
 */
export function maskYaml(text: string, mask: Mask): string {
  let documents: readonly Document[]
  try {
    documents = parseAllDocuments(text, { logLevel: 'silent', uniqueKeys: false, strict: false })
  } catch {
    // yaml 2.9 recurses: a hundred thousand nested brackets exhaust the call stack.
    return maskLines(text, mask)
  }
  // A text of its own kind often happens to be YAML with a long string or odd names.
  const isOther = documents.some(
    ({ errors, contents }) => errors.length > 0 || isScalar(contents) || hasOddName(contents),
  )
  if (isOther) return maskLines(text, mask)
  const edits: Edit[] = []
  for (const document of documents) walk(document.contents, 'none', { text, mask, edits, document })
  return applied(text, edits, mask)
}

/** A name over several lines, or at the top one with an equals sign. */
const hasOddName = (contents: unknown): boolean =>
  isMap(contents) &&
  contents.items.some(({ key }) => !isScalar(key) || /[\n=]|\s.*\s/.test(key.source ?? ''))

type Walk = { text: string; mask: Mask; edits: Edit[]; document: Document }

function walk(node: unknown, above: Above, at: Walk): void {
  if (isScalar(node)) edit(node, above !== 'none', at)
  else if (isAlias(node) && above !== 'none') {
    const source = node.resolve(at.document)
    if (isScalar(source)) edit(source, true, at)
    else if (above === 'below') walk(source, above, at)
  } else if (isSeq(node)) {
    let flag = ''
    for (const item of node.items) {
      const isValue = isScalar(item) && isSecretAfter(flag, String(item.value))
      if (isScalar(item)) edit(item, isValue || above !== 'none', at, 'item')
      else if (!isPair(item)) walk(item, above, at)
      if (isPair(item)) walkPair(item, above, at)
      flag = isScalar(item) ? String(item.value) : ''
    }
  } else if (isMap(node)) {
    const named = node.items.find(
      ({ key }) => isScalar(key) && /^(name|key)$/i.test(String(key.value)),
    )?.value
    const namesSecret = isScalar(named) && keySecrecy(String(named.value)) !== 'none'
    for (const pair of node.items) {
      const isItsValue =
        namesSecret && isScalar(pair.key) && /^values?$/i.test(String(pair.key.value))
      walkPair(pair, isItsValue ? 'below' : above, at)
    }
  }
}

function walkPair(pair: { key: unknown; value: unknown }, above: Above, at: Walk): void {
  const key = isScalar(pair.key) ? String(pair.key.value) : ''
  if (isScalar(pair.key)) edit(pair.key, false, at)
  else walk(pair.key, above, at)
  const own = keySecrecy(key)
  // To YAML a password that begins with # is a comment, and one with & or ! says nothing.
  if (own !== 'none' && isScalar(pair.key) && isNothing(pair.value)) hideRest(pair.key, at)
  if (own === 'none') {
    walk(pair.value, above === 'below' && !isHarmlessBelow(key) ? 'below' : 'none', at)
  } else walk(pair.value, above === 'below' ? above : own, at)
}

const isNothing = (value: unknown): boolean =>
  value === null || (isScalar(value) && (value.value === null || value.source === ''))

function hideRest(key: Scalar, at: Walk): void {
  const after = key.range?.[1] ?? 0
  const [, lead = '', comment] = /^([ \t]*:[ \t]*[#&!])(.*)/.exec(at.text.slice(after)) ?? []
  if (comment === undefined) return
  const from = after + lead.length
  at.edits.push({ from, to: from + comment.length, text: at.mask(comment) })
}

/** One argument of a command line is the value of the one before it. */
function isSecretAfter(flag: string, word: string): boolean {
  if (!/^--?[A-Za-z][\w.-]*$/.test(flag) || word.startsWith('-')) return false
  // curl's name and password; a container's user is numbers.
  if (/^(-u|--(proxy-)?user)$/.test(flag)) return /:/.test(word) && !/^\d+:\d+$/.test(word)
  return keySecrecy(flag) !== 'none'
}

function edit(node: Scalar, isSecret: boolean, at: Walk, place?: 'item'): void {
  if (!node.range || typeof node.value === 'boolean' || node.value === null) {
    if (node.range) at.edits.push(same(node, at))
    return
  }
  const [from, to] = node.range
  const source = at.text.slice(from, to)
  const block = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED'
  const assigned = /^\s*-{0,2}([A-Za-z_][\w.-]*)=/.exec(String(node.value))?.[1] ?? ''
  // What is folded over lines, or goes on in the next one, belongs to the name in the first.
  const goesOn = source.includes('\n') && keySecrecy(assigned) !== 'none'
  let text: string
  if (isSecret || goesOn) text = isNoSecret(source) ? source : hidden(source, block, at.mask)
  else if (place && keySecrecy(assigned) !== 'none') {
    // One item is one argument, whatever spaces it holds.
    const head = source.indexOf('=') + 1
    const quote = /^["']/.exec(source)?.[0] ?? ''
    const value = source.slice(head, source.length - quote.length)
    text = source.slice(0, head) + (isNoSecret(value) ? value : at.mask(value)) + quote
  } else if (block) text = afterHeader(source, (inside) => maskLines(inside, at.mask))
  else text = within(source, at.mask)
  at.edits.push({ from, to, text })
}

function within(source: string, mask: Mask): string {
  const quote = /^["']/.exec(source)?.[0] ?? ''
  const inside = source.slice(quote.length, source.length - quote.length)
  const masked = inside.includes('\n') ? maskLines(inside, mask) : maskInLine(inside, mask)
  return quote + masked + quote
}

function hidden(source: string, block: boolean, mask: Mask): string {
  if (block) return afterHeader(source, mask)
  const quote = /^["']/.test(source) && source.length > 1 ? source[0] : ''
  return quote ? quote + mask(source.slice(1, -1)) + quote : mask(source)
}

function afterHeader(source: string, change: (inside: string) => string): string {
  const end = source.indexOf('\n') + 1
  return source.slice(0, end) + change(source.slice(end))
}

const same = (node: Scalar, at: Walk): Edit => {
  const [from, to] = node.range ?? [0, 0]
  return { from, to, text: at.text.slice(from, to) }
}

/** What stands between the values is punctuation and comments; comments may hold anything. */
function applied(text: string, edits: readonly Edit[], mask: Mask): string {
  const secretFirst = [...edits].sort((a, b) => a.from - b.from || a.to - b.to)
  let out = ''
  let done = 0
  for (const [index, { from, to, text: now }] of secretFirst.entries()) {
    const next = secretFirst[index + 1]
    // An anchor may have been walked twice, the second time as a secret.
    if (next && next.from === from && next.to === to && next.text !== text.slice(from, to)) continue
    if (from < done) continue
    out += comments(text.slice(done, from), mask) + now
    done = to
  }
  return out + comments(text.slice(done), mask)
}

function comments(gap: string, mask: Mask): string {
  if (!gap.includes('#')) return gap
  return gap
    .split('\n')
    .map((line) => {
      const at = line.indexOf('#')
      return at < 0 ? line : line.slice(0, at) + maskInLine(line.slice(at), mask)
    })
    .join('\n')
}
