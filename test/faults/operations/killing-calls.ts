import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'

export type Call = 'rename' | 'connect'

/** Which of its own calls ends the process instead of being made, counted from 1. */
export type DeadlyCall = { call: Call; at: number }

type Calls = { [C in Call]: number }

/**
 * From here on each rename and each connect of this process is counted, whoever makes it, and the
 * process kills itself instead of one of them. strace does the same and takes three times as long;
 * `killed-everywhere.ts` compares what the two count.
 */
export function countedCalls(deadly?: DeadlyCall): Readonly<Calls> {
  const made: Calls = { rename: 0, connect: 0 }
  const { promises } = fs
  const { prototype } = net.Socket

  function counting<F extends (...args: never[]) => unknown>(call: Call, real: F): F {
    return function counted(this: unknown, ...args: never[]) {
      made[call] += 1
      if (deadly?.call === call && deadly.at === made[call]) process.kill(process.pid, 'SIGKILL')
      return Reflect.apply(real, this, args)
    } as F
  }

  promises.rename = counting('rename', promises.rename)
  fs.rename = counting('rename', fs.rename) as typeof fs.rename
  fs.renameSync = counting('rename', fs.renameSync)
  prototype.connect = counting('connect', prototype.connect) as typeof prototype.connect
  syncBuiltinESMExports()
  return made
}
