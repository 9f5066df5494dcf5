// Who may import whom. Each rule carries the sentence that a newcomer needs; the drawing is in
// ARCHITECTURE.md. build/layer-proof.ts seeds one violation of each and expects it by name.
const tests = '\\.test\\.tsx?$'

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      comment: 'Two files that need each other are one file, or hide a third.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'shared-is-pure',
      severity: 'error',
      comment: 'shared/ runs everywhere: it imports shared/ and its pure libraries, nothing else.',
      from: { path: '^shared/', pathNot: tests },
      to: { pathNot: '^shared/|^node_modules/(zod|yaml|diff|fastest-levenshtein)/' },
    },
    {
      name: 'kit-and-domain-are-the-floor',
      severity: 'error',
      comment: 'domain/ knows kit/ alone, kit/ knows nobody: nouns do not depend on verdicts.',
      from: { path: '^shared/(kit|domain)/', pathNot: tests },
      to: { path: '^shared/', pathNot: '^shared/(kit|domain)/' },
    },
    {
      name: 'kit-stands-alone',
      severity: 'error',
      comment: 'kit/ is the bottom of everything.',
      from: { path: '^shared/kit/', pathNot: tests },
      to: { path: '^shared/', pathNot: '^shared/kit/' },
    },
    {
      name: 'watchers-judge-nothing',
      severity: 'error',
      comment: 'observe/ reports what it sees. Verdicts are in shared/assess, deeds in act/.',
      from: { path: '^electron/observe/', pathNot: tests },
      to: { path: '^(shared/(assess|plan)|electron/(act|backup|sentinel|shell|cli|demo))/' },
    },
    {
      name: 'the-executor-decides-nothing',
      severity: 'error',
      comment: 'act/ carries plans out. What is wrong and what to do is decided in shared/.',
      from: { path: '^electron/act/', pathNot: tests },
      to: { path: '^(shared/assess|electron/(observe|sentinel|shell|cli|demo))/' },
    },
    {
      name: 'backups-judge-nothing',
      severity: 'error',
      comment:
        'backup/ keeps and reads snapshots. Whether they are overdue is said in shared/assess.',
      from: { path: '^electron/backup/', pathNot: tests },
      to: { path: '^(shared/assess|electron/(observe|act|sentinel|shell|cli|demo))/' },
    },
    {
      name: 'adapters-know-one-thing',
      severity: 'error',
      comment: 'An adapter talks to one outside thing and knows no watcher, op or surface.',
      from: { path: '^electron/adapters/', pathNot: tests },
      to: { path: '^electron/(observe|act|backup|sentinel|shell|cli|demo)/' },
    },
    {
      name: 'adapters-do-not-meet',
      severity: 'error',
      comment: 'Two adapters never import each other; the composition roots join them.',
      from: { path: '^electron/adapters/([^/]+)/', pathNot: tests },
      // The session bus, the disk and HTTP are what adapters stand on, as they stand on Node.
      to: {
        path: '^electron/adapters/',
        pathNot: '^electron/adapters/($1|session-bus|disk|http)/',
      },
    },
    {
      name: 'the-loop-knows-no-surface',
      severity: 'error',
      comment: 'sentinel/ is the same with a window, in a terminal and in a test.',
      from: { path: '^electron/sentinel/', pathNot: tests },
      to: { path: '^electron/(shell|cli|demo)/' },
    },
    {
      name: 'electron-only-in-the-shell',
      severity: 'error',
      comment: 'Only shell/ and main.ts import electron: the rest runs on a server too.',
      from: { path: '^(electron|shared|renderer)/', pathNot: '^electron/(shell/|main\\.ts)' },
      to: { path: '(^|/)node_modules/electron/|^electron$' },
    },
    {
      name: 'the-cli-has-no-electron',
      severity: 'error',
      comment: 'cli/ and cli.ts never reach the shell.',
      from: { path: '^electron/cli(/|\\.ts)', pathNot: tests },
      to: { path: '^electron/(shell/|main\\.ts)' },
    },
    {
      name: 'the-renderer-is-a-page',
      severity: 'error',
      comment:
        'renderer/ knows shared/ and window.sentinel; what needs Node is asked for over IPC.',
      from: { path: '^renderer/', pathNot: tests },
      to: {
        pathNot:
          '^(renderer|shared)/|^node_modules/(react|react-dom|zustand|scheduler|zod|@types)/',
      },
    },
    {
      name: 'components-take-props',
      severity: 'error',
      comment: 'components/ draw what they are given: neither the store nor the bridge.',
      from: { path: '^renderer/components/', pathNot: tests },
      to: { path: '^renderer/(store/|views/|bridge\\.ts)' },
    },
    {
      name: 'build-and-test-are-not-shipped',
      severity: 'error',
      comment: 'What is shipped never imports build/ or test/.',
      from: { path: '^(shared|electron|renderer)/', pathNot: tests },
      to: { path: '^(build|test)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types'] },
  },
}
