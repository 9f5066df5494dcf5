// npm test: check, unit, e2e, faults, lab, in this order; with arguments, only the named parts.
import { e2ePackages, e2ePossible } from '../test/e2e/possible.ts'
import { faultPackages, faultsPossible } from '../test/faults/possible.ts'
import { labPossible } from '../test/lab/possible.ts'
import { ensurePackages } from './debian-packages.ts'
import { run } from './run.ts'

type Possible = { ok: true } | { ok: false; why: string; how: string }
type Part = {
  name: string
  what: string
  possible: () => Promise<Possible>
  run: () => Promise<number>
}

const always = async (): Promise<Possible> => ({ ok: true })
const vitest =
  (...projects: string[]) =>
  () =>
    run('vitest', [
      'run',
      '--config',
      'build/vitest.config.ts',
      ...projects.flatMap((project) => ['--project', project]),
    ])

const parts: Part[] = [
  {
    name: 'check',
    what: 'format, lint, types, layers',
    possible: always,
    run: () => run('node', ['build/check.ts']),
  },
  {
    name: 'unit',
    what: 'unit, contract, scenarios, faults',
    possible: always,
    run: vitest('pure', 'unit'),
  },
  {
    name: 'e2e',
    what: 'the real app in a real session, bundled and packaged',
    possible: e2ePossible,
    run: vitest('e2e', 'packaged'),
  },
  {
    name: 'faults',
    what: 'killed at every write, full disks, damage',
    possible: faultsPossible,
    run: vitest('faults'),
  },
  { name: 'lab', what: 'two real Docker engines', possible: labPossible, run: vitest('lab') },
]

const wanted = process.argv.slice(2)
const strangers = wanted.filter((name) => !parts.some((part) => part.name === name))
if (strangers.length > 0) {
  console.error(
    `No such part: ${strangers.join(', ')}. Parts: ${parts.map(({ name }) => name).join(', ')}.`,
  )
  process.exit(3)
}

const chosen = parts.filter(({ name }) => wanted.length === 0 || wanted.includes(name))

// What its engines need the lab installs by itself; it opens the real window too.
const has = (...names: string[]) => chosen.some(({ name }) => names.includes(name))
const chosenPackages = [
  ...(has('e2e', 'lab') ? e2ePackages : []),
  ...(has('faults') ? faultPackages : []),
]
if (process.platform === 'linux' && chosenPackages.length > 0) {
  const problem = await ensurePackages(chosenPackages)
  if (problem) console.log(`Not installed: ${problem}`)
}

type Outcome = 'passed' | 'failed' | 'skipped'

async function runPart(part: Part): Promise<Outcome> {
  const possible = await part.possible()
  if (!possible.ok) {
    console.log(`\n== ${part.name} skipped: ${possible.why}. ${possible.how}`)
    return 'skipped'
  }
  console.log(`\n== ${part.name}: ${part.what}`)
  return (await part.run()) === 0 ? 'passed' : 'failed'
}

const lines: string[] = []
const count: Record<Outcome, number> = { passed: 0, failed: 0, skipped: 0 }
for (const part of chosen) {
  const began = performance.now()
  const outcome = await runPart(part)
  count[outcome] += 1
  const seconds = Math.round((performance.now() - began) / 1000)
  lines.push(`${part.name.padEnd(6)} ${outcome.padEnd(8)} ${seconds} s`)
}

console.log(`\n${lines.join('\n')}\n`)
const skipFails = Boolean(process.env['CI']) && count.skipped > 0
if (skipFails) console.log('Under CI a skipped part is a failed one.')
console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`)
process.exitCode = count.failed > 0 || skipFails ? 1 : 0
