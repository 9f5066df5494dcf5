/** Hides a piece of text line by line: as many lines come out, indented as they were. */
export type Mask = (piece: string) => string

/** What a mask looks like; Prometheus writes `<secret>` for its own. */
const written = /^<secret(?: [0-9a-f]{1,4})?>$/
const maskAhead = /^<secret(?: [0-9a-f]{1,4})?>/

export function maskWith(tell: (secret: string) => string): Mask {
  const maskLine = (line: string): string => {
    const secret = line.trim()
    if (secret === '' || written.test(secret)) return line
    const mark = tell(secret)
    const start = line.indexOf(secret)
    const mask = mark === '' ? '<secret>' : `<secret ${mark}>`
    return line.slice(0, start) + mask + line.slice(start + secret.length)
  }
  return (piece) => piece.split('\n').map(maskLine).join('\n')
}

/** How long the mask is that the text begins with; 0 where it begins with none. */
export const maskLength = (text: string): number => maskAhead.exec(text)?.[0].length ?? 0
