import { z } from 'zod'
import { stepKind } from './step-kind.ts'

const text = z.string()
const seconds = z.number()

/** What stops the wrong ones and brings the right ones up. */
export const stackSteps = {
  /** A systemd unit that does a container's work. Its files stay. */
  StopUnit: stepKind(
    'StopUnit',
    { unit: text, scope: z.enum(['system', 'user']), disable: z.boolean() },
    ({ unit, disable }) => `stop ${unit}${disable ? ' and keep it from starting by itself' : ''}`,
  ),

  /** A container of the stack on another engine: it and its volumes stay there. */
  HoldContainer: stepKind(
    'HoldContainer',
    {
      endpoint: text,
      engineId: text,
      containerId: text,
      container: text,
      /** Its restart policy is `always`: the next start of the engine would bring it up again. */
      always: z.boolean(),
    },
    ({ container, endpoint, always }) =>
      `stop ${container} on ${endpoint}${always ? ' and keep it from starting by itself' : ''}`,
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
