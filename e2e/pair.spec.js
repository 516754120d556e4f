// Two runs on one clock, of one engine and of two.
import { converted } from "./checkpoint.js";
import { complaints, literal } from "./declared.js";
import { expect, openAPI, openEngine, test } from "./fixtures.js";

test("two prompts step together, and two seeds part where their tokens do", async ({ page }) => {
  await openEngine(page);
  const seen = await page.evaluate(async () => {
    const { engine, sampled, vitrine } = globalThis;
    const runs = [engine.generate("Once upon a time", { ...sampled, paused: true }), engine.generate("The little dog ran to a tree in the", { ...sampled, paused: true })];
    const pair = vitrine.pairRuns(...runs);
    await pair.goto({ step: 0, layer: -1, stage: "prompt" });
    const stands = [pair.at];
    stands.push(await pair.step({ granularity: "layer" }), await pair.goto({ step: 1, layer: 2, stage: "mlp" }), await pair.stepBack());
    const positions = runs.map(({ at }) => at.position);
    const difference = await pair.difference("ln2");
    const rows = await Promise.all(runs.map(async (run) => (await run.inspect("ln2")).find(({ name }) => name === "result").data));
    const max = rows[0].reduce((most, v, i) => Math.max(most, Math.abs(v - rows[1][i])), 0);
    const softmax = await pair.difference("softmax", { step: 0 });
    await pair.resume();
    const [first, second] = [1, 2].map((seed) => engine.generate("Once upon a time", { ...sampled, temperature: 1, maxTokens: 12, seed }));
    const seeds = vitrine.pairRuns(first, second);
    const parting = await seeds.part();
    await seeds.resume();
    const texts = (await Promise.all([first.result, second.result])).map(({ ids }) => ids);
    const states = [...runs, first, second].map(({ state }) => state);
    await seeds.goto(parting);
    return { stands, positions, difference, max, softmax, parting, texts, states, at: [first.at, second.at].map(({ stage, step }) => ({ stage, step })) };
  });
  expect(seen.stands).toEqual([
    { step: 0, layer: -1, stage: "prompt" },
    { step: 0, layer: 0, stage: "layers" },
    { step: 1, layer: 2, stage: "mlp" },
    { step: 1, layer: 2, stage: "ln2" },
  ]);
  expect(seen.positions[1]).toBeGreaterThan(seen.positions[0]);
  expect(seen.difference).toMatchObject({ tensor: "result", max: seen.max, kl: null });
  expect(seen.max).toBeGreaterThan(0);
  expect(seen.softmax.kl).toBeGreaterThan(0);
  const [a, b] = seen.texts;
  const step = a.findIndex((id, i) => id !== b[i]);
  expect(seen.parting).toEqual({ step, layer: -1, stage: "select", positions: [3 + step, 3 + step], ids: [a[step], b[step]], difference: null });
  expect(seen.at).toEqual([{ stage: "select", step }, { stage: "select", step }]);
  expect(seen.states).toEqual(["ended", "ended", "ended", "ended"]);
});

test("float32 and int8 of one checkpoint part at the first stage over the bound, and their lenses are compared", async ({ page }, info) => {
  await openAPI(page);
  const [f32, q8] = converted("f32", "q8_0").map((bytes) => bytes.toString("base64"));
  const seen = await page.evaluate(async (files) => {
    const { vitrine } = globalThis;
    const engines = await Promise.all(files.map(async (file) => vitrine.createEngine({ model: Uint8Array.from(atob(file), (c) => c.charCodeAt(0)).buffer })));
    const runs = engines.map((engine) => engine.generate("ab ab ba", { temperature: 0, maxTokens: 3, ignoreEos: true }));
    const pair = vitrine.pairRuns(...runs);
    const places = [];
    await pair.part({ bound: Infinity, onProgress: (tick) => places.push(tick) });
    const first = places.filter(({ step }) => step === 0);
    const all = [];
    for (const { stage, layer } of first) all.push(await pair.difference(stage, { step: 0, layer }));
    const bound = [...all].map(({ relative }) => relative).sort((x, y) => x - y)[Math.floor(all.length / 2)];
    const parting = await pair.part({ bound });
    const kl = await pair.part({ bound: 0, by: "kl" });
    const agreement = await pair.agreement();
    const lenses = await Promise.all(runs.map((run) => run.lens({ position: 2 })));
    for (const engine of engines) engine.close();
    const gone = await pair.part().catch(({ code }) => code);
    return { first, all, bound, parting, kl, agreement, layers: lenses.map(({ length }) => length), gone };
  }, [f32, q8]);
  const over = seen.all.findIndex(({ relative }) => relative > seen.bound);
  expect(over).toBeGreaterThan(0);
  expect(seen.parting).toMatchObject({ ...seen.first[over], ids: null, difference: seen.all[over] });
  expect(seen.kl).toMatchObject({ step: 0, stage: "softmax" });
  expect(seen.agreement.layers.map(({ layer }) => layer)).toEqual([0, 1]);
  expect(seen.agreement.positions).toBeGreaterThan(4);
  for (const { same } of seen.agreement.layers) expect(same * seen.agreement.positions).toBeCloseTo(Math.round(same * seen.agreement.positions), 6);
  expect(seen.gone).toBe("closed");
  const values = [{ type: "V.Parting", value: literal(seen.parting) }, { type: "V.Agreement", value: literal(seen.agreement) }, { type: "V.Difference", value: literal(seen.all[0]) }];
  expect(complaints(values, info.outputPath("types"))).toEqual([]);
});
