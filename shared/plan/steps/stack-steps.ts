import { z } from 'zod'
import { stepKind } from './step-kind.ts'

const text = z.string()
const seconds = z.number()

const heldContainer = z.object({
  containerId: text,
  container: text,
  /** Its restart policy is `always`: the next start of the engine would bring it up again. */
  always: z.boolean(),
})

/** More names than these make a sentence too long to be read; they stand in a list below it. */
const mostNames = 3

/** Names in a sentence, or only how many there are. */
const someOf = (names: readonly string[]): string =>
  names.length > mostNames
    ? `${names.length} containers`
    : names.join(', ').replace(/, (?=[^,]*$)/, ' and ')

function keptDown(names: readonly string[], always: readonly string[]): string {
  if (always.length === 0) return ''
  const who = always.length < names.length ? someOf(always) : undefined
  return always.length === 1
    ? ` and keep ${who ?? 'it'} from starting by itself`
    : ` and keep ${who ?? 'them'} from starting by themselves`
}

/** The containers of a step whose sentence only counts them, a line each. */
export const heldLines = (containers: readonly z.infer<typeof heldContainer>[]): string[] =>
  containers.length <= mostNames
    ? []
    : containers.map(({ container, always }) =>
        always ? `${container}, which is kept from starting by itself` : container,
      )

/** What stops the wrong ones and brings the right ones up. */
export const stackSteps = {
  /** A systemd unit that does a container's work. Its files stay. */
  StopUnit: stepKind(
    'StopUnit',
    { unit: text, scope: z.enum(['system', 'user']), disable: z.boolean() },
    ({ unit, disable }) => `stop ${unit}${disable ? ' and keep it from starting by itself' : ''}`,
  ),

  /** Containers of the stack on another engine: they and their volumes stay there. */
  HoldContainers: stepKind(
    'HoldContainers',
    {
      endpoint: text,
      engineId: text,
      /** The engine in words. */
      from: text,
      containers: z.array(heldContainer),
    },
    ({ containers, from }) => {
      const names = containers.map(({ container }) => container)
      const always = containers.filter((one) => one.always).map(({ container }) => container)
      return `stop ${someOf(names)} on ${from}${keptDown(names, always)}`
    },
  ),

  /** One `docker compose up` of the stack file; what runs and is right is left alone. */
  BringUp: stepKind(
    'BringUp',
    {
      context: text,
      endpoint: text,
      engineId: text,
      project: text,
      workingDir: text,
      files: z.array(text),
      envFiles: z.array(text),
      /** All services of this start. */
      services: z.array(text),
      /** Those that end by themselves, with 0. */
      oneShot: z.array(text),
      /** Those that were down when the plan was made. */
      down: z.array(text),
      seconds,
    },
    ({ services, project, context }) =>
      `bring up ${services.join(', ')} of ${project} on ${context}`,
  ),

  /** Looks until the whole stack is well, and monitoring works. */
  VerifyStack: stepKind(
    'VerifyStack',
    { stack: text, seconds },
    ({ stack, seconds: within }) => `see that ${stack} works, within ${within} s`,
  ),
}
