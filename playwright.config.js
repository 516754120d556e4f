// Browser tests of the built site: `make test-e2e`, or `npx playwright test`
// after `make build serve quantize`.
import { availableParallelism } from "node:os";
import { defineConfig } from "@playwright/test";
import { findChromium } from "./e2e/chromium.js";

export default defineConfig({
  testDir: "e2e",
  testMatch: "*.spec.js",
  // Tests that measure how fast something is, or how much of it is seen, run one at a time when the others have ended.
  projects: [
    { name: "together", grepInvert: /@alone/ },
    { name: "alone", grep: /@alone/, workers: 1, dependencies: ["together"] },
  ],
  // Most of a test is waiting: for the browser, a server, the machine that stands still between two stages.
  workers: Math.max(2, Math.min(4, availableParallelism())),
  forbidOnly: true,
  // A machine that others use may be slow once: a second try is reported as flaky.
  retries: process.env.CI ? 1 : 0,
  timeout: 60_000,
  expect: { timeout: 20_000 },
  reporter: [["list"]],
  use: {
    launchOptions: {
      executablePath: findChromium(),
      args: [
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
