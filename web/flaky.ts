import type { Reporter, TestCase } from "vitest/node";

/** Says at the end of a run which tests passed at the second try only, and what the first said: vitest by itself is silent about them. */
export class FlakyReporter implements Reporter {
  private readonly flaky: TestCase[] = [];

  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky) this.flaky.push(test);
  }

  onTestRunEnd(): void {
    for (const test of this.flaky) {
      const why = (test.result().errors ?? []).map((error) => error.stack ?? error.message).join("\n");
      console.error(`passed at the second try only: ${test.module.relativeModuleId} > ${test.fullName}\n${why}\n`);
    }
  }
}
