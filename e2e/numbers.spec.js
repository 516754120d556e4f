// What is on screen is what the engine computed, at the moment that it says it is of; and the engine says what the
// declaration promises.
import { readFileSync } from "node:fs";
import { complaints, literal } from "./declared.js";
import { expect, openAPI, openPage, setting, speed, test } from "./fixtures.js";

const question = "What is the capital of France?";

test("every stage's event is what the declaration says, key by key", async ({ page }) => {
  test.slow();
  await openAPI(page);
  const all = await page.evaluate(async (question) => {
    const engine = await vitrine.createEngine();
    const plain = (value) => {
      if (value instanceof Float32Array) return { floats: [...value] };
      if (value instanceof Uint8Array) return { bytes: [...value] };
      if (Array.isArray(value)) return value.map(plain);
      if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]));
      return value;
    };
    const values = [];
    for (const options of [{ temperature: 0 }, { temperature: 0.8, topK: 9, topP: 0.9, seed: 1, head: 5, banned: [3] }]) {
      for await (const event of engine.generate(question, { ...options, maxTokens: 2 })) values.push({ type: "V.RunEvent", value: plain(event) });
    }
    for (const piece of await engine.tokenize("a é")) values.push({ type: "V.TokenPiece", value: plain(piece) });
    values.push({ type: "V.EngineInfo", value: plain(engine.info) });
    return values;
  }, question);
  const names = [...readFileSync("web/vitrine.d.ts", "utf8").match(/type StageName =([^;]+);/)[1].matchAll(/"([\w.]+)"/g)].map(([, name]) => name);
  expect([...new Set(all.flatMap(({ value }) => value.stage ?? []))].sort()).toEqual([...names].sort());
  expect(complaints(all.map(({ type, value }) => ({ type, value: literal(value) })), test.info().outputPath())).toEqual([]);
});

test("sums are added up", async ({ page }) => {
  await openAPI(page);
  const { softmax, distribution, probabilities } = await page.evaluate(async (question) => {
    const engine = await vitrine.createEngine();
    const found = {};
    for await (const event of engine.generate(question, { temperature: 0, maxTokens: 1 })) found[event.stage] = event.detail;
    const logits = await engine.logits(question);
    const largest = logits.reduce((a, b) => Math.max(a, b));
    const weights = [...logits].map((logit) => Math.exp(logit - largest));
    const all = weights.reduce((a, b) => a + b);
    return { softmax: found.softmax, distribution: found.distribution, probabilities: weights.map((weight) => weight / all) };
  }, question);
  const ranked = [...probabilities].sort((a, b) => b - a);
  const rest = ranked.slice(5).reduce((a, b) => a + b);
  expect(softmax.largest).toBeCloseTo(ranked[0], 5);
  expect(Math.abs(softmax.sum - 1)).toBeLessThan(1e-5);
  const top = distribution.top.reduce((sum, { probability }) => sum + probability, 0);
  expect(Math.abs(distribution.restProbability - rest) / rest).toBeLessThan(1e-4);
  expect(Math.abs(top + distribution.restProbability - softmax.sum)).toBeLessThan(1e-12);
});

test("the stages of a layer report one head, which can be changed while a run goes on", async ({ page }) => {
  await openAPI(page);
  const { events, errors, same } = await page.evaluate(async (question) => {
    const engine = await vitrine.createEngine();
    const attention = (event) => event.type === "stage" && event.stage.startsWith("attention");
    const key = ({ step, layer, stage }) => `${step} ${layer} ${stage}`;
    const byHead = [];
    for (let head = 0; head < engine.info.heads; head++) {
      const found = new Map();
      for await (const event of engine.generate(question, { temperature: 0, maxTokens: 3, head })) if (attention(event)) found.set(key(event), event);
      byHead.push(found);
    }
    const events = [];
    let same = true;
    const run = engine.generate(question, { temperature: 0, maxTokens: 3, head: 1, pace: 4 });
    for await (const event of run) {
      if (!attention(event)) continue;
      if (event.stage === "attention.scores") run.setHead((event.detail.head + 1) % engine.info.heads);
      events.push({ layer: event.layer, step: event.step, head: event.detail.head });
      const { values, detail } = byHead[event.detail.head].get(key(event));
      same &&= String(values) === String(event.values) && JSON.stringify(detail) === JSON.stringify(event.detail);
      for (const [other, found] of byHead.entries()) {
        const differs = String(found.get(key(event)).values) !== String(values);
        if (event.stage !== "attention" && other !== event.detail.head && !differs) throw new Error(`head ${other} has the numbers of head ${event.detail.head} in ${key(event)}`);
      }
    }
    const errors = [];
    for (const head of [-1, 0.5, engine.info.heads]) errors.push(await engine.generate("a", { head }).result.then(() => "none", ({ code, message }) => `${code}: ${message}`));
    return { events, errors, same };
  }, question);
  expect(same).toBe(true);
  const heads = new Map();
  for (const { step, layer, head } of events) {
    const known = heads.get(`${step} ${layer}`) ?? head;
    expect(head, `step ${step}, layer ${layer}`).toBe(known);
    heads.set(`${step} ${layer}`, known);
  }
  expect(new Set(heads.values()).size).toBeGreaterThan(3);
  for (const error of errors) expect(error).toMatch(/^argument: .*head is .*want a whole number from 0 to 5/);
});

/** What the diagram shows, frame by frame, from now on: by node its state, lines, caption and mark. */
async function watch(page) {
  await page.evaluate(() => {
    const frames = [];
    const look = () => {
      const cards = {};
      for (const group of document.querySelectorAll(".diagram g.stage")) {
        const text = (selector) => group.querySelector(selector)?.textContent ?? "";
        cards[group.dataset.id] = { state: group.dataset.state, value: text(".value"), caption: text(".caption"), mark: text(".mark") };
      }
      frames.push(cards);
      requestAnimationFrame(look);
    };
    look();
    Object.assign(globalThis, { frames });
  });
}

test("while a run goes on, no node shows another moment's values as if they were of this one", async ({ page }) => {
  test.slow();
  await openPage(page, { at: speed.visible });
  await page.locator("#prompt").fill("The");
  await setting(page, { temperature: 0, maxTokens: 2 });
  // By keyboard: the second head.
  await page.locator("#head-choice").focus();
  await page.keyboard.press("ArrowDown");
  await watch(page);
  await page.locator("#generate").click();
  await expect(page.locator("#generate")).toHaveAttribute("data-running", "false", { timeout: 90_000 });
  const frames = await page.evaluate(() => globalThis.frames);
  const chain = ["G1", "O1", "O2", "O6", "O4", "O3"];
  const inLayer = [...chain, "G0", "G2", "G3", "G4", "G5"];
  let marked = 0;
  let sums = 0;
  for (const cards of frames) {
    const layer = cards.DecoderStack.value.match(/layer (\d) of/)?.[1];
    // The softmax never shows anything but its sum.
    if (cards.I.state) {
      expect(cards.I.value).toMatch(/^sum (1\.000|0\.999) top token \d+\.\d %$/);
      sums++;
    }
    for (const id of chain) if (["active", "within", "done", "hot"].includes(cards[id].state) && cards[id].value) expect(cards[id].value + cards[id].caption, id).toContain("head 2");
    if (["active", "within", "done"].includes(cards.G1.state) && layer) expect(cards.G1.value).toContain(`layer ${layer},`);
    for (const id of inLayer) {
      if (cards[id].state !== "old") continue;
      marked++;
      expect(cards[id].mark, id).toMatch(/^(layer \d|token \d|old)$/);
      if (cards[id].mark.startsWith("layer")) expect(cards[id].mark, id).toBe(`layer ${Number(layer) - 1}`);
    }
    // A node of the layer with values is this layer's or marked.
    for (const id of inLayer) if (layer && layer !== "1" && /\d\.\d/.test(cards[id].value)) expect(cards[id].state, `${id} in layer ${layer}`).not.toBe("");
  }
  expect(marked).toBeGreaterThan(50);
  expect(sums).toBeGreaterThan(5);
});

test("what is old is seen without colour", async ({ page }) => {
  await openPage(page, { at: 2 });
  await page.locator("#prompt").fill("The");
  await setting(page, { temperature: 0, maxTokens: 2 });
  await page.locator("#generate").click();
  // In one look: the machine goes on.
  const seen = await page.waitForFunction(() => {
    const group = document.querySelector('g[data-id="G0"][data-state="old"]');
    return group && [group.querySelector(".mark").textContent, getComputedStyle(group.querySelector("rect")).strokeDasharray, getComputedStyle(group.querySelector(".value")).fontStyle];
  });
  expect(await seen.jsonValue()).toEqual([expect.stringMatching(/^layer \d$/), "4px, 3px", "italic"]);
  await page.locator("#generate").click(); // stop: what is of the layer before stays marked
  await expect(page.locator("#generate")).toHaveAttribute("data-running", "false");
  const left = await page.locator('.diagram g.stage[data-state="old"]').count();
  expect(left).toBeGreaterThan(0);
});

test("a token's exact probability has the nine digits of a float32", async ({ page }) => {
  await openPage(page);
  await page.locator("#prompt").fill(question);
  await setting(page, { temperature: 0, maxTokens: 3 });
  await page.locator("#generate").click();
  await expect(page.locator("#generate")).toHaveAttribute("data-running", "false", { timeout: 40_000 });
  const probability = await page.evaluate(async (question) => {
    const { createEngine } = await import(new URL("vitrine.js", location.href).href);
    const engine = await createEngine();
    for await (const event of engine.generate(question, { temperature: 0, maxTokens: 1 })) if (event.type === "token") return event.probability;
  }, question);
  await page.locator("#chips .chip:not([data-prompt])").first().hover();
  const said = await page.locator(".readout-numbers").textContent();
  expect(Math.fround(Number(said.match(/\((0\.\d+)\)/)[1]))).toBe(probability);
  expect(said).toMatch(/^\d+\.\d % \(/);
});
