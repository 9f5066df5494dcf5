import type { Container } from './container.ts'

const killed = 137
/** So long the engine may still be about to say it. */
const settlesMs = 5_000

/**
 * Whether the engine may not have said yet that memory ran out: docker 26.1 tells of the death
 * first and sets State.OOMKilled a moment later, without another event.
 */
export function isJustKilled(container: Container, now: number): boolean {
  const { state, exitCode, oomKilled, finishedAt } = container
  const isDead = state === 'exited' && exitCode === killed && !oomKilled
  return isDead && finishedAt !== undefined && Math.abs(now - finishedAt) < settlesMs
}
