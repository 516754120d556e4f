// What the documents show of the API runs as it stands there.
import { readFileSync } from "node:fs";
import { expect, openAPI, openEngine, test } from "./fixtures.js";

const control = readFileSync("docs/control.md", "utf8");

/** The code blocks of a text, in a language or in none. @param {string} text @param {string} language */
const blocks = (text, language) => [...text.matchAll(/^```(\w*)\n([^]*?)^```$/gm)].filter(([, named]) => named === language).map(([, , code]) => code);

/**
 * Runs code in the page, and returns what it logs and what the expression after it gives.
 *
 * @param {import("@playwright/test").Page} page
 * @param {string} code
 * @param {string} result
 */
const run = (page, code, result) =>
  page.evaluate(`(async () => {
    const said = [];
    const console = { log: (...words) => said.push(words.join(" ")) };
    ${code}
    return { said, result: ${result} };
  })()`);

test("the program of the README", async ({ page }) => {
  await openAPI(page);
  const [code] = blocks(readFileSync("README.md", "utf8"), "js");
  const { said, result } = await run(page, code.replace(/^import .*$/m, "const { createEngine } = vitrine;"), "{ text, count: ids.length, finishReason, tokensPerSecond }");
  expect(result).toEqual({ text: expect.stringContaining("Paris"), count: 12, finishReason: "length", tokensPerSecond: expect.any(Number) });
  expect(said.length).toBeGreaterThan(12 * 20);
});

test("the program of docs/control.md", async ({ page }) => {
  await openEngine(page);
  const [code] = blocks(control, "js");
  const { said, result } = await run(page, code, "{ state: run.state, chosen: rows[0].text }");
  expect(said[0]).toBe(code.match(/event\.description\);\s*\/\/ (.*)$/m)[1]);
  expect(result.state).toBe("closed");
  expect(result.chosen.toLowerCase()).toContain("dog");
  expect(said.at(-1)).toContain(result.chosen);
});

test("two runs on one clock, as docs/control.md has them", async ({ page }) => {
  await openEngine(page);
  const code = blocks(control, "js")[1].replace("console.log(await", "const difference = (await");
  const { result } = await run(page, `const { pairRuns } = vitrine; let seen; ${code.replace(/^}$/m, "  seen = difference;\n}")}`, "{ parting, seen, at: pair.at }");
  expect(Object.keys(result.parting)).toEqual(expect.arrayContaining(["step", "layer", "stage", "positions", "ids", "difference"]));
  expect(result.seen).toMatchObject({ tensor: "output", max: 0 }); // they part at the choice: the numbers before are the same
  expect(result.at.step).toBe(result.parting.step + 1);
});

test("the conditions and the names of docs/control.md", async ({ page }) => {
  await openEngine(page);
  const conditions = blocks(control, "").flatMap((block) => block.trim().split("\n"));
  const rows = control.slice(control.indexOf("| name | where |")).split("\n\n")[0].split("\n").slice(2);
  const names = rows.flatMap((row) => [...row.split("|")[1].matchAll(/`(\w+)`/g)].map(([, name]) => name));
  expect(conditions).toHaveLength(4);
  expect(names).toContain("isnan");
  const refused = await page.evaluate(async (all) => {
    const run = engine.generate(prompt, { ...sampled, paused: true });
    const stages = ["attention.mask", "ln1", "mlp", "select"];
    const taken = (condition, stage) => run.setBreakpoints([{ stage, condition }]).then(() => true, () => false);
    const refused = [];
    for (const condition of all) if (!(await Promise.all(stages.map((stage) => taken(condition, stage)))).some(Boolean)) refused.push(condition);
    return refused;
  }, [...conditions, ...names.map((name) => `${name} = ${name}`), "nothing = nothing"]);
  expect(refused).toEqual(["nothing = nothing"]);
});
