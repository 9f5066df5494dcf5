import { isUtf8 } from 'node:buffer'
import { beginningOf, ExpositionProblem } from './exposition-problem.ts'
import { goNumber, noNumber, numberEnd } from './go-number.ts'
import {
  backslash,
  braceClose,
  braceOpen,
  comma,
  equals,
  hash,
  hashOf,
  isDigit,
  isLabelPart,
  isLabelStart,
  isNamePart,
  isNameStart,
  newline,
  quote,
  skipBlanks,
  space,
  unquoted,
  utf8,
} from './latin1.ts'

// Own parser: of the parsers on npm (July 2021 and older: parse-prometheus-text-format 1.1.1,
// prom2javascript 0.2.0, exposition 1.2.0) none reads OpenMetrics, quoted names or a stream of
// bytes; the first and the third take an HTML page for metrics, the second refuses NaN, colons
// in names and the labels of real exporters. `npm run bench exposition` sets them side by side.

export type ExpositionFormat = 'text' | 'openmetrics'

export type Sample = {
  name: string
  labels: Readonly<Record<string, string>>
  value: number
}

/**
 * Reads an exposition as it comes in, chunk by chunk, and keeps no more of it than the line that
 * is not whole yet. Takes what Prometheus takes and refuses what Prometheus refuses, with an
 * `ExpositionProblem` for the first line that is wrong.
 */
interface ExpositionParser {
  /** Samples read so far. */
  readonly samples: number
  write(chunk: Buffer): void
  /** Everything has been written. */
  end(): void
}

type ExpositionParserParts = {
  format: ExpositionFormat
  /** Only samples of these metrics are handed out; the others are checked and counted. */
  wanted?: readonly string[]
  onSample?: (sample: Sample) => void
}

export function expositionParser(parts: ExpositionParserParts): ExpositionParser {
  return new Reader(parts)
}

const longestLineBytes = 1 << 20
/** What is read so far ends inside a label value that goes on in the next line. */
const incomplete = -1

const textTypes = ['counter', 'gauge', 'histogram', 'summary', 'untyped']
const openMetricsTypes = [
  ...['counter', 'gauge', 'histogram', 'gaugehistogram', 'summary', 'info', 'stateset', 'unknown'],
]

type Labels = Record<string, string>

/**
 * Works on whole lines, as Latin-1 strings: one character is one byte, whatever the bytes mean,
 * and the newline at the end of the last line stops every loop but the one over label values.
 */
class Reader implements ExpositionParser {
  samples = 0
  readonly #strict: boolean
  readonly #wanted: ReadonlySet<string>
  readonly #wantedHashes: ReadonlySet<number>
  readonly #onSample: ((sample: Sample) => void) | undefined
  #line = 1
  /** Newlines inside the label values of the line at hand. */
  #newlinesInside = 0
  #ended = false
  /** Whether strings must be checked for UTF-8 one by one. */
  #suspect = false
  #quotedName: string | undefined
  #rest: Buffer[] = []
  #restBytes = 0
  #tryAgainAtBytes = 0

  constructor({ format, wanted = [], onSample }: ExpositionParserParts) {
    this.#strict = format === 'openmetrics'
    this.#wanted = new Set(wanted)
    this.#wantedHashes = new Set(wanted.map(hashOf))
    this.#onSample = onSample
  }

  write(chunk: Buffer): void {
    // Only the line that the cut went through is joined, not the whole chunk.
    const lineEnd = this.#restBytes > 0 ? chunk.indexOf(newline) + 1 : 0
    if (lineEnd > 0) this.#add(chunk.subarray(0, lineEnd))
    if (lineEnd < chunk.length) this.#add(chunk.subarray(lineEnd))
  }

  #add(chunk: Buffer): void {
    const wholeUntil = chunk.lastIndexOf(newline) + 1
    this.#rest.push(chunk)
    this.#restBytes += chunk.length
    if (wholeUntil > 0 && this.#restBytes >= this.#tryAgainAtBytes) {
      const bytes = this.#takeRest()
      this.#keep(bytes, this.#read(bytes, bytes.length - chunk.length + wholeUntil))
    }
    if (this.#restBytes > longestLineBytes)
      throw new ExpositionProblem(this.#line, 'the end of a line within 1 MiB', 'none')
  }

  end(): void {
    const left = this.#takeRest()
    if (left.length > 0) {
      const bytes = left.at(-1) === newline ? left : Buffer.concat([left, Buffer.from('\n')])
      const used = this.#read(bytes, bytes.length)
      if (used < bytes.length)
        throw new ExpositionProblem(this.#line, 'a quote at the end of a label value', 'the end')
    }
    if (this.#strict && !this.#ended)
      throw new ExpositionProblem(this.#line, '# EOF at the end of OpenMetrics', 'the end')
  }

  #takeRest(): Buffer {
    const [first = Buffer.alloc(0)] = this.#rest
    const bytes = this.#rest.length > 1 ? Buffer.concat(this.#rest) : first
    this.#rest = []
    this.#restBytes = 0
    return bytes
  }

  #keep(bytes: Buffer, from: number): void {
    if (from === bytes.length) {
      this.#tryAgainAtBytes = 0
      return
    }
    const rest = bytes.subarray(from)
    this.#rest.push(rest)
    this.#restBytes = rest.length
    // A value with many newlines in it, in many chunks, would be read again with each of them.
    this.#tryAgainAtBytes = rest.includes(newline) ? rest.length * 2 : 0
  }

  /** Reads the lines up to `end`, where one ends. Returns where the first incomplete one begins. */
  #read(bytes: Buffer, end: number): number {
    const lines = bytes.subarray(0, end)
    this.#suspect = !isUtf8(lines)
    const text = lines.toString('latin1')
    let at = 0
    while (at < end) {
      this.#newlinesInside = 0
      const next = this.#strict ? this.#openMetricsLine(text, at) : this.#textLine(text, at)
      if (next === incomplete) break
      this.#line += 1 + this.#newlinesInside
      at = next
    }
    return at
  }

  #textLine(text: string, from: number): number {
    const at = skipBlanks(text, from)
    const c = text.charCodeAt(at)
    if (c === newline) return at + 1
    return c === hash ? this.#textComment(text, at + 1) : this.#sample(text, at)
  }

  #textComment(text: string, from: number): number {
    const end = text.indexOf('\n', from)
    let at = skipBlanks(text, from)
    if (at === from) return end + 1
    const word = text.slice(at, at + 4)
    const nameFrom = skipBlanks(text, at + 4)
    if ((word !== 'HELP' && word !== 'TYPE') || nameFrom === at + 4) return end + 1
    at = this.#metaName(text, nameFrom)
    if (at === incomplete) return incomplete
    const lineEnd = text.indexOf('\n', at)
    const said = text.slice(at + 1, lineEnd)
    if (word === 'TYPE' && !textTypes.includes(said))
      this.#fail(text, at + 1, `one of ${textTypes.join(', ')}`)
    if (word === 'HELP') this.#checkUtf8(text, at + 1, lineEnd)
    return lineEnd + 1
  }

  #openMetricsLine(text: string, at: number): number {
    if (this.#ended) this.#fail(text, at, 'nothing after # EOF')
    if (text.charCodeAt(at) !== hash) return this.#sample(text, at)
    const end = text.indexOf('\n', at)
    if (text.slice(at, end) === '# EOF') {
      this.#ended = true
      return end + 1
    }
    const word = text.slice(at, at + 7)
    if (word !== '# HELP ' && word !== '# TYPE ' && word !== '# UNIT ')
      this.#fail(text, at, '# HELP, # TYPE, # UNIT or # EOF')
    const nameEnd = this.#metaName(text, at + 7)
    if (nameEnd === incomplete) return incomplete
    if (text.charCodeAt(nameEnd) !== space) this.#fail(text, nameEnd, 'a space after the name')
    const lineEnd = text.indexOf('\n', nameEnd)
    const said = text.slice(nameEnd + 1, lineEnd)
    if (word === '# TYPE ' && !openMetricsTypes.includes(said))
      this.#fail(text, nameEnd + 1, `one of ${openMetricsTypes.join(', ')}`)
    if (word === '# HELP ') this.#checkUtf8(text, nameEnd, lineEnd)
    if (word === '# UNIT ' && said !== '') this.#checkUnit(text, at + 7, nameEnd, said)
    return lineEnd + 1
  }

  #checkUnit(text: string, nameFrom: number, nameEnd: number, unit: string): void {
    const name = text.slice(nameFrom, nameEnd).replace(/^"(.*)"$/, '$1')
    if (!name.endsWith(`_${unit}`)) this.#fail(text, nameEnd + 1, `a unit that ends ${name}`)
  }

  #metaName(text: string, from: number): number {
    if (text.charCodeAt(from) === quote) return this.#quoted(text, from, true)
    if (!isNameStart(text.charCodeAt(from))) this.#fail(text, from, 'the name of a metric')
    let at = from + 1
    while (isNamePart(text.charCodeAt(at))) at += 1
    return at
  }

  #sample(text: string, from: number): number {
    let at = from
    let c = text.charCodeAt(at)
    let name: string | undefined
    let labels: Labels | undefined
    if (c === braceOpen) {
      labels = {}
      this.#quotedName = undefined
      at = this.#labels(text, at + 1, labels, true)
      if (at === incomplete) return incomplete
      name = this.#quotedName
      if (name === undefined) this.#fail(text, from, 'the name of a metric')
      if (!this.#wanted.has(name)) labels = undefined
    } else {
      if (!isNameStart(c)) this.#fail(text, at, 'the name of a metric or a comment')
      let nameHash = 0
      do {
        nameHash = (Math.imul(nameHash, 31) + c) | 0
        at += 1
        c = text.charCodeAt(at)
      } while (isNamePart(c))
      if (this.#wantedHashes.has(nameHash)) {
        name = text.slice(from, at)
        if (this.#wanted.has(name)) labels = {}
      }
      if (!this.#strict) at = skipBlanks(text, at)
      if (text.charCodeAt(at) === braceOpen) {
        at = this.#labels(text, at + 1, labels, false)
        if (at === incomplete) return incomplete
      }
    }
    const valueFrom = this.#beforeNumber(text, at, 'a value')
    const valueEnd = this.#number(text, valueFrom, 'a value')
    at = this.#strict ? this.#openMetricsTail(text, valueEnd) : this.#textTail(text, valueEnd)
    if (at === incomplete) return incomplete
    this.samples += 1
    if (labels !== undefined && name !== undefined) {
      const value = goNumber(text.slice(valueFrom, valueEnd)) ?? Number.NaN
      this.#onSample?.({ name, labels, value })
    }
    return at
  }

  /** OpenMetrics wants one space; the text format any blanks, or none. */
  #beforeNumber(text: string, at: number, what: string): number {
    if (!this.#strict) return skipBlanks(text, at)
    if (text.charCodeAt(at) !== space) this.#fail(text, at, `a space and ${what}`)
    return at + 1
  }

  #textTail(text: string, from: number): number {
    const at = skipBlanks(text, from)
    if (text.charCodeAt(at) === newline) return at + 1
    let end = at
    if (text.charCodeAt(end) === 45) end += 1
    const digitsFrom = end
    while (isDigit(text.charCodeAt(end))) end += 1
    // More than 18 digits may be more than the 64 bits that a time in milliseconds has.
    const isTime = end > digitsFrom && end - digitsFrom <= 18
    const lineEnd = skipBlanks(text, end)
    if (!isTime || text.charCodeAt(lineEnd) !== newline)
      this.#fail(text, at, 'a time in milliseconds or the end of the line')
    return lineEnd + 1
  }

  #openMetricsTail(text: string, from: number): number {
    let at = from
    if (text.charCodeAt(at) === space && !text.startsWith(' # {', at)) at = this.#time(text, at)
    if (text.startsWith(' # {', at)) {
      at = this.#labels(text, at + 4, undefined, false)
      if (at === incomplete) return incomplete
      at = this.#number(text, this.#beforeNumber(text, at, 'a value'), "an exemplar's value")
      if (text.charCodeAt(at) === space) at = this.#time(text, at)
    }
    if (text.charCodeAt(at) !== newline) this.#fail(text, at, 'the end of the line')
    return at + 1
  }

  #time(text: string, at: number): number {
    const end = this.#number(text, at + 1, 'a time in seconds')
    if (!Number.isFinite(goNumber(text.slice(at + 1, end))))
      this.#fail(text, at + 1, 'a time in seconds')
    return end
  }

  #number(text: string, from: number, what: string): number {
    const end = numberEnd(text, from, this.#strict)
    if (end === noNumber) this.#fail(text, from, what)
    return end
  }

  /** From behind the brace. A quoted string on its own is the metric's name, where it has none. */
  #labels(text: string, from: number, into: Labels | undefined, mayName: boolean): number {
    let at = from
    for (;;) {
      if (!this.#strict) at = skipBlanks(text, at)
      let c = text.charCodeAt(at)
      if (c === braceClose) return at + 1
      const nameFrom = at
      const isQuoted = c === quote
      if (isQuoted) {
        at = this.#quoted(text, at, true)
        if (at === incomplete) return incomplete
      } else {
        if (!isLabelStart(c)) this.#fail(text, at, 'the name of a label or a closing brace')
        do c = text.charCodeAt(++at)
        while (isLabelPart(c))
      }
      const nameEnd = at
      if (!this.#strict) at = skipBlanks(text, at)
      c = text.charCodeAt(at)
      if (isQuoted && mayName && (c === comma || c === braceClose)) {
        if (this.#quotedName !== undefined) this.#fail(text, nameFrom, 'one name of the metric')
        this.#quotedName = unquoted(text, nameFrom, nameEnd)
        if (c === comma) at += 1
        continue
      }
      if (c !== equals) this.#fail(text, at, "= after a label's name")
      at += 1
      if (!this.#strict) at = skipBlanks(text, at)
      if (text.charCodeAt(at) !== quote) this.#fail(text, at, "a label's value in quotes")
      const valueFrom = at
      at = this.#quoted(text, at, !this.#strict)
      if (at === incomplete) return incomplete
      if (into !== undefined) {
        const name = isQuoted ? unquoted(text, nameFrom, nameEnd) : text.slice(nameFrom, nameEnd)
        into[name] = unquoted(text, valueFrom, at)
      }
      if (!this.#strict) at = skipBlanks(text, at)
      c = text.charCodeAt(at)
      if (c === comma) at += 1
      // Prometheus 2.53 misses no comma in the text format.
      else if (c !== braceClose && this.#strict) this.#fail(text, at, 'a comma or a closing brace')
    }
  }

  /** From the opening quote to behind the closing one. */
  #quoted(text: string, from: number, mayBreakLine: boolean): number {
    const { length } = text
    for (let at = from + 1; at < length; at += 1) {
      const c = text.charCodeAt(at)
      if (c === quote) {
        this.#checkUtf8(text, from, at)
        return at + 1
      }
      if (c === backslash && text.charCodeAt(at + 1) !== newline) at += 1
      else if (c === newline) {
        if (!mayBreakLine) this.#fail(text, from, 'a quote at the end of the value')
        this.#newlinesInside += 1
      }
    }
    return incomplete
  }

  #checkUtf8(text: string, from: number, end: number): void {
    if (this.#suspect && !isUtf8(Buffer.from(text.slice(from, end), 'latin1')))
      this.#fail(text, from, 'UTF-8')
  }

  #fail(text: string, at: number, expected: string): never {
    const end = text.indexOf('\n', at)
    const found = end <= at ? 'the end of the line' : beginningOf(utf8(text.slice(at, end)))
    throw new ExpositionProblem(this.#line, expected, found)
  }
}
