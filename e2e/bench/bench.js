// The browser benchmark: `make bench`. Prints one table and writes build/bench/results.json.
// Each figure is the median of ROUNDS, in which the cases take turns: a machine that others use changes by the minute,
// so compare figures of one run only, and repeat a run in which "others" (cores used by other programs) is above 0.2.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { chromium } from "@playwright/test";
import { findChromium } from "../chromium.js";
import { openPage, serve, setting } from "../fixtures.js";

const ROUNDS = Number(process.env.ROUNDS ?? 3);
const MODELS = { tiny: "models/vitrine-tiny-q8_0.gguf", "124M": "bench/gpt2-124m-q8_0.gguf" };
const PROMPT = "Once upon a time";
const CONTEXT = { tiny: 256, "124M": 1024 };
const threads = [1, 2, 4, 8].filter((n) => n <= cpus().length);
const flags = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** @param {number[]} values */
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** Jiffies used by this process and by each that it has started, directly or not, by their numbers. */
function ours() {
  /** @type {Map<number, { parent: number, used: number }>} */
  const all = new Map();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ").map(Number);
      all.set(Number(pid), { parent: fields[1], used: fields[11] + fields[12] });
    } catch {} // the process ended while we read
  }
  const isOurs = (/** @type {number} */ pid) => {
    while (pid > 1 && pid !== process.pid) pid = all.get(pid)?.parent ?? 0;
    return pid === process.pid;
  };
  return new Map([...all].filter(([pid]) => isOurs(pid)).map(([pid, { used }]) => [pid, used]));
}

/** Jiffies used by the whole machine, and by us. */
function cpuTime() {
  const [user, nice, system, , , irq, soft] = readFileSync("/proc/stat", "utf8").match(/\d+/g).map(Number);
  const used = [...ours().values()].reduce((a, b) => a + b);
  return { all: user + nice + system + irq + soft, used, at: performance.now() };
}

/** The most memory that a process of our browser's kind "renderer" has had, in bytes. */
function rendererPeak() {
  let peak = 0;
  for (const pid of ours().keys()) {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--type=renderer")) continue;
      const kib = readFileSync(`/proc/${pid}/status`, "utf8").match(/VmHWM:\s+(\d+)/)?.[1];
      peak = Math.max(peak, 1024 * Number(kib));
    } catch {}
  }
  return peak;
}

/**
 * One load and its runs, in a fresh browser.
 *
 * @param {string} site
 * @param {string} model
 * @param {number} threads
 * @param {boolean} memory ask the browser for the page's memory, which takes it up to a minute
 */
async function measure(site, model, threads, memory) {
  const browser = await chromium.launch({ executablePath: findChromium(), args: flags });
  try {
    const page = await browser.newPage();
    await page.route("**/favicon.ico", (route) => route.fulfill({ status: 204 }));
    await page.goto(`${site}vitrine.d.ts`);
    const before = cpuTime();
    const result = await page.evaluate(measureInPage, { url: MODELS[model], threads, context: CONTEXT[model], memory });
    const after = cpuTime();
    const seconds = (after.at - before.at) / 1000;
    const others = (after.all - before.all - (after.used - before.used)) / 100 / seconds;
    return { model, threads, ...result, rendererMB: rendererPeak() / 1e6, others: Math.max(0, others), version: browser.version() };
  } finally {
    await browser.close();
  }
}

/** Runs in the page. */
async function measureInPage({ url, threads, context, memory }) {
  const { createEngine } = await import(new URL("vitrine.js", location.href).href);
  const ids = (n) => Array.from({ length: n }, (_, i) => 300 + ((i * 7919) % 5000));
  const greedy = { temperature: 0, ignoreEos: true };
  const start = performance.now();
  const engine = await createEngine({ model: new URL(url, location.href).href, threads });
  await engine.generate(ids(1), { ...greedy, maxTokens: 1 }).result;
  const loadMs = performance.now() - start;
  await engine.generate(ids(16), { ...greedy, maxTokens: 200 }).result; // compiled and warm from here on

  const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
  const decode = async (prompt, count, stages) => {
    const run = engine.generate(ids(prompt), { ...greedy, maxTokens: count, stages });
    for await (const _ of run); // decodes every event
    return (await run.result).tokensPerSecond;
  };
  // With and without stages in turn: what they cost is the median of neighbours' ratios.
  const pairs = [];
  for (let i = 0; i < 9; i++) {
    const first = i % 2 === 0;
    const a = await decode(16, 64, first && "live");
    const b = await decode(16, 64, !first && "live");
    pairs.push(first ? { live: a, alone: b } : { live: b, alone: a });
  }
  const decodeTps = median(pairs.map(({ alone }) => alone));
  const liveTps = median(pairs.map(({ live }) => live));
  const liveShare = median(pairs.map(({ alone, live }) => live / alone));
  const prefill = Math.min(128, context - 1);
  const read = async () => (prefill * 1000) / (await engine.generate(ids(prefill), { ...greedy, maxTokens: 1, stages: false }).result).promptMs;
  const prefillTps = median([await read(), await read(), await read()]);
  const end = () => decode(context - 56, 48, false);
  await end(); // takes the memory for a full context
  const ends = [];
  for (let i = 0; i < 3; i++) ends.push({ early: await decode(16, 48, false), late: await end() });
  const lateTps = median(ends.map(({ late }) => late));
  const lateShare = median(ends.map(({ early, late }) => late / early));
  const pageMB = memory ? (await performance.measureUserAgentSpecificMemory()).bytes / 1e6 : 0;
  const { threads: used } = engine.info;
  engine.close();
  return { used, loadMs, decodeTps, liveTps, liveShare, prefillTps, lateTps, lateShare, pageMB };
}

/**
 * The page itself at full speed, which draws what it shows, against an engine of the same model in the same page that
 * reports tokens alone; in turn.
 *
 * @param {string} site
 * @param {string} model
 */
async function measurePage(site, model) {
  const browser = await chromium.launch({ executablePath: findChromium(), args: flags });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, serviceWorkers: "block" });
    const url = new URL(MODELS[model], site).href;
    const maxTokens = 160;
    await openPage(page, { address: `${site}?model=${encodeURIComponent(url)}` });
    await page.locator("#prompt").fill(PROMPT);
    await setting(page, { maxTokens, temperature: 0 });
    await page.evaluate(async (model) => {
      const { createEngine } = await import(new URL("vitrine.js", location.href).href);
      globalThis.other = await createEngine({ model });
    }, url);
    const shown = async () => Number((await page.evaluate(generate)).match(/([\d.,]+)\s*tokens\/s/)[1].replaceAll(",", ""));
    const alone = () =>
      page.evaluate(
        async ([prompt, maxTokens]) => (await globalThis.other.generate(prompt, { maxTokens, temperature: 0, stages: false }).result).tokensPerSecond,
        /** @type {const} */ ([PROMPT, maxTokens]),
      );
    const pairs = [];
    for (let i = 0; i < 34; i++) {
      const pair = i % 2 === 0 ? { shown: await rested(shown), alone: await rested(alone) } : { alone: await rested(alone), shown: await rested(shown) };
      if (i > 1) pairs.push(pair); // compiled and warm from there on
    }
    const of = (figure) => +median(pairs.map(figure)).toFixed(2);
    const threads = await page.evaluate(() => globalThis.other.info.threads);
    return { model, threads, shownTps: of(({ shown }) => shown), aloneTps: of(({ alone }) => alone), shownShare: of(({ shown, alone }) => shown / alone) };
  } finally {
    await browser.close();
  }
}

/** Runs in the page, so that nothing else uses the machine: one run, from the button to what the page says of it. */
async function generate() {
  const button = document.getElementById("generate");
  const speed = document.querySelector("#meter .count");
  speed.textContent = ""; // of the run before
  button.click(); // which begins the run at once
  await new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      if (button.dataset.running === "true") return;
      observer.disconnect();
      resolve();
    });
    observer.observe(button, { attributeFilter: ["data-running"] });
  });
  while (speed.textContent === "") await new Promise(requestAnimationFrame);
  return speed.textContent;
}

/**
 * Calls after the page has drawn what went before.
 *
 * @param {() => Promise<number>} measured
 */
async function rested(measured) {
  await new Promise((resolve) => setTimeout(resolve, 500));
  return measured();
}

/** What each kernel takes, from the listings of `go test`: microseconds a call, and what the benchmark itself measures. */
function kernels() {
  /** @type {Record<string, Record<string, number | string>>} */
  const table = {};
  for (const build of ["native", "wasm"]) {
    const listing = readFileSync(`build/bench/${build}.txt`, "utf8");
    for (const [, name, ns, figure, unit] of listing.matchAll(/^Benchmark(\S+?)(?:-\d+)?\s+\d+\s+([\d.]+) ns\/op(?:\s+([\d.]+) (\S+))?/gm)) {
      table[name] = { ...table[name], [`${build} us`]: +(Number(ns) / 1000).toPrecision(4), ...(unit && { [build]: Number(figure), unit }) };
    }
  }
  return table;
}

const { url: site, stop } = await serve("build/bench/site");
const rounds = [];
const pages = []; // by model: with as many threads as it has by itself
try {
  for (let round = 0; round < ROUNDS; round++) {
    for (const model of Object.keys(MODELS)) {
      for (const count of threads) rounds.push(await measure(site, model, count, round === 0));
    }
  }
  for (const model of Object.keys(MODELS)) pages.push(await measurePage(site, model));
} finally {
  await stop();
}

const names = ["loadMs", "prefillTps", "decodeTps", "liveTps", "liveShare", "lateTps", "lateShare", "pageMB", "rendererMB", "others"];
const table = [];
for (const model of Object.keys(MODELS)) {
  for (const count of threads) {
    const mine = rounds.filter((r) => r.model === model && r.threads === count);
    const page = pages.find((p) => p.model === model && p.threads === mine[0].used);
    table.push({ model, threads: mine[0].used, ...Object.fromEntries(names.map((name) => [name, +(name === "pageMB" ? mine[0][name] : median(mine.map((r) => r[name]))).toFixed(2)])), ...page });
  }
}
console.table(kernels());
console.log(`${cpus()[0].model}, ${cpus().length} cores; Chromium ${rounds[0].version}; median of ${ROUNDS}`);
console.table(table);
writeFileSync("build/bench/results.json", JSON.stringify({ when: new Date().toISOString(), cpu: cpus()[0].model, cores: cpus().length, chromium: rounds[0].version, kernels: kernels(), table, rounds }, null, 1));
