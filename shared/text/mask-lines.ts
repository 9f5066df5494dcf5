import type { Mask } from './mask.ts'
import { maskLength } from './mask.ts'
import { isHarmlessBelow, isNoSecret, isPlainInEnvFile, keySecrecy } from './secret-keys.ts'

/** A name, and what stands between it and its value, also inside a string of JSON. */
const assignment = /(?<![\w.])(-{1,2})?(\w[\w.-]*)(\\*["']?\s*(?::=|=>|=|:(?=[\s"'\\]|$))[ \t]*)/g
const flagAndWord = /(?:^|[\s"'[,])(-{1,2}[A-Za-z][\w.-]*)[\s"',]+(?![\s"',-])/g
const setWithSpace = /^(\s*(?:ENV|setenv|set)\s+)([A-Za-z_]\w*)([ \t]+)([^\s=].*)$/i
const element = /<([A-Za-z_][\w.-]*)>([^<>]+)(?=<\/)/g
const atLineStart = /^\s*(?:[#;/]+\s*)?(?:-\s+)?(?:export\s+|set\s+|ENV\s+|ARG\s+)?["']?$/

/** Hides the values that secret names have in one line of anything. */
export function maskInLine(line: string, mask: Mask): string {
  let masked = line
  for (let from = 0; from < masked.length; ) {
    assignment.lastIndex = from
    const match = assignment.exec(masked)
    if (!match) break
    const start = match.index + match[0].length
    from = start
    if (keySecrecy(match[2] ?? '') === 'none') {
      // The value may be an assignment itself: Environment="PASSWORD=x".
      continue
    }
    const end = valueEnd(masked, match.index, start, match)
    const value = masked.slice(start, end)
    if (isNoSecret(value)) continue
    const quote = /^(\\*["'])([\s\S]*?)(\1?)$/.exec(value)
    const hidden = quote ? `${quote[1]}${mask(quote[2] ?? '')}${quote[3]}` : mask(value)
    masked = masked.slice(0, start) + hidden + masked.slice(end)
    from = start + hidden.length
  }
  masked = masked.replace(
    setWithSpace,
    (all, verb: string, key: string, gap: string, value: string) =>
      keySecrecy(key) === 'none' || isNoSecret(value) || maskLength(value) > 0
        ? all
        : `${verb}${key}${gap}${mask(value)}`,
  )
  masked = maskFlagValues(masked, mask)
  return masked.replace(element, (all, key: string, value: string) =>
    keySecrecy(key) === 'none' || isNoSecret(value) ? all : `<${key}>${mask(value)}`,
  )
}

function valueEnd(line: string, at: number, start: number, match: RegExpExecArray): number {
  const rest = line.slice(start)
  const already = maskLength(rest)
  if (already > 0) return start + already
  const opening = /^\\*["'`]/.exec(rest)?.[0]
  const before = line.slice(0, at)
  if (opening) {
    const end = closing(rest, opening)
    const ends = match[1] || /^([,;}\])]|\s+[#;&]|\s*$)/.test(rest.slice(end))
    if (ends || !atLineStart.test(before)) return start + end
  }
  if (!match[1] && atLineStart.test(before)) {
    const quoted = /["']$/.exec(before)?.[0]
    const wholly = rest.replace(/[\s,]+$/, '').length
    return start + (quoted && !match[3]?.includes(quoted) ? inside(rest, quoted) : wholly)
  }
  const around = /(\\*["'`])$/.exec(before)?.[0]
  if (around && !match[3]?.includes(around)) return start + inside(rest, around)
  const list = /^[[{]/.test(rest) ? /[\]}](?=[\s,\]})]|$)/.exec(rest) : null
  if (list) return start + list.index + 1
  const stop = match[3]?.includes('=')
    ? /[\s&;]|["'`](?=[\s,\]});:]|$)|\\"/.exec(rest)
    : /,\s|["'`](?=[\s,\]});]|$)/.exec(rest)
  return start + (stop?.index ?? rest.length)
}

/** Past the quote that ends what the text begins with; the whole text where none does. */
function closing(text: string, quote: string): number {
  const end = inside(text.slice(quote.length), quote) + quote.length
  return Math.min(text.length, end + quote.length)
}

function inside(text: string, quote: string): number {
  for (let at = text.indexOf(quote); at >= 0; at = text.indexOf(quote, at + quote.length)) {
    const escaped = quote.length === 1 && /(^|[^\\])(\\\\)*\\$/.test(text.slice(0, at))
    const doubled = quote === "'" && text[at + 1] === "'"
    if (doubled) at += 1
    else if (!escaped) return at
  }
  return text.trimEnd().length
}

function maskFlagValues(line: string, mask: Mask): string {
  let masked = line
  for (let from = 0; from < masked.length; ) {
    flagAndWord.lastIndex = from
    const match = flagAndWord.exec(masked)
    if (!match) break
    const start = match.index + match[0].length
    from = start
    if (keySecrecy(match[1] ?? '') === 'none') {
      from = match.index + match[0].trimEnd().length - 1
      if (from <= match.index) from = start
      continue
    }
    const rest = masked.slice(start)
    const length = maskLength(rest) || flagValueLength(masked, start)
    const value = masked.slice(start, start + length)
    if (length === 0 || isNoSecret(value)) continue
    const hidden = mask(value)
    masked = masked.slice(0, start) + hidden + masked.slice(start + length)
    from = start + hidden.length
  }
  return masked
}

function flagValueLength(line: string, start: number): number {
  const rest = line.slice(start)
  const quote = /["']/.exec(line[start - 1] ?? '')?.[0]
  if (quote) return inside(rest, quote)
  return /[\s]|["'`](?=[\s,\]});:]|$)/.exec(rest)?.index ?? rest.length
}

const keyLine = /^(\s*)(?:[#;]\s*)?(?:-\s+)?["']?([A-Za-z_][\w.-]*)["']?\s*(?::=|=|:|\s)\s*(.*)$/
const freshName = /^\s*[A-Za-z_][\w.-]*\s*(=|:\s)/
const section = /^\s*\[+\s*"?([^\]"]+)"?\s*\]+\s*$/

/** Hides secrets in a text that is read line by line: INI, TOML, properties, anything. */
export function maskLines(text: string, mask: Mask): string {
  let below: { indent: number; keepsHarmless: boolean } | undefined
  let until: string | undefined
  let continued = false
  let secretSection = false
  return text
    .split('\n')
    .map((line) => {
      if (line.trim() === '') return line
      // A bracket or quote that is a password's own never closes; the next name begins anew.
      if (until?.length === 1 && freshName.test(line)) until = undefined
      if (until !== undefined) {
        const end = line.indexOf(until)
        if (end < 0) return mask(line)
        const masked = closedBy(line, end, until, mask)
        until = undefined
        return masked
      }
      if (continued) {
        continued = /\\\s*$/.test(line)
        return mask(line)
      }
      const heading = section.exec(line)
      if (heading) {
        secretSection = keySecrecy(heading[1] ?? '') === 'below'
        below = undefined
        return line
      }
      const indent = line.search(/\S/)
      if (below && indent > below.indent) return maskBelow(line, mask, below.keepsHarmless)
      below = undefined
      const found = keyLine.exec(line)
      const [key, value] = [found?.[2] ?? '', found?.[3] ?? '']
      const secrecy = keySecrecy(key)
      if (found && (secrecy === 'below' || (secrecy === 'value' && value !== ''))) {
        const isHeader = /^[|>][+-]?\d?[+-]?$/.test(value)
        below = { indent: indent + dashed(line), keepsHarmless: value === '' }
        if (isHeader) return line
        const multiline = /^("""|''')/.exec(value)?.[0]
        if (multiline && !value.slice(3).includes(multiline)) until = multiline
        else if (/^["']/.test(value) && unclosed(value) && text.includes(`${value[0]}\n`)) {
          until = value[0]
        } else if (/^[[{][^\]}]*$/.test(value)) until = value.startsWith('[') ? ']' : '}'
        continued = /\\\s*$/.test(line)
        if (/^[[{].*[\]}][\s,]*$/.test(value) || (until && /^[[{]/.test(value))) {
          return line.slice(0, line.length - value.length) + maskItems(value, mask)
        }
        if (isQuotedWhole(value) || isNoSecret(value)) return maskInLine(line, mask)
        const head = line.slice(0, line.length - value.length)
        return head + (maskLength(value) > 0 ? value : mask(value))
      }
      if (secretSection && found && value !== '') return maskBelow(line, mask, true)
      return maskInLine(line, mask)
    })
    .join('\n')
}

const dashed = (line: string): number => (/^\s*-\s/.test(line) ? 2 : 0)

/** Nothing but a comment or a comma follows the closing quote. */
const isQuotedWhole = (value: string): boolean =>
  /^["']/.test(value) && /^([,;\s]*|\s+[#;].*)$/.test(value.slice(closing(value, value[0] ?? '"')))

const unclosed = (value: string): boolean =>
  inside(value.slice(1), value[0] ?? '"') === value.slice(1).trimEnd().length

/** A list or a map on one line is hidden as one. */
function maskItems(value: string, mask: Mask): string {
  const [, open = '', inside = '', close = ''] = /^([[{])(.*?)([\]}]?[\s,]*)$/.exec(value) ?? []
  return open + mask(inside) + close
}

/** A line that stands below a secret name: what it says of who and where stays. */
function maskBelow(line: string, mask: Mask, keepsHarmless: boolean): string {
  const pair = /^(\s*(?:-\s+)?["']?([\w.@-]+)["']?\s*[:=]\s*)(.*)$/.exec(line)
  if (pair?.[1] !== undefined && keepsHarmless) {
    const value = pair[3] ?? ''
    if (isNoSecret(value) || maskLength(value) > 0) return line
    return isHarmlessBelow(pair[2] ?? '') ? maskInLine(line, mask) : pair[1] + mask(value)
  }
  const item = /^(\s*-\s+)(.*)$/.exec(line)
  return item ? item[1] + mask(item[2] ?? '') : mask(line)
}

const closedBy = (line: string, end: number, quote: string, mask: Mask): string =>
  mask(line.slice(0, end)) + quote + mask(line.slice(end + quote.length))

const envLine = /^(\s*(?:#\s*)?(?:export\s+)?)([A-Za-z_][\w.-]*)(\s*=\s*)(.*)$/

/** Hides every value of an env file that is not plainly something else. */
export function maskEnvFile(text: string, mask: Mask): string {
  let until: string | undefined
  const lines = text.split('\n')
  return lines
    .map((line, at) => {
      if (until !== undefined) {
        const end = inside(line, until)
        if (end >= line.trimEnd().length) return mask(line)
        const masked = closedBy(line, end, until, mask)
        until = undefined
        return masked
      }
      const found = envLine.exec(line)
      if (!found) return /^\s*(#.*)?$/.test(line) ? maskInLine(line, mask) : mask(line)
      const [, lead = '', key = '', equals = '', value = ''] = found
      const quote = /^["']/.exec(value)?.[0]
      if (quote && unclosed(value)) {
        if (lines.slice(at + 1).some((later) => later.includes(quote))) until = quote
        return `${lead}${key}${equals}${quote}${mask(value.slice(1))}`
      }
      if (isPlainInEnvFile(key, value)) return maskInLine(line, mask)
      return `${lead}${key}${equals}${quote ? quotedWhole(value, quote, mask) : mask(value)}`
    })
    .join('\n')
}

function quotedWhole(value: string, quote: string, mask: Mask): string {
  const text = value.trimEnd()
  return text.endsWith(quote) && text.length > 1
    ? quote + mask(text.slice(1, -1)) + quote
    : mask(value)
}
