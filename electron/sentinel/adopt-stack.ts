import { type DockerContext, findContext } from '../../shared/domain/docker-context.ts'
import type { ObservedState } from '../../shared/domain/observed-state.ts'
import type { Stack } from '../../shared/domain/stack.ts'
import { learnStack } from '../../shared/stack/learn-stack.ts'
import { firstBackup } from '../../shared/stack/stack-schema.ts'
import type { DockerPlace } from '../adapters/docker/config-file.ts'
import { connectEngine } from '../adapters/docker/engine-client.ts'
import { targetOf } from '../adapters/docker/target.ts'
import type { StackFiles } from './keep/stack-files.ts'
import type { Adoption, AdoptionWish } from './surface.ts'

/** What was asked for is not there, or cannot be: no engine is to blame. */
export class WrongWish extends Error {}

/** Asks an engine for everything that compose runs there, and makes a stack of it. */
export async function adoptStack(
  observed: ObservedState,
  wish: AdoptionWish,
  place: DockerPlace,
  files: StackFiles,
): Promise<Adoption> {
  const context = contextOf(observed, wish.context)
  const client = connectEngine(await targetOf(context, place), { env: place.env })
  try {
    const [engine, containers] = await Promise.all([client.look(), client.allComposeContainers()])
    const learnt = learnStack({
      engine,
      context: context.name,
      endpoint: context.endpoint,
      containers,
      ...(wish.projects && wish.projects.length > 0 && { projects: wish.projects }),
      ...(wish.name !== undefined && { name: wish.name }),
    })
    if (!learnt.ok) throw new WrongWish(learnt.error.sentence)
    const { why } = learnt.value
    const stack = withBackup(learnt.value.stack, files)
    if (wish.dryRun) {
      const file = wish.file ?? files.fileFor(stack.name)
      return { stack, why, file, text: files.render(stack) }
    }
    return { stack, why, ...(await files.write(stack, wish.file)) }
  } finally {
    client.close()
  }
}

/** A new stack is backed up from its first night on; for one that is known it stays as it was said. */
function withBackup(stack: Stack, files: StackFiles): Stack {
  const before = files.inForce().find((one) => one.stack?.name === stack.name)?.stack
  const backup = before ? before.backup : firstBackup
  return backup ? { ...stack, backup } : stack
}

function contextOf({ contexts }: ObservedState, wanted: string | undefined): DockerContext {
  if (contexts.status === 'unknown') throw new Error(contexts.failure.message)
  const name = wanted ?? contexts.value.current.name
  const context = findContext(contexts.value, name)
  if (context) return context
  const names = contexts.value.contexts.map((one) => one.name).join(', ')
  throw new WrongWish(`There is no Docker context ${name}. There are ${names}.`)
}
