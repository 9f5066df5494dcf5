import { CannotNotify, type Notice, type Notifier } from './notifier.ts'

/** How long one that failed is left alone before it is tried first again. */
const restMs = 20_000

/**
 * The first notifier that works. Who failed rests for a while and then gets its place back;
 * when all are resting, all are tried.
 */
export function notifierChain(
  notifiers: readonly Notifier[],
  now: () => number = Date.now,
): Notifier {
  const restsUntil = new Map<Notifier, number>()
  let hungUntil = 0

  return {
    name: notifiers.map((one) => one.name).join(', then '),
    async show(notice: Notice) {
      const rested = notifiers.filter((one) => (restsUntil.get(one) ?? 0) <= now())
      const problems: string[] = []
      for (const notifier of rested.length > 0 ? rested : notifiers) {
        if (notifier.waitsForServer && hungUntil > now()) continue
        try {
          const shown = await notifier.show(notice)
          restsUntil.delete(notifier)
          return shown
        } catch (error) {
          restsUntil.set(notifier, now() + restMs)
          if (error instanceof CannotNotify && error.hangs) hungUntil = now() + restMs
          problems.push(`${notifier.name}: ${error instanceof Error ? error.message : error}`)
        }
      }
      throw new CannotNotify(problems.join('; ') || 'There is no way to notify.')
    },
    async close(key) {
      await Promise.allSettled(notifiers.map((one) => one.close(key)))
    },
  }
}
