import type { Reporter, TestCase } from 'vitest/node'

/**
 * Says at the end which tests passed only when they were tried again: a second try spares
 * a run, it hides nothing.
 */
export class SecondTries implements Reporter {
  readonly #found: string[] = []

  onTestCaseResult(test: TestCase): void {
    const result = test.result()
    if (result.state !== 'passed' || !test.diagnostic()?.flaky) return
    const reasons = (result.errors ?? []).map(({ message }) => message.split('\n')[0])
    this.#found.push(`${test.module.relativeModuleId} > ${test.fullName}: ${reasons.join('; ')}`)
  }

  onTestRunEnd(): void {
    if (this.#found.length === 0) return
    const tests = this.#found.length === 1 ? '1 test' : `${this.#found.length} tests`
    console.log(`${tests} passed only at the second try:\n  ${this.#found.join('\n  ')}\n`)
  }
}
