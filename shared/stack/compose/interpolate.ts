export type Variables = Readonly<Record<string, string | undefined>>

/**
 * A value of a compose file with its variables filled in, as Compose does it: `$A`, `${A}`,
 * `${A:-other}`, `${A-other}`, `${A:?why}`, `${A?why}`, `${A:+other}`, `${A+other}`, and `$$` for
 * a dollar sign. Undefined where a variable is needed that has no value.
 */
export function interpolate(text: string, variables: Variables): string | undefined {
  let out = ''
  for (let at = 0; at < text.length; ) {
    if (text[at] !== '$') {
      out += text[at]
      at += 1
      continue
    }
    if (text[at + 1] === '$') {
      out += '$'
      at += 2
      continue
    }
    const plain = /^\$([A-Za-z_]\w*)/.exec(text.slice(at))
    if (plain) {
      const value = variables[plain[1] ?? '']
      if (value === undefined) return undefined
      out += value
      at += plain[0].length
      continue
    }
    const end = text[at + 1] === '{' ? closingBrace(text, at + 2) : -1
    if (end < 0) return undefined
    const value = braced(text.slice(at + 2, end), variables)
    if (value === undefined) return undefined
    out += value
    at = end + 1
  }
  return out
}

function braced(inner: string, variables: Variables): string | undefined {
  const [, name, operator, other = ''] = /^([A-Za-z_]\w*)(?:(:?[-?+])(.*))?$/s.exec(inner) ?? []
  if (name === undefined) return undefined
  const value = variables[name]
  const isThere = operator?.startsWith(':')
    ? value !== undefined && value !== ''
    : value !== undefined
  switch (operator?.at(-1)) {
    case '-':
      return isThere ? value : interpolate(other, variables)
    case '+':
      return isThere ? interpolate(other, variables) : ''
    default:
      return isThere ? value : undefined
  }
}

/** The brace that closes this one; defaults may hold variables with braces of their own. */
function closingBrace(text: string, from: number): number {
  let depth = 1
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '$' && text[at + 1] === '{') depth += 1
    else if (text[at] === '}') depth -= 1
    if (depth === 0) return at
  }
  return -1
}
