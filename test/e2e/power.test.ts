import { expect, test } from 'vitest'
import { LoginManager } from './desktop/login-manager.ts'
import { eventually } from './eventually.ts'
import { openStage } from './stage.ts'

test('after a sleep everything is looked at again, once', async () => {
  await using stage = await openStage({ args: ['--hidden'], notices: false })
  const logind = await LoginManager.start(stage.desktop.busAddress)
  try {
    await eventually('Electron listens', () => logind.asked > 0 || undefined)
    const resumed = stage.app.evaluate(
      ({ powerMonitor }) => new Promise<void>((resolve) => powerMonitor.once('resume', resolve)),
    )
    // The evaluation above has arrived when this one answers.
    expect(await stage.app.guard((guard) => guard.calls)).toEqual([])
    logind.sleep()
    await resumed
    const calls = await eventually('it looks again', async () => {
      const made = await stage.app.guard((guard) => guard.calls)
      return made.length > 0 ? made : undefined
    })
    expect(calls).toEqual(['lookAgain'])
  } finally {
    await logind.stop()
  }
})
