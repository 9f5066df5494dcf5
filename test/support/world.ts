import { type DemoWorld, openDemoWorld } from '../../electron/demo/demo-world.ts'

export {
  type ContainerSpec,
  composeContainer,
  published,
} from '../../electron/demo/container-spec.ts'
export { demoProject, demoStack } from '../../electron/demo/demo-stack.ts'
export { type DemoWorld, openDemoWorld } from '../../electron/demo/demo-world.ts'
export { desktopIdentity, nativeIdentity } from '../../electron/demo/engine-identity.ts'
export { type SmallEngine, smallEngine } from '../../electron/demo/small-engine.ts'

/** A whole machine for the length of one test: two engines, fourteen services, a Docker home. */
export async function withWorld<T>(work: (world: DemoWorld) => Promise<T> | T): Promise<T> {
  const world = await openDemoWorld()
  try {
    return await work(world)
  } finally {
    await world.close()
  }
}
