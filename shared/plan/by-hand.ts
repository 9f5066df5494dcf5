import { shortId } from '../domain/short-id.ts'
import { shellWord as word } from '../kit/shell-word.ts'
import type { Step } from './plan.ts'
import type { PutBack } from './steps/file-steps.ts'

type ByHand = { [K in Step['kind']]: (step: Extract<Step, { kind: K }>) => string[] }
type Service = { project: string; service: string }

const dockerAt = (endpoint: string): string => `docker --host ${word(endpoint)}`
const words = (some: readonly string[]): string => some.map(word).join(' ')
const own = (stack: string): string => `--stack ${word(stack)}`

/** A copy first: whoever types is as much in a hurry as we are. */
const keep = (file: string): string => `cp -a ${word(file)} ${word(`${file}.before`)}`

const ofService = (endpoint: string, deed: string, { project, service }: Service): string =>
  `${dockerAt(endpoint)} ${deed} $(${dockerAt(endpoint)} ps -aq --filter label=com.docker.compose.project=${word(project)} --filter label=com.docker.compose.service=${word(service)})`

function contentFor({ file, source, sha256, replaces }: PutBack): string[] {
  const before = replaces === null ? [] : [keep(file)]
  const accepted = `"\${XDG_STATE_HOME:-$HOME/.local/state}"/odin-sentinel/baselines/content/${sha256}`
  switch (source.from) {
    case 'baseline':
      return [...before, `cat ${accepted} > ${word(file)}`]
    case 'git':
      return [
        ...before,
        `git -C ${word(source.root)} show ${word(`${source.commit}:${source.path}`)} > ${word(file)}`,
      ]
    case 'snapshot':
      return [...before, extracted(source.snapshot, source.component, source.path)]
  }
}

const extracted = (snapshot: string, component: string, path: string): string =>
  `odin-sentinel extract ${shortId(snapshot)} ${word(`${component}/${path}`)} --to ./from-snapshot`

const askEngine = ({ endpoint }: { endpoint: string }): string[] => [
  `${dockerAt(endpoint)} info --format '{{.ID}}'`,
]

const carriedByPlan = (stack: string | undefined): string[] => [
  `odin-sentinel recover${stack === undefined ? '' : ` ${own(stack)}`}`,
]

const commands: ByHand = {
  TakeSnapshot: ({ stack }) => [`odin-sentinel backup ${own(stack)}`],
  CheckSnapshot: ({ stack, snapshot }) => [
    `odin-sentinel verify ${shortId(snapshot)} ${own(stack)}`,
  ],
  StopUnit({ unit, scope, disable }) {
    const deed = disable ? 'disable --now' : 'stop'
    return [
      scope === 'user'
        ? `systemctl --user ${deed} ${word(unit)}`
        : `sudo systemctl ${deed} ${word(unit)}`,
    ]
  },
  HoldContainers({ endpoint, containers }) {
    const always = containers.filter((one) => one.always).map(({ container }) => container)
    const all = containers.map(({ container }) => container)
    return [
      ...(always.length === 0
        ? []
        : [`${dockerAt(endpoint)} update --restart unless-stopped ${words(always)}`]),
      `${dockerAt(endpoint)} stop ${words(all)}`,
    ]
  },
  KeepCopy: ({ file }) => [keep(file)],
  StartDesktop: ({ unit }) => [`systemctl --user start ${word(unit)}`],
  WaitForEngine: askEngine,
  VerifyEngine: askEngine,
  SelectContext: ({ configDirectory, to }) => [
    `docker --config ${word(configDirectory)} context use ${word(to)}`,
  ],
  AcceptHome: ({ stackFile }) => [`"\${EDITOR:-vi}" ${word(stackFile)}`],
  PutBackFiles: ({ files, endpoint, restarts }) => [
    ...files.flatMap(contentFor),
    ...restarts.map((one) => ofService(endpoint, 'restart', one)),
  ],
  BringUp({ context, project, workingDir, files, envFiles, services }) {
    const from = [
      ...files.map((file) => `-f ${word(file)}`),
      ...envFiles.map((file) => `--env-file ${word(file)}`),
    ].join(' ')
    return [
      `cd ${word(workingDir)} && docker --context ${word(context)} compose -p ${word(project)} ${from} up -d ${words(services)}`,
    ]
  },
  VerifyStack: ({ stack }) => [`odin-sentinel status ${own(stack)}`],
  SaveSamples: () => carriedByPlan(undefined),
  MergeSamples: () => carriedByPlan(undefined),
  SaveDashboards: ({ url, dashboards }) =>
    dashboards.map(
      ({ uid }) =>
        `curl -sS -u admin ${word(`${url}/api/dashboards/uid/${uid}`)} -o ${word(`${uid}.json`)}`,
    ),
  CarryDashboards: ({ stack }) => [`odin-sentinel recover --carry-dashboards ${own(stack)}`],
  StopServices: ({ endpoint, services }) => services.map((one) => ofService(endpoint, 'stop', one)),
  StartServices: ({ endpoint, services }) =>
    services.map((one) => ofService(endpoint, 'start', one)),
  RestoreVolume: ({ stack, snapshot, component }) => [
    `odin-sentinel restore ${shortId(snapshot)} --only ${word(component)} ${own(stack)}`,
  ],
  RemoveFiles: ({ files }) =>
    files.map(({ file }) => `mv ${word(file)} ${word(`${file}.removed`)}`),
  VerifyRestored: ({ services }) => (services.length === 0 ? [] : ['odin-sentinel status']),
  RestoreDashboard: ({ snapshot, component, path }) => [extracted(snapshot, component, path)],
  RemoveDashboard: ({ url, uid }) => [
    `curl -sS -u admin -X DELETE ${word(`${url}/api/dashboards/uid/${uid}`)}`,
  ],
}

/** What a person types who does this step without us, each a line for a shell. */
export function byHand(step: Step): string[] {
  const commandsOf = commands[step.kind] as (one: Step) => string[]
  return commandsOf(step)
}
