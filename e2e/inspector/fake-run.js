// Numbers that follow from where they stand, in the shapes of the engine's tensors.

export const info = {
  name: "fake", url: "", architecture: "gpt2", layers: 6, heads: 4, embedding: 128, context: 512, vocabulary: 3000,
  feedForward: 512, parameters: 1, bytes: 1, activation: "gelu_new", position: "learned", epsilon: 1e-5, tiedHead: true, weights: "Q8_0",
  addedTokens: [], simd: true, threads: 1,
};

const words = ["What", " is", " the", " capital", " of", " France", "?", "\n"];
export const pieces = (count) =>
  Array.from({ length: count }, (_, i) => ({ id: 100 + i, text: words[i % words.length], bytes: new TextEncoder().encode(words[i % words.length]) }));

/** A number from -3 to 3, or from 0 to 1, of a stage's tensor at a place. */
export function valueOf(stage, name, { layer = -1, head = -1, row = 0, column = 0, part = 0 }) {
  let h = 2166136261;
  for (const c of stage + name) h = Math.imul(h ^ c.charCodeAt(0), 16777619);
  for (const n of [layer, head, row, column, part]) h = Math.imul(h ^ (n + 7), 16777619);
  h ^= h >>> 15;
  h = Math.imul(h, 2246822519);
  h ^= h >>> 13;
  const unit = (h >>> 0) / 2 ** 32;
  if (name === "weights" || name === "probabilities" || name === "variance") return Math.fround(unit ** 6);
  return Math.fround((unit + ((h >>> 7) % 1000) / 1000 - 1) * 3);
}

const shapes = {
  embed: { rows: ["T", "C"] },
  position: { table: ["T", "C"], sum: ["T", "C"] },
  ln1: { mean: ["T"], variance: ["T"], scale: ["C"], shift: ["C"], result: ["T", "C"] },
  attention: {},
  "attention.qkv": { qkv: ["T", 3, "D"] },
  "attention.scores": { scores: ["T", "P"] },
  "attention.scale": { scaled: ["T", "P"] },
  "attention.mask": { weights: ["T", "P"] },
  "attention.mix": { mix: ["T", "D"], output: ["T", "C"] },
  residual1: { sum: ["T", "C"] },
  mlp: { hidden: ["T", "F"], activated: ["T", "F"], output: ["T", "C"] },
  residual2: { sum: ["T", "C"] },
  head: { logits: ["V"] },
  softmax: { probabilities: ["V"] },
  "decode.temperature": { ids: ["K"], probabilities: ["K"] },
};
shapes.ln2 = shapes.final = shapes.ln1;
shapes["decode.top_k"] = shapes["decode.top_p"] = shapes["decode.temperature"];

/** The parts of all heads as one tensor. */
function allHeads(parts) {
  const data = new Float32Array(parts.length * parts[0].data.length);
  parts.forEach((part, head) => data.set(part.data, head * part.data.length));
  return [{ ...parts[0], shape: [parts.length, ...parts[0].shape], from: [0, ...parts[0].from], data }];
}

/** What a sweep finds. @param {number} layer @param {number} head */
export const effectKL = (layer, head) => (layer + 1) / 10 + (head + 1) / 1000;
export const effectAfter = (layer, head) => 0.5 - (layer - 2) / 20 - (head + 1) / 500;

/** @param {number} prompt how many tokens it has */
export function createFakeRun(prompt) {
  const asked = [];
  /** @type {{ delay: number, held: (() => void)[], hold: boolean, error: string }} */
  const control = { delay: 0, held: [], hold: false, error: "" };

  async function answered(what) {
    asked.push({ ...what, time: performance.now() });
    if (control.hold) await new Promise((resolve) => control.held.push(resolve));
    else if (control.delay) await new Promise((resolve) => setTimeout(resolve, control.delay));
    if (control.error) throw new Error(control.error);
  }

  function tensor(stage, name, dims, { layer = -1, head = -1, position, rows }) {
    const [from, to] = rows ?? (position < prompt ? [0, prompt] : [position, position + 1]);
    const sizes = { T: to - from, C: info.embedding, D: info.embedding / info.heads, F: info.feedForward, V: info.vocabulary, P: to, K: 40 };
    const shape = dims.map((dim) => sizes[dim] ?? dim);
    const data = new Float32Array(shape.reduce((a, b) => a * b));
    const width = shape.at(-1);
    const [rowed, only] = [dims[0] === "T" && dims.length > 1, dims[0] === "T" && dims.length === 1];
    for (let i = 0; i < data.length; i++) {
      const line = rowed ? Math.floor(i / width) : 0;
      const [row, part] = dims.length === 3 ? [Math.floor(line / 3), line % 3] : [line, 0];
      const [at, column] = [rowed ? from + row : 0, (i % width) + (only ? from : 0)];
      data[i] = name === "ids" ? 900 + i : valueOf(stage, name, { layer, head, row: at, column, part });
      if (dims.at(-1) === "P" && column > at) data[i] = 0;
    }
    return { name, shape, data, from: dims.map((dim, i) => (i === 0 && dim === "T" ? from : 0)) };
  }

  const run = {
    switches: [],
    async setSwitches(list) {
      run.switches = list;
    },
    async compare({ switches, position }) {
      await answered({ stage: "compare", switches, position });
      const row = (id, probability) => ({ id, text: ` word${id}`, logit: 1, probability });
      return { position, before: [row(1, 0.5)], after: [row(2, 0.25)], kl: 0.5, final: { id: 1, text: " word1", before: 0.5, after: 0.125 } };
    },
    async sweep({ what, position, signal, onProgress }) {
      const final = { id: 1, text: " word1", before: 0.5 };
      const [effects, total] = [[], info.layers * (what === "head" ? info.heads : 1)];
      for (let done = 0; done < total; done++) {
        await answered({ stage: "sweep", what, position });
        signal.throwIfAborted();
        const [layer, head] = what === "head" ? [Math.floor(done / info.heads), done % info.heads] : [done, -1];
        const after = effectAfter(layer, head);
        effects.push({ layer, head, kl: effectKL(layer, head), after, change: after - final.before });
        onProgress({ done: done + 1, total, final, effect: effects[done] });
      }
      return { what, position, final, effects };
    },
    async inspect(stage, options) {
      await answered({ stage, ...options });
      const of = (/** @type {number | undefined} */ head) => Object.entries(shapes[stage]).map(([name, dims]) => tensor(stage, name, dims, { ...options, head }));
      return stage === "attention.mask" && options.head === undefined ? allHeads(Array.from({ length: info.heads }, (_, head) => of(head)[0])) : of(options.head);
    },
    async lens(options) {
      await answered({ stage: "lens", ...options });
      return Array.from({ length: info.layers }, (_, layer) => ({
        layer,
        top: [{ id: layer < 3 ? 7 : 900, text: layer < 3 ? " a" : " Paris", logit: 9, probability: (layer + 1) / 7 }],
        rank: layer < 3 ? 40 - layer : 0,
        probability: layer / 8,
      }));
    },
    async candidates(options) {
      await answered({ stage: "candidates", ...options });
      const rows = Array.from({ length: options.count }, (_, rank) => ({ id: 900 + rank, text: ` word${rank}`, logit: Math.fround(9 - rank / 7), probability: Math.fround(0.5 ** (rank + 1)), rank }));
      return { total: info.vocabulary, sum: 1, entropy: 1.5, perplexity: Math.exp(1.5), rows };
    },
    async answerChanged() {
      await answered({ stage: "answerChanged" });
      return { layer: 3, position: prompt - 1, stage: "layers" };
    },
  };
  return { run, asked, control };
}

/** An event of a stage, as the engine reports it. */
export function eventOf(stage, { layer, position, step, prompt }) {
  const top = [0.62, 0.11, 0.04, 0.02, 0.01].map((probability, i) => ({ id: 900 + i, text: [" Paris", " the", " a", " Lyon", "\ufffd"][i], logit: Math.fround(9.1 - i), probability: Math.fround(probability) }));
  const filter = { parameter: 0.7, kept: 40, removed: 2960, removedProbability: 0.0123456789, top };
  const ids = prompt.map(({ id }) => id);
  const details = {
    prompt: { text: prompt.map(({ text }) => text).join("") },
    tokenize: { pieces: prompt, count: prompt.length },
    ids: { ids, count: ids.length },
    embed: { id: ids.at(-1), text: prompt.at(-1).text },
    "attention.mask": { head: 0, top: prompt.slice(0, 3).map(({ text }, i) => ({ position: i, weight: Math.fround(0.5 / (i + 1)), text })) },
    mlp: { before: Math.fround(4.31), after: Math.fround(4.3), active: Math.fround(0.21) },
    head: { top },
    softmax: { sum: 1.0000000123, largest: top[0].probability },
    distribution: { top, restProbability: 0.2, restCount: info.vocabulary - 5 },
    "decode.temperature": filter, "decode.top_k": { ...filter, parameter: 40 }, "decode.top_p": { ...filter, parameter: 0.9 },
    "decode.sample": { random: 0.337, kept: 12, ...top[0] },
    "decode.stop": { reason: "" },
    select: { ...top[0], sampled: 0.8, random: 0.337, rank: 0 },
    append: { ids: [...ids, 900], count: ids.length + 1 },
    generation: { step, context: "the capital of France?", text: ["\u202e", " Paris"][step % 2], id: 900, probability: 0.45 },
    loop: { step: 0, cached: ids.length, reason: "" },
  };
  return { type: "stage", stage, layer, position, step, tokens: step === 0 ? prompt.length : 1, time: 0, shape: [], values: new Float32Array(), detail: details[stage] ?? null };
}
