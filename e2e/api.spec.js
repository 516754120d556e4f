// The JavaScript API, in the browser, on the default model.
import { readFileSync } from "node:fs";
import { expect, openAPI, test } from "./fixtures.js";

const [golden, ...others] = JSON.parse(readFileSync(new URL("golden-ids.json", import.meta.url), "utf8"));
const manifest = JSON.parse(readFileSync("models/manifest.json", "utf8"));
const question = "What is the capital of France?";

test.beforeEach(({ page }) => openAPI(page));

for (const simd of [true, false]) {
  test(`gives the native ids, ${simd ? "SIMD" : "portable"}`, async ({ page }) => {
    const { info, runs } = await page.evaluate(
      async ({ runs, simd }) => {
        const engine = await vitrine.createEngine({ simd });
        const results = [];
        for (const { prompt, options } of runs) results.push(await engine.generate(prompt, options).result);
        engine.close();
        return { info: engine.info, runs: results };
      },
      { runs: golden.runs, simd },
    );
    expect(info.simd).toBe(simd);
    for (const [i, { promptIds, ids, text, finishReason }] of golden.runs.entries()) {
      expect(runs[i]).toMatchObject({ promptIds, ids, text, finishReason });
    }
  });
}

test("gives the native ids with every model of the site", async ({ page }) => {
  for (const { model, runs } of others) {
    const { name, results } = await page.evaluate(
      async ({ model, runs }) => {
        const engine = await vitrine.createEngine({ model });
        const results = [];
        for (const { prompt, options } of runs) results.push(await engine.generate(prompt, options).result);
        engine.close();
        return { name: engine.info.name, results };
      },
      { model: `models/${model}`, runs },
    );
    expect(name).toBe(manifest.models.find(({ url }) => url === model).name);
    for (const [i, { promptIds, ids, text, finishReason }] of runs.entries()) {
      expect(results[i], model).toMatchObject({ promptIds, ids, text, finishReason });
    }
  }
  expect(others.map(({ model }) => model)).toEqual(manifest.models.slice(1).map(({ url }) => url));
});

test("describes the model", async ({ page }) => {
  const info = await page.evaluate(async () => (await vitrine.createEngine()).info);
  expect(info).toMatchObject({
    architecture: "gpt2",
    layers: 6,
    heads: 6,
    embedding: 192,
    context: 256,
    vocabulary: 8192,
    activation: "gelu_new",
    position: "learned",
    epsilon: Math.fround(1e-5),
    tiedHead: true,
    weights: "Q8_0",
    simd: true,
  });
  // Both tables, then per layer four matrices of 12 C^2 in all, their biases (9 C) and two norms (4 C), and the last norm.
  const { vocabulary, context, layers, embedding: c } = info;
  expect(info.parameters).toBe((vocabulary + context) * c + layers * (12 * c * c + 13 * c) + 2 * c);
  expect(info.url).toContain("/models/");
  expect(info.bytes).toBeGreaterThan(info.parameters);
});

test("answers the question", async ({ page }) => {
  const result = await page.evaluate(async (question) => {
    const engine = await vitrine.createEngine();
    return engine.generate(question, { temperature: 0, maxTokens: 12 }).result;
  }, question);
  expect(result.text).toContain("Paris");
  expect(result.tokensPerSecond).toBeGreaterThan(0);
  expect(result.promptMs).toBeGreaterThan(0);
});

test("a run without stages gives the same tokens and nothing else", async ({ page }) => {
  const { kinds, ids, same } = await page.evaluate(async (question) => {
    const engine = await vitrine.createEngine();
    const options = { temperature: 0.9, seed: 4, maxTokens: 6, ignoreEos: true };
    const kinds = [];
    const run = engine.generate(question, { ...options, stages: false });
    for await (const { type } of run) kinds.push(type);
    return { kinds, ids: (await run.result).ids, same: (await engine.generate(question, options).result).ids };
  }, question);
  expect(kinds).toEqual([...Array(6).fill("token"), "done"]);
  expect(ids).toEqual(same);
});

test("a live run hands over a step that it describes in one piece, or one a frame", async ({ page }) => {
  const steps = await page.evaluate(async (question) => {
    const engine = await vitrine.createEngine();
    /** In how many batches each described step came, and what it took, but for the first step and the last. */
    const steps = [];
    for (let seed = 0; steps.length < 5; seed++) {
      const told = new Map();
      const run = engine.generate(question, { temperature: 1, seed, maxTokens: 240, ignoreEos: true, stages: "live" });
      for await (const events of run.batches()) {
        const stages = events.filter((event) => event.type === "stage" && event.stage !== "generation");
        for (const { step, time } of stages) told.set(step, { step, from: time, ...told.get(step), to: time });
        for (const step of new Set(stages.map((event) => event.step))) told.get(step).batches = (told.get(step).batches ?? 0) + 1;
      }
      steps.push(...[...told.values()].filter(({ step }) => step > 0 && step < 239));
    }
    return steps;
  }, question);
  for (const { batches, from, to } of steps) expect(batches).toBeLessThanOrEqual(1 + Math.floor((to - from + 2) / 16));
});

test("a live run reports some steps whole, and the last one as a run with all stages does", { tag: "@alone" }, async ({ page }) => {
  const { live, all, batches } = await page.evaluate(async (question) => {
    const engine = await vitrine.createEngine();
    const options = { temperature: 0.9, seed: 4, maxTokens: 150, ignoreEos: true };
    const plain = (event) => (event.type === "stage" ? { ...event, values: [...event.values], time: 0 } : event);
    const live = [];
    let batches = 0;
    for await (const events of engine.generate(question, { ...options, stages: "live" }).batches()) {
      batches++;
      live.push(...events.map(plain));
    }
    const all = [];
    for await (const event of engine.generate(question, options)) all.push(plain(event));
    return { live, all, batches };
  }, question);
  const stages = (events, step) => events.filter((event) => event.type === "stage" && event.step === step);
  const tokens = (events) => events.filter((event) => event.type === "token");
  expect(tokens(live)).toEqual(tokens(all));
  expect(batches).toBeLessThan(live.length / 4);

  // What is reported is what a run with all stages reports, and of every step at least the stage generation.
  const at = (event) => `${event.step} ${event.stage} ${event.layer}`;
  const known = new Map(all.filter((event) => event.type === "stage").map((event) => [at(event), event]));
  for (const event of live) if (event.type === "stage") expect(event).toEqual(known.get(at(event)));
  const brief = [];
  for (let step = 0; step < 150; step++) {
    const names = stages(live, step).map((event) => event.stage);
    expect(names).toContain("generation");
    if (names.length === 1) brief.push(step);
  }
  expect(brief.length).toBeGreaterThan(75); // the model is faster than anybody looks

  // The first and the last are whole: every stage that a step has, and at least the last layer.
  for (const step of [0, 149]) {
    const names = (events) => [...new Set(stages(events, step).map((event) => event.stage))].sort();
    expect(names(live)).toEqual(names(all));
    expect(stages(live, step).filter((event) => event.stage === "mlp").at(-1).layer).toBe(5);
  }
});

test("a live run that is slowed down reports everything", async ({ page }) => {
  const [live, all] = await page.evaluate(async (question) => {
    const engine = await vitrine.createEngine();
    const lists = [];
    for (const stages of ["live", true]) {
      const names = [];
      for await (const event of engine.generate(question, { temperature: 0, maxTokens: 2, pace: 1, stages })) {
        if (event.type === "stage") names.push(`${event.step} ${event.stage} ${event.layer}`);
      }
      lists.push(names);
    }
    return lists;
  }, question);
  expect(live).toEqual(all);
});

test("reports every stage in order, with values that agree", async ({ page }) => {
  const { events, info, logits } = await page.evaluate(async (question) => {
    const engine = await vitrine.createEngine();
    const events = [];
    for await (const event of engine.generate(question, { temperature: 0.7, topK: 20, topP: 0.9, seed: 3, maxTokens: 3, ignoreEos: true })) {
      events.push(event.values ? { ...event, values: [...event.values] } : event);
    }
    return { events, info: engine.info, logits: [...(await engine.logits(question))] };
  }, question);

  const layer = [
    "layers", "ln1", "attention", "attention.qkv", "attention.scores", "attention.scale", "attention.mask",
    "attention.mix", "residual1", "ln2", "mlp", "residual2",
  ];
  const pass = [
    "ids", "embed", "position", ...Array(info.layers).fill(layer).flat(), "final", "head", "softmax", "distribution",
    "decode", "decode.temperature", "decode.top_k", "decode.top_p", "decode.sample", "decode.stop",
    "select", "append", "loop", "generation",
  ];
  const stages = events.filter((event) => event.type === "stage");
  expect(stages.map((event) => event.stage)).toEqual(["prompt", "tokenize", ...pass, ...pass, ...pass]);
  const times = stages.map((event) => event.time);
  expect(times).toEqual([...times].sort((a, b) => a - b));

  const done = events.at(-1);
  expect(done.type).toBe("done");
  const tokens = events.filter((event) => event.type === "token");
  expect(tokens.map((event) => event.id)).toEqual(done.ids);
  expect(tokens.map((event) => event.text).join("")).toBe(done.text);
  const of = (name) => stages.filter((event) => event.stage === name);
  expect(of("select").map((event) => event.detail.id)).toEqual(done.ids);
  expect(of("select").map((event) => event.detail.probability)).toEqual(tokens.map((event) => event.probability));
  expect(of("tokenize")[0].detail.pieces.map((piece) => piece.id)).toEqual(done.promptIds);
  expect(of("append").at(-1).detail.count).toBe(done.promptIds.length + 3);
  expect(of("decode.top_k")[0].detail).toMatchObject({ parameter: 20, kept: 20, removed: info.vocabulary - 20 });
  expect(of("attention.mask").every((event) => event.detail.top[0].weight > 0 && event.detail.top[0].weight <= 1)).toBe(true);

  // The numbers shown are those of engine.logits for the same prompt.
  const head = of("head")[0];
  expect(head.values).toEqual(logits.slice(0, head.values.length));
  const largest = logits.map((logit, id) => ({ id, logit })).sort((a, b) => b.logit - a.logit).slice(0, 5);
  expect(head.detail.top.map(({ id, logit }) => ({ id, logit }))).toEqual(largest);
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - largest[0].logit), 0);
  const { top, restProbability, restCount } = of("distribution")[0].detail;
  // float32 softmax over 8192 values against float64: a few ulps of each term.
  top.forEach((candidate, i) => expect(candidate.probability).toBeCloseTo(Math.exp(largest[i].logit - largest[0].logit) / sum, 5));
  expect(top.reduce((total, candidate) => total + candidate.probability, restProbability)).toBeCloseTo(1, 5);
  expect(restCount).toBe(info.vocabulary - top.length);
});

test("tokenizes any text and gives the bytes back", async ({ page }) => {
  const texts = [question, "", " ", "naïve café\n\n\t日本語 🙂 it's 3 o'clock", "a\u0000b", "e\u0301"];
  const pieces = await page.evaluate(async (texts) => {
    const engine = await vitrine.createEngine();
    const all = [];
    for (const text of texts) all.push((await engine.tokenize(text)).map((piece) => ({ ...piece, bytes: [...piece.bytes] })));
    return all;
  }, texts);
  texts.forEach((text, i) => {
    const bytes = pieces[i].flatMap((piece) => piece.bytes);
    expect(new TextDecoder().decode(Uint8Array.from(bytes))).toBe(text);
  });
  expect(pieces[0].map((piece) => piece.id)).toEqual(golden.runs[0].promptIds);
  expect(pieces[0].map((piece) => piece.text).join("")).toBe(question);
});

test("takes ids as well as text, and a Blob, bytes or an address as the model", async ({ page }) => {
  const outcome = await page.evaluate(async (ids) => {
    const buffer = await (await fetch(model)).arrayBuffer();
    const results = [];
    for (const source of [model, new URL(model), new Blob([buffer]), new File([buffer], "tiny.gguf"), buffer]) {
      const progress = [];
      const engine = await vitrine.createEngine({ model: source, onProgress: (p) => progress.push(p) });
      const { ids: generated, promptIds } = await engine.generate(ids, { temperature: 0, maxTokens: 4 }).result;
      const last = progress.filter((p) => p.phase === "model").at(-1);
      results.push({ generated, promptIds, progress: last, bytes: engine.info.bytes });
      engine.close();
    }
    return results;
  }, golden.runs[0].promptIds);
  expect(outcome).toHaveLength(5);
  for (const { generated, promptIds, progress, bytes } of outcome) {
    expect(generated).toEqual(golden.runs[0].ids.slice(0, 4));
    expect(promptIds).toEqual(golden.runs[0].promptIds);
    expect(progress).toEqual({ phase: "model", loaded: bytes, total: bytes });
  }
});

test("ends a run that is aborted, and serves the next one", async ({ page }) => {
  const { aborted, early, next } = await page.evaluate(async () => {
    const engine = await vitrine.createEngine();
    const controller = new AbortController();
    const run = engine.generate("Once upon a time", { maxTokens: 200, ignoreEos: true, signal: controller.signal });
    let tokens = 0;
    for await (const event of run) if (event.type === "token" && ++tokens === 3) controller.abort();
    const early = await engine.generate("Once", { maxTokens: 200, ignoreEos: true, signal: AbortSignal.abort() }).result;
    const next = await engine.generate("Once", { maxTokens: 5, ignoreEos: true }).result;
    return { aborted: await run.result, early, next };
  });
  expect(aborted.finishReason).toBe("aborted");
  expect(aborted.ids.length).toBeGreaterThanOrEqual(3);
  expect(aborted.ids.length).toBeLessThan(200);
  expect(early.finishReason).toBe("aborted");
  expect(early.ids.length).toBeLessThan(200);
  expect(next).toMatchObject({ finishReason: "length" });
});

test("a live run that is aborted ends with a whole step", async ({ page }) => {
  const { result, counts } = await page.evaluate(async (question) => {
    const engine = await vitrine.createEngine();
    const controller = new AbortController();
    const run = engine.generate(question, { temperature: 1, maxTokens: 240, ignoreEos: true, stages: "live", signal: controller.signal });
    /** @type {Set<string>[]} by step */
    const names = [];
    for await (const event of run) {
      if (event.type === "token") controller.abort();
      if (event.type === "stage") (names[event.step] ??= new Set()).add(event.stage);
    }
    return { result: await run.result, counts: names.map((set) => set.size) };
  }, question);
  expect(["aborted", "length"]).toContain(result.finishReason); // the model may be faster than the message
  expect(counts[0]).toBe(31);
  expect(counts[result.ids.length - 1]).toBeGreaterThanOrEqual(29); // all but prompt and tokenize
});

test("ends a run whose loop is left early", async ({ page }) => {
  const { left, next } = await page.evaluate(async () => {
    const engine = await vitrine.createEngine();
    const run = engine.generate("Once upon a time", { maxTokens: 200, ignoreEos: true });
    for await (const event of run) if (event.type === "token") break;
    return { left: await run.result, next: await engine.generate("Once", { maxTokens: 2, ignoreEos: true }).result };
  });
  expect(left.finishReason).toBe("aborted");
  expect(left.ids.length).toBeLessThan(200);
  expect(next.ids).toHaveLength(2);
});

test("serves runs that were started together one after another", async ({ page }) => {
  const [a, b] = await page.evaluate(async (question) => {
    const engine = await vitrine.createEngine();
    const options = { temperature: 0, maxTokens: 6 };
    return Promise.all([engine.generate(question, options).result, engine.generate(question, options).result]);
  }, question);
  expect(a.ids).toEqual(b.ids);
});

test("stops for a text, for the length and for the context", async ({ page }) => {
  const { full, stopped, context } = await page.evaluate(async (question) => {
    const engine = await vitrine.createEngine();
    const full = await engine.generate(question, { temperature: 0, maxTokens: 6 }).result;
    const stop = full.text.slice(2, 5); // begins and ends inside tokens
    const stopped = await engine.generate(question, { temperature: 0, maxTokens: 6, stop }).result;
    const prompt = Array(engine.info.context - 3).fill(full.promptIds[0]);
    const context = await engine.generate(prompt, { maxTokens: 50, ignoreEos: true }).result;
    return { full, stopped: { ...stopped, stop }, context };
  }, question);
  expect(full.finishReason).toBe("length");
  expect(stopped.finishReason).toBe("stop");
  expect(stopped.text).toBe(full.text.slice(0, full.text.indexOf(stopped.stop)));
  expect(context.finishReason).toBe("context");
  expect(context.promptIds.length + context.ids.length).toBeLessThanOrEqual(257);
});

test("never chooses a banned token", async ({ page }) => {
  const { first, other } = await page.evaluate(async (question) => {
    const engine = await vitrine.createEngine();
    const [first] = (await engine.generate(question, { temperature: 0, maxTokens: 1 }).result).ids;
    const [other] = (await engine.generate(question, { temperature: 0, maxTokens: 1, banned: [first] }).result).ids;
    return { first, other };
  }, question);
  expect(other).not.toBe(first);
});

test("closes: what is under way and what comes later rejects", async ({ page }) => {
  const codes = await page.evaluate(async () => {
    const { createEngine, VitrineError } = vitrine;
    const engine = await createEngine();
    const code = (promise) => promise.then(() => "none", (error) => (error instanceof VitrineError ? error.code : String(error)));
    const pending = code(engine.generate("Once", { maxTokens: 200, ignoreEos: true }).result);
    engine.close();
    engine.close();
    return [await pending, await code(engine.tokenize("a")), await code(engine.logits("a")), await code(engine.generate("a").result)];
  });
  expect(codes).toEqual(["closed", "closed", "closed", "closed"]);
});

test("stops loading when its signal is aborted", async ({ page }) => {
  const { before, during } = await page.evaluate(async () => {
    const reason = new Error("enough");
    const caught = (promise) => promise.then(() => "loaded", (error) => error === reason);
    const before = await caught(vitrine.createEngine({ signal: AbortSignal.abort(reason) }));
    const controller = new AbortController();
    const during = await caught(vitrine.createEngine({ signal: controller.signal, onProgress: () => controller.abort(reason) }));
    return { before, during };
  });
  expect({ before, during }).toEqual({ before: true, during: true });
});
