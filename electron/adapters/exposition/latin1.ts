// An exposition as a Latin-1 string: one character is one byte, whatever the bytes mean.

export const tab = 9
export const newline = 10
export const space = 32
export const quote = 34
export const hash = 35
export const comma = 44
export const equals = 61
export const backslash = 92
export const braceOpen = 123
export const braceClose = 125

export const isDigit = (c: number) => c >= 48 && c <= 57
export const isLabelStart = (c: number) => ((c | 32) >= 97 && (c | 32) <= 122) || c === 95
export const isLabelPart = (c: number) => isLabelStart(c) || isDigit(c)
export const isNameStart = (c: number) => isLabelStart(c) || c === 58
export const isNamePart = (c: number) => isNameStart(c) || isDigit(c)

export function skipBlanks(text: string, from: number): number {
  let at = from
  let c = text.charCodeAt(at)
  while (c === space || c === tab) c = text.charCodeAt(++at)
  return at
}

export function hashOf(name: string): number {
  let hashed = 0
  for (let i = 0; i < name.length; i += 1) hashed = (Math.imul(hashed, 31) + name.charCodeAt(i)) | 0
  return hashed
}

export const utf8 = (latin1: string): string => Buffer.from(latin1, 'latin1').toString('utf8')

/** What stands between two quotes, the escapes undone. */
export function unquoted(text: string, from: number, end: number): string {
  const raw = utf8(text.slice(from + 1, end - 1))
  return raw.replace(/\\(.)/gs, (whole, c) =>
    c === 'n' ? '\n' : c === '"' || c === '\\' ? c : whole,
  )
}
