import { join } from 'node:path'
import type { StackInForce } from './stack-in-force.ts'

/** `--stack` takes a path, told by a slash or its ending, or the name of a stack. */
export const isStackPath = (given: string): boolean => given.includes('/') || /\.ya?ml$/.test(given)

/** Where a stack of this name is usually kept, beside `stack.yaml`. */
export const usualFileOf = (name: string, configDirectory: string): string =>
  join(configDirectory, `${name}.stack.yaml`)

/** Only the stacks with these names; one that is not there is a problem of its own. */
export function onlyNamed(
  all: readonly StackInForce[],
  names: readonly string[],
  configDirectory: string,
): StackInForce[] {
  return names.map((name) => {
    const file = usualFileOf(name, configDirectory)
    const named = all.find(({ stack }) => stack?.name === name)
    // A broken file tells its own problem; its name cannot be read.
    const broken = all.find((one) => one.file === file && !one.stack)
    return named ?? broken ?? { file, problem: nobodyIsCalled(name, all) }
  })
}

function nobodyIsCalled(name: string, all: readonly StackInForce[]): string {
  const names = all.flatMap(({ stack }) => stack?.name ?? [])
  const there = names.length === 0 ? 'none has been adopted' : `there are ${names.join(', ')}`
  return `There is no stack ${name}; ${there}.`
}
