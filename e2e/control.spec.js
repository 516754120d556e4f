// The control of a run by the API, in the browser, on the default model: stop, step, look, go back, branch.
import { expect, openEngine, test } from "./fixtures.js";

test.beforeEach(({ page }) => openEngine(page));

test("stands inside a layer before anything later has happened, and then goes on to the same end", async ({ page }) => {
  const got = await page.evaluate(async () => {
    const untouched = await engine.generate(prompt, sampled).result;
    const run = engine.generate(prompt, { ...sampled, breakpoints: [{ stage: "attention.mask", layer: 3 }] });
    const stops = [];
    const told = [];
    for await (const event of run) {
      if (event.type === "stage") told.push(event);
      if (event.type !== "paused") continue;
      const last = told.at(-1);
      stops.push([event.reason, event.stage, event.layer, event.position, last.stage, last.layer, last.step, event.description, run.state]);
      stops.push(await run.inspect("attention.mix", { layer: 3 }).catch(({ code }) => code));
      run.resume();
    }
    return { stops, untouched, result: await run.result, state: run.state };
  });
  const stops = Array.from({ length: 6 }, (_, step) => [
    ["breakpoint", "attention.mask", 3, 3 + step, "attention.mask", 3, step, `Paused at attention.mask, layer 4, token ${4 + step}: a breakpoint`, "paused"],
    "argument",
  ]).flat();
  expect(got.stops).toEqual(stops);
  expect({ ...got.result, tokensPerSecond: 0, promptMs: 0 }).toEqual({ ...got.untouched, tokensPerSecond: 0, promptMs: 0 });
  expect(got.state).toBe("ended");
});

test("steps over, into and out, by stage, layer and token, and back", async ({ page }) => {
  const got = await page.evaluate(async () => {
    const run = engine.generate(prompt, { ...sampled, paused: true });
    const where = (at) => at && `${at.position} ${at.layer} ${at.stage}`;
    const places = [];
    const go = async (method, options) => places.push(where(await run[method](options)));
    await go("pause");
    await go("goto", { position: 3, layer: 0, stage: "layers" });
    await go("step", { direction: "into" });
    await go("step", {});
    await go("step", { direction: "into" });
    await go("step", { direction: "out" });
    await go("step", { granularity: "layer" });
    await go("step", { granularity: "token" });
    await go("step", { granularity: "layer" });
    await go("step", { granularity: "layer", direction: "out" });
    await go("stepBack", {});
    await go("stepBack", { granularity: "layer" });
    await go("stepBack", { granularity: "layer" });
    await go("stepBack", { granularity: "token" });
    await go("stepBack", { granularity: "token" });
    await go("reverseContinue");
    await go("step", { granularity: "token", direction: "out" });
    return { places, ids: (await run.result).ids, untouched: (await engine.generate(prompt, sampled).result).ids };
  });
  expect(got.places).toEqual([
    "0 -1 prompt", "3 0 layers", "3 0 ln1", "3 0 attention", "3 0 attention.qkv", "3 0 residual1", "3 1 layers", "4 -1 ids", "4 0 layers",
    "4 -1 final", "4 5 residual2", "4 5 layers", "4 4 layers", "4 -1 ids", "0 -1 prompt", "0 -1 prompt", null,
  ]);
  expect(got.ids).toEqual(got.untouched);
});

test("shows the numbers that events had, of any earlier place, and the whole of what they showed in part", async ({ page }) => {
  const wrong = await page.evaluate(async () => {
    const run = engine.generate(prompt, sampled);
    const seen = [];
    for await (const event of run) if (event.type === "stage" && event.shape.length > 0) seen.push(event);
    const main = { embed: "rows", position: "sum", mlp: "output", head: "logits", softmax: "probabilities", residual1: "sum", residual2: "sum", ln1: "result", ln2: "result", final: "result" };
    const wrong = [];
    for (const { stage, layer, position, tokens, values, shape } of seen.filter(({ stage }) => stage in main)) {
      const [tensor] = (await run.inspect(stage, { position, layer: Math.max(0, layer) })).filter(({ name }) => name === main[stage]);
      const width = tensor.shape.at(-1);
      const row = tensor.data.subarray(tensor.data.length - width).slice(0, values.length);
      if (row.some((value, i) => !Object.is(value, values[i])) || width !== shape.at(-1)) wrong.push({ stage, layer, position });
    }
    // Of attention: one head, a window of rows, and the mass of each row.
    const [scores] = await run.inspect("attention.mask", { position: 8, layer: 2, head: 4, rows: [2, 9] });
    if (scores.shape.join() !== "7,9" || scores.from.join() !== "2,0") wrong.push(scores.shape, scores.from);
    for (let row = 0; row < 7; row++) {
      const weights = scores.data.slice(9 * row, 9 * row + 9);
      const sum = weights.reduce((a, b) => a + b);
      if (Math.abs(sum - 1) > 1e-5 || weights.slice(3 + row).some((weight) => weight !== 0)) wrong.push({ row, sum });
    }
    const lens = await run.lens({ position: 6 });
    const { rows } = await run.candidates({ position: 6, count: 1 });
    if (lens.length !== 6 || lens.at(-1).top[0].id !== rows[0].id || lens.at(-1).top[0].logit !== rows[0].logit) wrong.push(lens.at(-1), rows);
    const { layer, stage } = await run.answerChanged({ position: 6 });
    if (stage !== "residual2" || lens.slice(layer).some(({ top }) => top[0].id !== rows[0].id) || lens[layer - 1]?.top[0].id === rows[0].id) wrong.push(layer);
    return wrong;
  });
  expect(wrong).toEqual([]);
});

test("takes another token on a run that has ended, and goes on from there", async ({ page }) => {
  const got = await page.evaluate(async () => {
    const run = engine.generate(prompt, sampled);
    const one = (await run.result).ids;
    const { total, rows } = await run.candidates({ position: 5, search: "DOG", count: 3 });
    const events = [];
    await run.rewind(6);
    const [id] = rows.map(({ id }) => id);
    await run.choose(id);
    run.resume();
    for await (const event of run) if (event.type === "token" || event.type === "rewound") events.push(event);
    const two = await run.result;
    const late = await run.choose(1).catch(({ code, message }) => `${code}: ${message}`);
    const fresh = await engine.generate(prompt, { ...sampled, choices: [{ position: 6, id }] }).result;
    return { one, two: two.ids, fresh: fresh.ids, id, total, texts: rows.map(({ text }) => text), first: events[0], forced: events.filter(({ forced }) => forced).length, late };
  });
  expect(got.total).toBeGreaterThan(0);
  for (const text of got.texts) expect(text.toLowerCase()).toContain("dog");
  expect(got.two.slice(0, 2)).toEqual(got.one.slice(0, 2));
  expect(got.two[2]).toBe(got.id);
  expect(got.two).toEqual(got.fresh);
  expect(got.forced).toBe(1);
  expect(got.late).toMatch(/^argument: .*rewind/);
});

test("decodes again with other options, without and with a draw", async ({ page }) => {
  const got = await page.evaluate(async () => {
    const run = engine.generate(prompt, { ...sampled, breakpoints: [{ stage: "decode.top_k", position: 5 }] });
    await new Promise((resolve) => setTimeout(resolve, 0));
    while (run.state !== "paused") await new Promise((resolve) => setTimeout(resolve, 10));
    const look = await run.redecode({ topK: 2, topP: 1 });
    const still = run.at.stage;
    const drawn = await run.redecode({ temperature: 0, draw: true });
    const after = run.at?.stage;
    run.breakpoints = [];
    run.resume();
    return { kept: look.topK.kept, sample: look.sample, still, drawn: drawn.sample, after, ids: (await run.result).ids };
  });
  expect(got).toMatchObject({ kept: 2, sample: null, still: "decode.top_k", after: "decode.top_k" });
  expect(got.ids[2]).toBe(got.drawn.id);
  expect(got.drawn.random).toBe(-1);
});

test("two runs of one engine: one stands, the other goes", async ({ page }) => {
  const got = await page.evaluate(async () => {
    const first = engine.generate(prompt, { ...sampled, breakpoints: [{ stage: "mlp", layer: 1, position: 4 }] });
    while (first.state !== "paused") await new Promise((resolve) => setTimeout(resolve, 10));
    const second = engine.generate("The dog", sampled);
    const ids = (await second.result).ids.length;
    const tensor = await first.inspect("mlp");
    first.resume();
    return { ids, names: tensor.map(({ name }) => name), first: (await first.result).ids, untouched: (await engine.generate(prompt, sampled).result).ids };
  });
  expect(got.ids).toBe(6);
  expect(got.names).toEqual(["hidden", "activated", "output"]);
  expect(got.first).toEqual(got.untouched);
});

test("refuses a wrong condition with its column, before the run and during it", async ({ page }) => {
  const got = await page.evaluate(async () => {
    const failed = await engine.generate(prompt, { ...sampled, breakpoints: [{ stage: "distribution", condition: "entropy > 3 and probabilty < 0.5" }] }).result.catch(({ code, message }) => `${code}: ${message}`);
    const run = engine.generate(prompt, { ...sampled, paused: true });
    const during = await run.setBreakpoints([{ stage: "mlp", condition: "1 +" }]).catch(({ code }) => code);
    const unknown = await run.setBreakpoints([{ stage: "mlp", when: "1" }]).catch(({ message }) => message);
    await run.setBreakpoints([{ stage: "distribution", condition: "probability < 0.5", logMessage: "{top} has {probability}" }]);
    const logs = [];
    run.resume();
    for await (const event of run) if (event.type === "log") logs.push(event.message);
    run.close();
    const closed = await run.lens().catch(({ code }) => code);
    return { failed, during, unknown, logs: logs.length, log: logs[0], closed, state: run.state };
  });
  expect(got.failed).toMatch(/^argument: .*column 17.*probability/);
  expect(got).toMatchObject({ during: "argument", closed: "closed", state: "closed" });
  expect(got.unknown).toContain("condition");
  expect(got.logs).toBeGreaterThan(0);
  expect(got.log).toMatch(/ has 0\.\d+/);
});
