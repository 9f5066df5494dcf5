import type { FindingCode } from '../../shared/assess/finding.ts'
import type { StatusView } from '../../shared/ipc/status.ts'
import { demoProject } from './demo-stack.ts'
import type { DemoWorld } from './demo-world.ts'
import type { Beat, Expectation, Stage } from './play-story.ts'

// The incident that Odin Sentinel was built after, in about a minute: once by a command that
// somebody typed, once by Docker Desktop being quit. Told for people who know docker and
// nothing of Sentinel.

const guarded = (stacks: readonly StatusView[]) => stacks.filter(({ stack }) => stack !== null)

function raised(stacks: readonly StatusView[], ...codes: FindingCode[]): boolean {
  return guarded(stacks).some(({ findings }) =>
    findings.some(({ code, status }) => status === 'firing' && codes.includes(code)),
  )
}

const isHome = ({ home, current }: StatusView) => home !== null && current?.context === home.context

/** How many services of the stack run on the engine that is their home. */
export function servicesAtHome(status: StatusView): number {
  return status.services.filter(({ places }) =>
    places.some(({ engineId, state }) => engineId === status.home?.engineId && state === 'running'),
  ).length
}

const allWell: Expectation = {
  what: 'all fourteen services to be seen at home, and nothing to be wrong',
  holds: (stacks) =>
    guarded(stacks).length > 0 &&
    guarded(stacks).every(
      (status) => status.health === 'ok' && isHome(status) && servicesAtHome(status) === 14,
    ),
  withinSeconds: 60,
}

const alarmFor = (what: string, ...codes: FindingCode[]): Expectation => ({
  what: `the alarm that ${what}`,
  holds: (stacks) => raised(stacks, ...codes),
  withinSeconds: 60,
})

const backHome: Expectation = {
  what: 'docker to point home again',
  holds: (stacks) => guarded(stacks).every(isHome) && !raised(stacks, 'CONTEXT_SWITCHED'),
  withinSeconds: 60,
}

/** What a new user does first: tells Sentinel that it is right as it is now. */
async function adopt({ sentinel }: Stage): Promise<void> {
  if (guarded(sentinel.mirror().stacks).length === 0)
    await sentinel.adopt({ projects: [demoProject] })
}

/** The button: takes the plan, or the one that is offered instead, shows it, carries it out. */
export async function switchBack({ sentinel, say }: Stage): Promise<void> {
  const stack = guarded(sentinel.mirror().stacks)[0]?.stack
  if (!stack) throw new Error('There is no stack to bring home.')
  let proposal = await sentinel.propose(stack, { kind: 'switch-back' })
  if (proposal.kind === 'refusal' && proposal.offer?.intent.kind === 'switch-back') {
    say(`  ${proposal.sentence}`)
    say(`  > ${proposal.offer.label}`)
    const startDesktop = proposal.offer.intent.startDesktop === true
    proposal = await sentinel.propose(stack, { kind: 'switch-back', startDesktop })
  }
  if (proposal.kind === 'refusal') throw new Error(proposal.sentence)
  if (proposal.steps.length === 0) return
  for (const [index, { what, cause }] of proposal.steps.entries()) {
    say(`  ${index + 1}. ${what} (${cause})`)
  }
  const operation = await sentinel.execute(proposal.hash)
  if (operation.outcome !== 'done') throw new Error(operation.sentence)
}

export const story: readonly Beat[] = [
  {
    name: 'calm',
    afterMs: 500,
    say: 'Fourteen services watch a workstation: Prometheus, Grafana, Loki, their exporters. They run in Docker Desktop. Sentinel learns that this is right.',
    types: 'odin-sentinel adopt',
    do: adopt,
    until: allWell,
  },
  {
    name: 'all at home',
    afterMs: 2_000,
    say: '14 of 14 services are at home. From here on Sentinel keeps quiet, until there is something to say.',
  },
  {
    name: 'switched',
    afterMs: 4_000,
    say: 'There is a second Docker on this machine. Somebody wants to try one container on it, and never switches back.',
    types: 'docker context use default',
    do: ({ world }) => world.contextUse('default'),
    until: alarmFor('docker points to the wrong place', 'CONTEXT_SWITCHED'),
  },
  {
    name: 'out of sight',
    afterMs: 3_000,
    say: 'The fourteen services still run. But whoever types docker ps now sees none of them, and thinks that they are gone.',
  },
  {
    name: 'started twice',
    afterMs: 5_000,
    say: 'So they start the exporters again: on the wrong Docker.',
    types: 'docker compose -f docker-compose-exporters.yml up -d',
    do: ({ world }) => world.composeUp(world.native, 'docker-compose-exporters.yml'),
    until: alarmFor('services run in two places', 'SPLIT_BRAIN', 'STRAY_CONTAINERS'),
  },
  {
    name: 'no data',
    afterMs: 2_000,
    say: 'Three of them now run twice, the other four found their ports taken. This is how dashboards come to say: No data.',
  },
  {
    name: 'switched back',
    afterMs: 5_000,
    say: 'One click on Switch back. Sentinel shows what it is going to do, and does it.',
    do: switchBack,
    until: backHome,
  },
  {
    name: 'tidied up',
    afterMs: 5_000,
    say: 'docker points home again. Sentinel never removes anything: the second copies are for a person to take down.',
    types: 'docker --context default compose down',
    do: ({ world }) => world.composeDown(world.native),
    until: allWell,
  },
  {
    name: 'Docker Desktop quits',
    afterMs: 5_000,
    say: 'All is well. Now the other way into the same trouble: Docker Desktop is quit, takes all fourteen services with it, and leaves docker pointing to the other one.',
    do: ({ world }) => world.quitDesktop(),
    until: alarmFor('Docker Desktop has stopped', 'DESKTOP_STOPPED'),
  },
  {
    name: 'Docker Desktop is back',
    afterMs: 6_000,
    say: 'One click again. This time Docker Desktop has to be started first.',
    do: switchBack,
    until: allWell,
  },
  {
    name: 'the end',
    afterMs: 3_000,
    say: 'All is well: 14 of 14 services are at home. You have just watched one incident come about in two ways, and end with one click.',
  },
]

/** For whoever stays after the story: how to make trouble with their own docker command. */
export function howToPlay(world: DemoWorld): string[] {
  return [
    'DEMO  This world stays open until you press Ctrl+C. In another terminal:',
    `DEMO    $ export DOCKER_CONFIG=${world.dockerConfigDirectory}`,
    'DEMO    $ docker context use default           (and desktop-linux to go back)',
    'DEMO    $ docker --context desktop-linux kill odin-grafana-1',
    `DEMO    $ docker -H ${world.native.endpoint} ps -a`,
    'DEMO  The last line asks the second Docker of this world. Without -H, the',
    'DEMO  context default would lead docker to the real one of this machine.',
  ]
}
