// The controls of the page: what its fields take, and what it says of a run.
import { expect, openAPI, test } from "./fixtures.js";

test("the speed is the machine's, without the pauses", async ({ page }) => {
  await openAPI(page);
  const { tokensPerSecond, promptMs, seconds } = await page.evaluate(async () => {
    const engine = await vitrine.createEngine();
    const start = performance.now();
    const result = await engine.generate("Once upon a time", { temperature: 0, maxTokens: 3, pace: 20 }).result;
    return { ...result, seconds: (performance.now() - start) / 1000 };
  });
  // A token has more than 70 stages, and so pauses of more than 1.4 s.
  expect(seconds).toBeGreaterThan(3 * 1.4);
  expect(promptMs).toBeLessThan(700);
  expect(tokensPerSecond).toBeGreaterThan(2 / 1.4);
});
