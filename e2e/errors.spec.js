// Bad input: each is an error with a code, and the engine or the page goes on.
import { readFileSync } from "node:fs";
import { expect, openAPI, test } from "./fixtures.js";

const manifest = JSON.parse(readFileSync("models/manifest.json", "utf8"));
const file = readFileSync(`models/${manifest.models[0].url}`);

test.beforeEach(({ page }) => openAPI(page));

/**
 * Runs `body` for each item in the page; it returns the promise that must reject.
 *
 * @param {import("@playwright/test").Page} page
 * @param {unknown[]} items
 * @param {string} body of a function of (engine, item)
 * @returns {Promise<{ code: string, message: string, isError: boolean }[]>}
 */
function refusals(page, items, body) {
  return page.evaluate(
    async ({ items, body }) => {
      const attempt = new Function("engine", "item", body);
      const engine = await vitrine.createEngine();
      const outcomes = [];
      for (const item of items) {
        outcomes.push(
          await Promise.resolve()
            .then(() => attempt(engine, item))
            .then(
              () => ({ code: "none", message: "", isError: false }),
              (error) => ({ code: error.code, message: error.message, isError: error instanceof vitrine.VitrineError }),
            ),
        );
      }
      const after = await engine.generate("What is the capital of France?", { temperature: 0, maxTokens: 12 }).result;
      if (!after.text.includes("Paris")) throw new Error(`afterwards the engine says ${after.text}`);
      return outcomes;
    },
    { items, body },
  );
}

test("options out of range are named", async ({ page }) => {
  const bad = [
    ["maxTokens", 0], ["maxTokens", -1], ["maxTokens", 1.5], ["maxTokens", NaN], ["maxTokens", "many"],
    ["temperature", -0.1], ["temperature", NaN], ["temperature", Infinity], ["temperature", "hot"], ["temperature", null],
    ["topK", -1], ["topK", 2.5], ["topK", NaN],
    ["topP", 0], ["topP", -0.5], ["topP", 1.01], ["topP", NaN],
    ["seed", -1], ["seed", 0.5], ["seed", 2 ** 53], ["seed", NaN],
    ["stop", [7]], ["stop", ["a", ""]], ["stop", 5],
    ["banned", [-1]], ["banned", [8192]], ["banned", [1.5]], ["banned", "all"],
  ];
  // NaN and Infinity do not survive JSON, so the page gets the items as code.
  const items = bad.map(([name, value]) => [name, typeof value === "number" ? String(value) : JSON.stringify(value)]);
  const outcomes = await refusals(page, items, "return engine.generate('Once', { [item[0]]: (0, eval)(item[1]) }).result");
  outcomes.forEach(({ code, message, isError }, i) => {
    expect({ case: items[i], code, isError }).toEqual({ case: items[i], code: "argument", isError: true });
    expect(message).toContain(items[i][0]);
  });
});

test("prompts that cannot be run are refused", async ({ page }) => {
  const cases = [
    ["''", "prompt.empty"],
    ["[]", "prompt.empty"],
    ["'word '.repeat(300)", "prompt.too_long"],
    ["Array(257).fill(5)", "prompt.too_long"],
    ["[8192]", "argument"],
    ["[-1]", "argument"],
    ["[0.5]", "argument"],
    ["[NaN]", "argument"],
    ["null", "argument"],
    ["42", "argument"],
    ["{}", "argument"],
  ];
  const prompts = cases.map(([prompt]) => prompt);
  for (const call of ["generate(prompt).result", "logits(prompt)"]) {
    const outcomes = await refusals(page, prompts, `const prompt = (0, eval)("(" + item + ")"); return engine.${call}`);
    expect(outcomes.map(({ code }, i) => [prompts[i], code])).toEqual(cases);
    expect(outcomes.every(({ isError }) => isError)).toBe(true);
  }
});

test("an iterated run throws the same error", async ({ page }) => {
  const [{ code, isError }] = await refusals(page, [0], "return (async () => { for await (const event of engine.generate('')) void event; })()");
  expect({ code, isError }).toEqual({ code: "prompt.empty", isError: true });
});

// A GGUF file: magic, version, number of tensors, number of keys; keys and
// values; tensor infos (name, dimensions, type, offset); padding; data.
const u32 = (value) => [...new Uint8Array(Uint32Array.of(value).buffer)];
const u64 = (value) => [...new Uint8Array(BigUint64Array.of(value).buffer)];
const architecture = file.indexOf("general.architecture") + "general.architecture".length + 4; // behind the value's type
const info = file.indexOf("token_embd.weight", file.indexOf("tokenizer.ggml.tokens")) + "token_embd.weight".length;
const type = info + 4 + 2 * 8; // behind the number of dimensions and two of them

/** Each: what is wrong, the code, and how the file is changed: bytes written at an offset, or the length kept. */
const broken = [
  ["is empty", "model.format", { length: 0 }],
  ["is not GGUF", "model.format", { at: 0, bytes: [...Buffer.from("PK\x03\x04")] }],
  ["is GGUF of another version", "model.format", { at: 4, bytes: u32(9) }],
  ["ends in the magic", "model.format", { length: 3 }],
  ["ends in the header", "model.format", { length: 17 }],
  ["ends behind the header", "model.format", { length: 24 }],
  ["ends in the first key", "model.format", { length: 40 }],
  ["ends in the vocabulary", "model.format", { length: file.indexOf("tokenizer.ggml.tokens") + 5000 }],
  ["ends in the tensor infos", "model.format", { length: type - 3 }],
  ["ends in the data", "model.format", { length: file.length >> 1 }],
  ["lacks its last byte", "model.format", { length: file.length - 1 }],
  ["claims 2^63 tensors", "model.format", { at: 8, bytes: u64(2n ** 63n) }],
  ["claims 2^40 keys", "model.format", { at: 16, bytes: u64(2n ** 40n) }],
  ["claims a key of 2^60 bytes", "model.format", { at: 24, bytes: u64(2n ** 60n) }],
  ["claims 2^62 columns", "model.format", { at: info + 4, bytes: u64(2n ** 62n) }],
  ["claims columns times rows past 2^64", "model.format", { at: info + 4, bytes: [...u64(2n ** 40n), ...u64(2n ** 40n)] }],
  ["claims a tensor with 200 dimensions", "model.format", { at: info, bytes: u32(200) }],
  ["claims data far behind the end", "model.format", { at: type + 4, bytes: u64(2n ** 50n) }],
  ["has a tensor of an unsupported type", "model.unsupported", { at: type, bytes: u32(12) }],
  ["has another architecture", "model.unsupported", { at: architecture + 8, bytes: [...Buffer.from("bert")] }],
];

test("broken model files are refused by what is wrong with them", async ({ page }) => {
  test.setTimeout(180_000); // each case loads an engine of its own
  const body = `
    const [, , { length, at, bytes }] = item;
    return fetch(model).then((response) => response.arrayBuffer()).then((buffer) => {
      const changed = new Uint8Array(buffer).slice(0, length);
      if (bytes) changed.set(bytes, at);
      return vitrine.createEngine({ model: changed.buffer });
    })`;
  const outcomes = await refusals(page, broken, body);
  expect(outcomes.map(({ code }, i) => [broken[i][0], code])).toEqual(broken.map(([what, code]) => [what, code]));
  for (const { message, isError } of outcomes) {
    expect(isError).toBe(true);
    expect(message.length, message).toBeGreaterThan(20);
    expect(message).not.toMatch(/panic|goroutine|undefined|\[object/);
  }
  const named = (what) => outcomes[broken.findIndex(([name]) => name === what)].message;
  expect(named("has a tensor of an unsupported type")).toContain("token_embd.weight");
  expect(named("has another architecture")).toContain("bert");
});

test("a damaged file is refused by its checksum", async ({ page }) => {
  await page.route("**/models/manifest.json", (route) =>
    route.fulfill({ json: { models: [{ ...manifest.models[0], sha256: "0".repeat(64) }] } }),
  );
  const code = await page.evaluate(() => vitrine.createEngine().then(() => "none", (error) => error.code));
  expect(code).toBe("model.format");
});

test.describe("addresses", () => {
  test.use({ expectedErrors: [/Failed to load resource/] });

  test("that lead nowhere are refused", async ({ page }) => {
    const outcomes = await refusals(page, ["missing.gguf", "http://[", 7], "return vitrine.createEngine({ model: item })");
    expect(outcomes.map(({ code }) => code)).toEqual(["network", "argument", "argument"]);
    expect(outcomes[0].message).toContain("404");
  });

  test("whose transfer breaks off are refused", async ({ page }) => {
    await page.route("**/broken.gguf", (route) => route.abort("connectionreset"));
    const [{ code }] = await refusals(page, ["broken.gguf"], "return vitrine.createEngine({ model: item })");
    expect(code).toBe("network");
  });
});
