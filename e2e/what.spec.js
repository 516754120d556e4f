// What if, and what it costs: switches, comparisons, sweeps and costs by the API, in the browser, on the default model.
import { expect, openEngine, test } from "./fixtures.js";

test.beforeEach(async ({ page }) => {
  await openEngine(page);
  await page.evaluate(() => {
    globalThis.offs = [{ off: "head", layer: 2, head: 1 }, { off: "mlp", layer: 0 }, { scale: 0.5, layer: 1, head: 3 }, { activation: "relu" }];
  });
});

test("a run with switches, and one that gets them where it stands", async ({ page }) => {
  const got = await page.evaluate(async () => {
    const plain = (await engine.generate(prompt, sampled).result).ids;
    const whole = engine.generate(prompt, { ...sampled, switches: offs });
    const changed = (await whole.result).ids;

    const run = engine.generate(prompt, { ...sampled, breakpoints: [{ stage: "attention.mix", layer: 2, position: 5 }] });
    while (run.state !== "paused") await new Promise((resolve) => setTimeout(resolve, 10));
    const zeros = async () => {
      const [mix] = await run.inspect("attention.mix", { head: 1 });
      return mix.data.every((value) => value === 0);
    };
    const before = await zeros();
    await run.setSwitches(offs);
    const { stage, layer, position, tokens } = run.at;
    const after = await zeros();
    const switches = run.switches;
    await run.setBreakpoints([]);
    run.resume();
    const { ids } = await run.result;
    const choices = plain.slice(0, 2).map((id, i) => ({ position: 4 + i, id }));
    const fresh = (await engine.generate(prompt, { ...sampled, choices, switches: offs }).result).ids;

    // After the end: the numbers change, the ids do not.
    const [row] = (await run.candidates({ position: 5, count: 1 })).rows;
    await run.setSwitches([]);
    const [other] = (await run.candidates({ position: 5, count: 1 })).rows;
    return { plain, changed, of: whole.switches, switches, before, after, at: { stage, layer, position, tokens }, ids, fresh, state: run.state, logits: [row.logit, other.logit] };
  });
  expect(got.changed).not.toEqual(got.plain);
  expect(got.of).toEqual(got.switches);
  expect(got.switches).toHaveLength(4);
  expect(got).toMatchObject({ before: false, after: true, at: { stage: "attention.mix", layer: 2, position: 5, tokens: 1 }, state: "ended" });
  expect(got.ids).toEqual(got.fresh);
  expect(got.ids.slice(0, 2)).toEqual(got.plain.slice(0, 2));
  expect(got.logits[0]).not.toBe(got.logits[1]);
});

test("all heads off is attention off", async ({ page }) => {
  const got = await page.evaluate(async () => {
    const sums = [];
    for (const switches of [[0, 1, 2, 3, 4, 5].map((head) => ({ off: "head", layer: 3, head })), [{ off: "attention", layer: 3 }], [{ off: "mlp", layer: 3 }]]) {
      const run = engine.generate(prompt, { ...sampled, maxTokens: 1, switches });
      await run.result;
      const [sum] = await run.inspect("residual1", { layer: 3, position: 3 });
      const [x] = await run.inspect("residual2", { layer: 2, position: 3 });
      const [out] = await run.inspect("residual2", { layer: 3, position: 3 });
      sums.push([sum.data.join() === x.data.join(), sum.data.join() === out.data.join(), out.data.join()]);
    }
    return { heads: engine.info.heads, same: sums[0][2] === sums[1][2], sums: sums.map(([attention, mlp]) => [attention, mlp]) };
  });
  expect(got).toEqual({ heads: 6, same: true, sums: [[true, false], [true, false], [false, true]] });
});

test("compares without touching the run, at the numbers of other runs", async ({ page }) => {
  const got = await page.evaluate(async () => {
    const untouched = (await engine.generate(prompt, sampled).result).ids;
    const run = engine.generate(prompt, { ...sampled, breakpoints: [{ stage: "ln2", layer: 4, position: 5 }] });
    while (run.state !== "paused") await new Promise((resolve) => setTimeout(resolve, 10));
    const compared = await run.compare({ switches: offs });
    const earlier = await run.compare({ switches: offs, position: 3 });
    const none = await run.compare({ switches: [] });
    const ids = [...(await engine.tokenize(prompt)).map(({ id }) => id), ...untouched];
    const top = async (n, switches) => {
      const other = engine.generate(ids.slice(0, n), { ...sampled, maxTokens: 1, switches });
      await other.result;
      return (await other.candidates({ count: 10, position: n - 1 })).rows.map(({ rank, special, ...row }) => row);
    };
    const tops = [await top(6, []), await top(6, offs)];
    // The divergence of whole distributions, from the logits.
    const before = await engine.logits(ids.slice(0, 6));
    const other = engine.generate(ids.slice(0, 6), { ...sampled, maxTokens: 1, switches: offs });
    await other.result;
    const [{ data: after }] = await other.inspect("head", { position: 5 });
    const normal = (logits) => {
      const total = Math.log(logits.reduce((sum, x) => sum + Math.exp(x), 0));
      return Float64Array.from(logits, (x) => x - total);
    };
    const [p, q] = [normal(before), normal(after)];
    const kl = p.reduce((sum, x, i) => sum + Math.exp(x) * (x - q[i]), 0);
    const still = run.at.stage;
    await run.setBreakpoints([]);
    run.resume();
    return { compared, earlier, none, tops, kl, still, untouched, ids: (await run.result).ids, id: untouched[0] };
  });
  expect(got.compared.before).toEqual(got.tops[0]);
  expect(got.compared.after).toEqual(got.tops[1]);
  expect(got.compared.position).toBe(5);
  expect(got.compared.kl).toBeGreaterThan(0.01);
  expect(got.compared.kl).toBeCloseTo(got.kl, 6);
  expect(got.compared.final).toMatchObject({ id: got.tops[0][0].id, before: got.tops[0][0].probability });
  expect(got.earlier.final.id).toBe(got.id);
  expect(got.none).toMatchObject({ kl: 0, after: got.none.before });
  expect(got.still).toBe("ln2");
  expect(got.ids).toEqual(got.untouched);
});

test("a sweep is its single comparisons, tells how far it is, and stops", async ({ page }) => {
  const got = await page.evaluate(async () => {
    const run = engine.generate(prompt, { ...sampled, maxTokens: 2, switches: [{ off: "mlp", layer: 5 }] });
    await run.result;
    const told = [];
    const heads = await run.sweep({ position: 3, onProgress: (progress) => told.push(progress) });
    const mlps = await run.sweep({ what: "mlp", position: 3 });
    const differ = [];
    for (const [sweep, { layer, head, kl, after, change }] of [heads, mlps].flatMap((sweep) => sweep.effects.map((effect) => [sweep, effect]))) {
      const off = head < 0 ? { off: sweep.what, layer } : { off: "head", layer, head };
      const one = await run.compare({ switches: [...run.switches, off], position: 3 });
      if (kl !== one.kl || after !== one.final.after || change !== one.final.after - one.final.before || sweep.final.before !== one.final.before) differ.push(off);
    }
    const controller = new AbortController();
    let steps = 0;
    const stopped = await run
      .sweep({ position: 3, signal: controller.signal, onProgress: () => ++steps === 3 && controller.abort(new Error("enough")) })
      .catch(({ message }) => message);
    return { differ, told, heads, mlps, steps, stopped, ids: (await run.result).ids.length, state: run.state };
  });
  expect(got.differ).toEqual([]);
  expect(got.heads.effects.map(({ layer, head }) => 6 * layer + head)).toEqual(Array.from({ length: 36 }, (_, i) => i));
  expect(got.told).toEqual(got.heads.effects.map((effect, i) => ({ done: i + 1, total: 36, final: got.heads.final, effect })));
  expect(new Set(got.heads.effects.map(({ kl }) => kl)).size).toBe(36);
  expect(got.mlps.effects.map(({ layer, head }) => [layer, head])).toEqual([0, 1, 2, 3, 4, 5].map((layer) => [layer, -1]));
  expect(got.mlps.effects[5].kl).toBe(0); // it is off already
  expect(got).toMatchObject({ steps: 3, stopped: "enough", ids: 2, state: "ended" });
});

test("what a step costs, and how that grows without a cache", async ({ page }) => {
  const got = await page.evaluate(async () => {
    const cached = engine.generate(prompt, sampled);
    const { ids } = await cached.result;
    const whole = engine.generate(prompt, { ...sampled, cache: false });
    const tokens = [];
    for await (const event of whole) if (event.type === "stage" && event.stage === "embed") tokens.push(event.tokens);
    const loops = [];
    for (const position of [3, 4, 8]) loops.push({ with: await cached.cost({ position }), without: await whole.cost({ position }) });
    return { ids, without: (await whole.result).ids, tokens, loops, last: await cached.cost(), inside: await cached.cost({ position: 2 }).catch(({ code }) => code) };
  });
  expect(got.without).toEqual(got.ids);
  expect(got.tokens).toEqual([4, 5, 6, 7, 8, 9]);
  const [first, second, last] = got.loops;
  expect([first.with.tokens, second.with.tokens, last.with.tokens]).toEqual([4, 1, 1]);
  expect([first.without.tokens, second.without.tokens, last.without.tokens]).toEqual([4, 5, 9]);
  expect(got.last).toMatchObject({ position: 8, tokens: 1, multiplyAdds: last.with.multiplyAdds });
  expect(got.inside).toBe("argument");
  const stages = last.with.stages;
  const sum = (/** @type {string} */ name) => stages.reduce((sum, stage) => sum + stage[name], 0);
  for (const name of ["multiplyAdds", "weightBytes", "cacheBytes"]) expect(last.with[name]).toBe(sum(name));
  expect(last.with.ms).toBeCloseTo(sum("ms"), 6);
  expect(last.with.ms).toBeGreaterThan(0);
  expect(stages[0].stage).toBe("embed");
  expect(stages.at(-1).stage).toBe("decode.sample");
  // 192 wide, 768 hidden units, 8192 tokens, 9 positions.
  const of = (/** @type {string} */ name) => stages.find(({ stage, layer }) => stage === name && layer <= 0).multiplyAdds;
  expect([of("attention.qkv"), of("attention.scores"), of("attention.mix"), of("mlp"), of("head")]).toEqual([3 * 192 * 192, 9 * 192, 9 * 192 + 192 * 192, 2 * 192 * 768, 192 * 8192]);
  expect(last.without.multiplyAdds).toBeGreaterThan(3 * last.with.multiplyAdds);
});

test("the mask is off on a prompt, and while generating without a cache", async ({ page }) => {
  const got = await page.evaluate(async () => {
    const switches = [{ off: "mask" }];
    const refused = await engine.generate(prompt, { ...sampled, switches }).result.catch(({ code, message }) => `${code}: ${message}`);
    const run = engine.generate(prompt, { ...sampled, maxTokens: 1, switches });
    await run.result;
    const [weights] = await run.inspect("attention.mask", { layer: 0, head: 0, position: 3 });
    const sums = [0, 1, 2, 3].map((row) => weights.data.slice(4 * row, 4 * row + 4).reduce((a, b) => a + b));
    const all = engine.generate(prompt, { ...sampled, switches, cache: false });
    const other = engine.generate(prompt, { ...sampled, paused: true });
    while (other.state !== "paused") await new Promise((resolve) => setTimeout(resolve, 10));
    const during = await other.setSwitches(switches).catch(({ code }) => code);
    const still = [other.state, other.switches.length];
    await other.goto({ position: 3, layer: 1, stage: "mlp" });
    const compared = await other.compare({ switches });
    return { refused, zeros: weights.data.filter((w) => w === 0).length, sums, ids: (await all.result).ids.length, during, still, kl: compared.kl };
  });
  expect(got.refused).toMatch(/^argument: .*mask.*cache: false/);
  expect(got).toMatchObject({ zeros: 0, ids: 6, during: "argument", still: ["paused", 0] });
  for (const sum of got.sums) expect(sum).toBeCloseTo(1, 5);
  expect(got.kl).toBeGreaterThan(0);
});

test("refuses what is no switch, with the field and what is wanted", async ({ page }) => {
  const got = await page.evaluate(async () => {
    const run = engine.generate(prompt, { ...sampled, paused: true });
    const said = [];
    for (const switches of [
      [{ off: "head", layer: 6, head: 0 }], [{ off: "mask" }, { off: "head", layer: 0 }], [{ off: "heads", layer: 0 }], [{ scale: Infinity, layer: 0, head: 0 }],
      [{ scale: 1, off: "mlp", layer: 0 }], [{}], [{ activation: "tanh" }], [{ of: "mlp", layer: 0 }], "mlp", [null], [{ scale: "2", layer: 0, head: 1 }],
    ]) {
      said.push(await run.setSwitches(switches).catch(({ code, message }) => `${code}: ${message}`));
      const failed = await engine.generate(prompt, { switches }).result.catch(({ code }) => code);
      if (failed !== "argument") said.push(`not refused by generate: ${failed}`);
    }
    for (const options of [{ what: "heads" }, { where: 1 }, { onProgress: 1 }]) said.push(await run.sweep(options).catch(({ code, message }) => `${code}: ${message}`));
    said.push(await engine.generate(prompt, { cache: 0 }).result.catch(({ code, message }) => `${code}: ${message}`));
    return { said, state: run.state };
  });
  expect(got.state).toBe("paused");
  expect(got.said).toEqual([
    "argument: switches[0].layer is 6, want a whole number from 0 to 5",
    "argument: switches[1].head is undefined, want a number",
    'argument: switches[0].off is "heads", want one of head, attention, mlp, mask, position',
    "argument: switches[0].scale is +Inf, want a finite number",
    "argument: switches[0] is { off, scale }, want one of { off }, { scale } and { activation }",
    "argument: switches[0] is none of them, want one of { off }, { scale } and { activation }",
    'argument: switches[0].activation is "tanh", want gelu_new, gelu or relu',
    'argument: there is no option "of": do you mean off?',
    'argument: switches is "mlp", want an array of switches',
    "argument: options is null, want an object like { off: ... }, or nothing",
    "argument: switches[0].scale is a text, want a number",
    'argument: what is "heads", want "head", "attention" or "mlp"',
    'argument: there is no option "where": there are what, position, signal, onProgress',
    "argument: onProgress is 1, want a function",
    "argument: cache is a number, want true or false",
  ]);
});
