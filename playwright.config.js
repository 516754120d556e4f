// Browser tests of the built site: `make test-e2e`, or `npx playwright test`
// after `make build serve quantize`.
import { defineConfig } from "@playwright/test";
import { findChromium } from "./e2e/chromium.js";

export default defineConfig({
  testDir: "e2e",
  testMatch: "*.spec.js",
  // `make test-e2e` runs several at a time, but for those with the tag @alone: they measure how fast something is.
  workers: 1,
  forbidOnly: true,
  // A machine that others use may be slow once: a second try is reported as flaky.
  retries: process.env.CI ? 1 : 0,
  timeout: 60_000,
  expect: { timeout: 20_000 },
  reporter: [["list"]],
  use: {
    // Half of what a test costs is its first page: those after it in the same context are opened in half the time. What
    // tests how visits differ, or how much they cost, has a context of its own.
    reuseContext: true,
    // A page that the service worker answers for asks the server for nothing: only offline.spec.js lets it work.
    serviceWorkers: "block",
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
