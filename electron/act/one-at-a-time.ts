import { join } from 'node:path'
import {
  type Turn,
  type TurnHolder,
  TurnTaken,
  takeTurnIn,
  turnHolderIn,
} from '../adapters/disk/turns.ts'

// One plan at a time on this machine, whoever carries it out: the app, a terminal, two of them.

/** Somebody else is carrying out a plan. `message` says who. */
export class NotYourTurn extends Error {
  readonly operation: string

  constructor(holder: TurnHolder) {
    super(`Another plan is being carried out by process ${holder.pid} (${holder.operation}).`)
    this.name = 'NotYourTurn'
    this.operation = holder.operation
  }
}

/** Rejects with `NotYourTurn` while another operation is running. Survives kill -9. */
export async function takeTurn(stateDirectory: string, operation: string): Promise<Turn> {
  try {
    return await takeTurnIn(turnsOf(stateDirectory), operation)
  } catch (error) {
    throw error instanceof TurnTaken ? new NotYourTurn(error.holder) : error
  }
}

/** The operation that is being carried out now, by whichever process. */
export async function operationInProgress(stateDirectory: string): Promise<string | undefined> {
  return (await turnHolderIn(turnsOf(stateDirectory)))?.operation
}

const turnsOf = (stateDirectory: string) => join(stateDirectory, 'turns')
