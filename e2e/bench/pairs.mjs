// Vitrine and onnxruntime-web's int8 by turns in one page, for the harness of the peers: see `make bench-peers`. What
// changes from minute to minute, as a machine does that others use, cancels out of runs that follow each other at once.
const params = new URLSearchParams(location.search);
const threads = Number(params.get("threads"));

/** Greedy runs: how many tokens are read and generated, how often, and the speed that counts. */
const cases = {
  prefill: { prompt: 128, generated: 1, pairs: 30, speed: ({ first }) => 128 / first },
  decode: { prompt: 16, generated: 64, pairs: 8, speed: ({ first, last }) => 63 / (last - first) },
};

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const rest = () => new Promise((resolve) => setTimeout(resolve, 200));
/** Words that are one token each in the vocabulary of the harness, as its own prompts. */
const prompt = (count, seed) => Array.from({ length: count }, (_, i) => 958 + ((i * 7919 + 13 + seed * 104729) % 17576));

/** Seconds from the start of a run to its first and its last token. */
async function timed(engine, { prompt: count, generated }, seed) {
  await rest();
  const times = [];
  const start = performance.now();
  await engine.generate(prompt(count, seed), generated, () => times.push((performance.now() - start) / 1000));
  return { first: times[0], last: times.at(-1) };
}

async function measure() {
  const [ours, theirs] = await Promise.all(["./peer.mjs", "/peers/ort.mjs"].map((module) => import(module)));
  const a = await ours.load({ threads, variant: "" });
  const b = await theirs.load({ threads, variant: "kv-int8", params });
  const medians = {};
  for (const [name, runs] of Object.entries(cases)) {
    const pairs = [];
    for (let i = -2; i < runs.pairs; i++) {
      const pair = { ours: 0, theirs: 0 };
      for (const which of i % 2 === 0 ? ["ours", "theirs"] : ["theirs", "ours"]) pair[which] = runs.speed(await timed(which === "ours" ? a : b, runs, i + 2));
      if (i >= 0) pairs.push(pair); // compiled and warm from there on
    }
    const of = (figure) => Number(median(pairs.map(figure)).toPrecision(3));
    medians[name] = { pairs: pairs.length, ours: of(({ ours }) => ours), theirs: of(({ theirs }) => theirs), ratio: of(({ ours, theirs }) => ours / theirs) };
  }
  return { pairs: medians };
}

const result = await measure().catch((error) => ({ error: String(error.stack ?? error) }));
document.body.textContent = JSON.stringify(result);
await fetch("/__result", { method: "POST", body: document.body.textContent });
