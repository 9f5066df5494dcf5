// Proves the layer lint: for each rule, one seeded violation in a copy of the tree's shape must be
// reported under that rule's name. A rule without a seed, or a seed without a rule, fails too.
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'

type Rules = { forbidden: Array<{ name: string }> }
const project = resolve(import.meta.dirname, '..')
const rules: Rules = createRequire(import.meta.url)('./layers.cjs')

/** Rule → the files that break it: path → content. */
const seeds: Record<string, Record<string, string>> = {
  'no-circular': {
    'shared/kit/egg.ts': "import type { Hen } from './hen.ts'\nexport type Egg = Hen | 1\n",
    'shared/kit/hen.ts': "import type { Egg } from './egg.ts'\nexport type Hen = Egg | 2\n",
  },
  'shared-is-pure': { 'shared/plan/impure.ts': "import 'node:fs'\n" },
  'kit-and-domain-are-the-floor': importing('shared/domain/up.ts', 'shared/assess/a.ts'),
  'kit-stands-alone': importing('shared/kit/up.ts', 'shared/domain/a.ts'),
  'watchers-judge-nothing': importing('electron/observe/judge.ts', 'shared/assess/a.ts'),
  'the-executor-decides-nothing': importing('electron/act/decide.ts', 'shared/assess/a.ts'),
  'backups-judge-nothing': importing('electron/backup/judge.ts', 'shared/assess/a.ts'),
  'adapters-know-one-thing': importing('electron/adapters/docker/up.ts', 'electron/observe/a.ts'),
  'adapters-do-not-meet': importing(
    'electron/adapters/docker/m.ts',
    'electron/adapters/grafana/a.ts',
  ),
  'the-loop-knows-no-surface': importing('electron/sentinel/up.ts', 'electron/cli/a.ts'),
  'electron-only-in-the-shell': {
    'shared/ipc/leak.ts': "import type { App } from 'electron'\nexport type A = App\n",
  },
  'the-cli-has-no-electron': importing('electron/cli/up.ts', 'electron/shell/a.ts'),
  'the-renderer-is-a-page': importing('renderer/store/up.ts', 'electron/sentinel/a.ts'),
  'components-take-props': importing('renderer/components/up.ts', 'renderer/store/a.ts'),
  'build-and-test-are-not-shipped': importing('electron/sentinel/t.ts', 'test/support/a.ts'),
}

function importing(from: string, to: string): Record<string, string> {
  const up = '../'.repeat(from.split('/').length - 1)
  return {
    [from]: `import { a } from '${up}${to}'\nexport const b = a\n`,
    [to]: 'export const a = 1\n',
  }
}

/** Plants every seed in one tree and says which rule was reported from which file. */
function violations(): Array<{ rule: { name: string }; from: string }> {
  const tree = mkdtempSync(join(tmpdir(), 'layer-proof-'))
  try {
    for (const [path, content] of Object.values(seeds).flatMap(Object.entries)) {
      mkdirSync(join(tree, dirname(path)), { recursive: true })
      writeFileSync(join(tree, path), content)
    }
    for (const file of ['build/layers.cjs', 'tsconfig.json', 'package.json']) {
      cpSync(join(project, file), join(tree, basename(file)))
    }
    symlinkSync(join(project, 'node_modules'), join(tree, 'node_modules'))
    const args = ['--config', 'layers.cjs', '-T', 'json', '-f', 'report.json']
    const run = spawnSync('depcruise', [...args, 'shared', 'electron', 'renderer'], {
      cwd: tree,
      encoding: 'utf8',
    })
    if (run.error) throw run.error
    return JSON.parse(readFileSync(join(tree, 'report.json'), 'utf8')).summary.violations
  } finally {
    rmSync(tree, { recursive: true })
  }
}

const found = violations()
const names = rules.forbidden.map((rule) => rule.name)
const problems = [
  ...names.filter((name) => !(name in seeds)).map((name) => `${name}: no seed proves it`),
  ...Object.keys(seeds)
    .filter((name) => !names.includes(name))
    .map((name) => `${name}: no such rule`),
  ...Object.entries(seeds)
    .filter(([name, files]) => !found.some((v) => v.rule.name === name && v.from in files))
    .map(([name]) => `${name}: the seeded violation was not reported`),
]
for (const problem of problems) console.error(problem)
console.log(`${names.length} layer rules, ${problems.length} unproven`)
process.exitCode = problems.length === 0 ? 0 : 1
