import { z } from 'zod'
import { engineKinds } from '../../domain/engine.ts'
import { stepKind } from './step-kind.ts'

const text = z.string()
const home = z.strictObject({
  context: text,
  engineId: text,
  engineKind: z.enum(engineKinds),
  endpoint: text,
})

/** What brings the Docker context, or what is called home, to another place. */
export const placeSteps = {
  /** A copy of the file goes into the operation's directory before anything touches it. */
  KeepCopy: stepKind('KeepCopy', { file: text }, ({ file }) => `keep a copy of ${file}`),

  /** Start Docker Desktop's user unit. */
  StartDesktop: stepKind(
    'StartDesktop',
    { unit: text },
    ({ unit }) => `start ${unit} of this user`,
  ),

  WaitForEngine: stepKind(
    'WaitForEngine',
    { endpoint: text, engineId: text, seconds: z.number() },
    ({ endpoint, seconds }) => `wait up to ${seconds} s for the engine at ${endpoint}`,
  ),

  SelectContext: stepKind(
    'SelectContext',
    { configDirectory: text, from: text, to: text },
    ({ from, to }) => `set the Docker context from ${from} to ${to}`,
  ),

  /** The name may point elsewhere now: ask the engine for its ID. */
  VerifyEngine: stepKind(
    'VerifyEngine',
    { endpoint: text, engineId: text },
    ({ endpoint, engineId }) => `ask ${endpoint} whether it is engine ${engineId}`,
  ),

  /** Write another home into the stack file. */
  AcceptHome: stepKind(
    'AcceptHome',
    { stackFile: text, from: home, to: home },
    ({ stackFile, from, to }) =>
      `make ${to.context} the home in ${stackFile} instead of ${from.context}`,
  ),
}
