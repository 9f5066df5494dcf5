import type { ExpositionFormat } from '../../electron/adapters/exposition/parse-exposition.ts'

/** A small exposition and how many samples it has; none where it is wrong, and where that is. */
type ExpositionCase = {
  name: string
  format: ExpositionFormat
  body: string | Buffer
  /** Allowed by the description of the text format, and by us. */
  prometheusRefuses?: true
} & ({ samples: number } | { wrongLine: number })

const text = (name: string, body: string | Buffer, samples: number): ExpositionCase => ({
  name,
  format: 'text',
  body,
  samples,
})
const badText = (name: string, body: string | Buffer, wrongLine = 1): ExpositionCase => ({
  name,
  format: 'text',
  body,
  wrongLine,
})
const open = (name: string, body: string | Buffer, samples: number): ExpositionCase => ({
  name,
  format: 'openmetrics',
  body,
  samples,
})
const badOpen = (name: string, body: string | Buffer, wrongLine = 1): ExpositionCase => ({
  name,
  format: 'openmetrics',
  body,
  wrongLine,
})

const latin1 = (body: string) => Buffer.from(body, 'latin1')

/**
 * The corners of both formats. The lab lets a real Prometheus scrape every one of them, so what
 * stands here is what Prometheus 2.53 says, but for two cases that are marked.
 */
export const expositionCases: readonly ExpositionCase[] = [
  text('nothing', '', 0),
  text('empty lines', '\n\n  \n\t\na 1\n\n', 1),
  text('no newline at the end', 'a 1\nb 2', 2),
  text('a comment without newline at the end', 'a 1\n# the end', 1),
  text('comments', '#\n# anything\n#anything\n# HELPFUL\n#HELP\n#TYPE a b c\n# HELP\na 1\n', 1),
  text('EOF is only a comment', 'a 1\n# EOF\nb 1\n', 2),
  text('help and type', '# HELP a Says "a" \\n \\\\ 1.\n# TYPE a counter\na 1\n', 1),
  text('help without words', '# HELP a\n# HELP b \na 1\n', 1),
  text('blanks everywhere', 'a \t{ \tb\t= "c" , d="e" } \t1 \t123 \t\n', 1),
  { ...text('blanks before a name', ' \ta{b="c"} 1\n', 1), prometheusRefuses: true },
  text('blanks before help', '  # \t HELP \t a b\na 1\n', 1),
  text('no blank before the value', 'a{b="c"}1\nd+Inf\n', 2),
  text('no labels', 'a{} 1\n', 1),
  text('comma at the end', 'a{b="c",} 1\n', 1),
  text('escapes', 'a{b="\\"\\\\\\n} 5",c="\\x{"} 1\n', 1),
  text('a newline in a value', 'a{b="c\nd} 1\n"} 1\ne 1\n', 2),
  text('a colon in a name', ':a:b_9 1\n', 1),
  text('times', 'a 1 1700000000000\nb 1 0\n', 2),
  { ...text('a time before 1970', 'a 1 -1000\n', 1), prometheusRefuses: true },
  text('numbers', 'a 1\nb -1\nc +1\nd 1.5\ne .5\nf 5.\ng 1e3\nh 1E-3\ni 1.5e+3\nj -.5e3\n', 10),
  text('infinities', 'a Inf\nb +Inf\nc -Inf\nd inf\ne Infinity\nf -INFINITY\n', 6),
  text('not a number', 'a NaN\nb nan\nc NAN\n', 3),
  text('very small numbers', 'a 1e-400\nb 0.0000000000000000000000000000000001\n', 2),
  text('many digits', `a ${'9'.repeat(300)}\nb 0.${'1'.repeat(400)}\n`, 2),
  text('UTF-8', '# HELP a ü\na{b="ü€😀"} 1\n', 1),
  text('no UTF-8 in a comment', latin1('# \xff\xfe\na 1\n'), 1),
  text('the same twice', '# TYPE a gauge\n# TYPE a gauge\na 1\na 1 \n', 2),
  text('a type that fits no sample', '# TYPE a histogram\na 1\n', 1),
  text('a carriage return in help', '# HELP a b\r\na 1\n', 1),
  badText('a carriage return behind a value', 'a 1\r\n'),
  badText('a carriage return behind a type', '# TYPE a gauge\r\na 1\n'),
  badText('an empty line with a carriage return', 'a 1\n\r\nb 1\n', 2),
  badText('a page', '<!DOCTYPE html>\n<html><body>404</body></html>\n'),
  badText('a page without doctype', '<html>\n<head><title>Node Exporter</title></head></html>'),
  badText('JSON', '{"status":"success","data":{}}\n'),
  badText('a word', 'OK\n'),
  badText('a sentence', 'Prometheus is Healthy.\n'),
  badText('no value', 'a 1\nb\n', 2),
  badText('no value behind labels', 'a{b="c"}\n'),
  badText('a value that is no number', 'a{b="c"} xyz\n'),
  badText('a number with something behind it', 'a 1x\n'),
  badText('a hexadecimal number', 'a 0x1p3\n'),
  badText('underscores in a number', 'a 1_000\n'),
  badText('a number that is too large', 'a 1e400\n'),
  badText('a number of too many digits', `a ${'9'.repeat(310)}\n`),
  badText('a sign only', 'a -\n'),
  badText('a dot only', 'a .\n'),
  badText('an exponent without number', 'a 1e\n'),
  badText('a signed NaN', 'a -NaN\n'),
  badText('a time with a fraction', 'a 1 1700000000.5\n'),
  badText('a time that is no number', 'a 1 now\n'),
  badText('a time that is too large', 'a 1 99999999999999999999\n'),
  badText('an exemplar', 'a 1 # {b="c"} 1\n'),
  badText('a third number', 'a 1 2 3\n'),
  badText('a name that begins with a digit', '1a 1\n'),
  badText('a dash in a name', 'a-b 1\n'),
  badText('a label without value', 'a{b} 1\n'),
  badText('a label without quotes', 'a{b=c} 1\n'),
  text('no comma between labels', 'a{b="c"d="e" f="g"} 1\n', 1),
  badText('an open brace', 'a{b="c" 1\n'),
  badText('an open quote', 'a{b="c} 1\nd 1\n'),
  badText('a colon in the name of a label', 'a{b:c="d"} 1\n'),
  badText('a comma at the beginning', 'a{,b="c"} 1\n'),
  badText('two commas', 'a{b="c",,d="e"} 1\n'),
  badText('labels twice', 'a{b="c"}{d="e"} 1\n'),
  badText('labels behind the value', 'a 1 {b="c"}\n'),
  badText('an unknown type', '# TYPE a thing\na 1\n'),
  badText('a type of OpenMetrics', '# TYPE a stateset\na 1\n'),
  badText('a type without words', '# TYPE a\na 1\n'),
  badText('a type with blanks before it', '# TYPE a  gauge\na 1\n'),
  badText('a type with a blank behind it', '# TYPE a gauge \na 1\n'),
  badText('a type of nothing', '# TYPE 1 gauge\na 1\n'),
  badText('no UTF-8 in a value', latin1('a{b="\xff"} 1\n')),
  badText('no UTF-8 in help', latin1('# HELP a \xff\na 1\n')),
  badText('no UTF-8 behind good lines', latin1('a 1\nb{c="d"} 1\ne{f="\xe9"} 1\n'), 3),

  open('only the end', '# EOF\n', 0),
  open('the end without newline', 'a 1\n# EOF', 1),
  open(
    'a counter with everything',
    '# HELP a_seconds Says \\"a\\".\n# TYPE a_seconds counter\n# UNIT a_seconds seconds\n' +
      'a_seconds_total{b="c"} 1 1700000000.123 # {trace="\\"1"} 0.5 1700000000.1\n# EOF\n',
    1,
  ),
  open('an exemplar without times', '# TYPE a counter\na_total 1 # {b="c"} 1\n# EOF\n', 1),
  open('an exemplar without labels', '# TYPE a counter\na_total 1 # {} 1\n# EOF\n', 1),
  open(
    'every type',
    ['counter', 'gauge', 'histogram', 'gaugehistogram', 'summary', 'info', 'stateset', 'unknown']
      .map((type) => `# TYPE a_${type} ${type}\n`)
      .concat('b 1\n# EOF\n')
      .join(''),
    1,
  ),
  open('escapes', 'a{b="\\"\\\\\\n} 5"} 1\n# EOF\n', 1),
  open('numbers', 'a 1e3 1.7e9\nb +Inf -5\nc NaN\n# EOF\n', 3),
  open('an empty unit', '# UNIT a \na 1\n# EOF\n', 1),
  open('UTF-8', '# HELP a ü\na{b="ü€😀"} 1\n# EOF\n', 1),
  badOpen('nothing', ''),
  badOpen('no end', 'a 1\n', 2),
  badOpen('a line that is not whole', 'a 1', 2),
  badOpen('something behind the end', 'a 1\n# EOF\nb 1\n', 3),
  badOpen('an empty line behind the end', 'a 1\n# EOF\n\n', 3),
  badOpen('an empty line', 'a 1\n\n# EOF\n', 2),
  badOpen('a comment', '# anything\n# EOF\n'),
  badOpen('the type of the text format', '# TYPE a untyped\n# EOF\n'),
  badOpen('a blank before a name', ' a 1\n# EOF\n'),
  badOpen('two spaces before the value', 'a  1\n# EOF\n'),
  badOpen('a tab before the value', 'a\t1\n# EOF\n'),
  badOpen('a space behind the value', 'a 1 \n# EOF\n'),
  badOpen('spaces between labels', 'a{b="c", d="e"} 1\n# EOF\n'),
  badOpen('no comma between labels', 'a{b="c"d="e"} 1\n# EOF\n'),
  badOpen('a newline in a value', 'a{b="c\nd"} 1\n# EOF\n'),
  badOpen('a carriage return', 'a 1\r\n# EOF\n'),
  badOpen('a time that is no number', 'a 1 NaN\n# EOF\n'),
  badOpen('an infinite time', 'a 1 +Inf\n# EOF\n'),
  badOpen('an exemplar without value', 'a_total 1 # {b="c"}\n# EOF\n'),
  badOpen('an exemplar with an infinite time', 'a_total 1 # {b="c"} 1 Inf\n# EOF\n'),
  badOpen('help without a space', '# HELP a\n# EOF\n'),
  badOpen('a unit that is not at the end of the name', '# UNIT a seconds\na 1\n# EOF\n'),
  badOpen('a unit without underscore', '# UNIT aseconds seconds\n# EOF\n'),
  badOpen('a unit that is the whole name', '# UNIT seconds seconds\n# EOF\n'),
  badOpen('no UTF-8 in a value', latin1('a{b="\xff"} 1\n# EOF\n')),
]
