import assert from "node:assert/strict";
import { test } from "node:test";
import { attributesOf, formsOf, isHeight, parts } from "./forms.js";

const hostile = 'a "quoted" \'one\' <script>alert(1)</script> {{ x }} {% y %}\n\n`code` [a](b) \\ & done';
const base = { site: "https://blog.example/vitrine/", fragment: "v1.AbC-_", mermaid: "flowchart LR\n  A --> B", title: hostile, picture: "p.png", look: { theme: /** @type {const} */ ("") } };
const state = { model: "tiny", prompt: hostile, seed: 7, temperature: 0.5, at: /** @type {const} */ ({ stage: "attention", layer: 2, head: 1 }), breakpoints: [{ stage: /** @type {const} */ ("mlp"), layer: 3 }, { stage: /** @type {const} */ ("select") }], hide: ["prompt"] };

/** What HTML makes of references. @param {string} text */
const read = (text) => text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));

test("the frame is at the versioned address, with all that a host needs", () => {
  const { link, frame } = formsOf({ ...base, state, title: "Plain" });
  assert.equal(link, "https://blog.example/vitrine/#v1.AbC-_");
  assert.equal(frame, '<iframe src="https://blog.example/vitrine/v1/embed.html#v1.AbC-_" width="100%" height="674" loading="lazy" title="Plain" allow="fullscreen"></iframe>');
});

test("no text gets out of its attribute, in HTML, Markdown or a template", () => {
  const { frame, element, jekyll, hugo, markdown } = formsOf({ ...base, state });
  for (const code of [frame, element, markdown]) assert.doesNotMatch(code.replaceAll('<script type="module" src="https://blog.example/vitrine/v1/embed.js"></script>', ""), /<script>|alert\(1\)<|\{\{|\{%|`/);
  const title = frame.match(/title="([^"]*)"/)?.[1] ?? "";
  assert.equal(read(title), hostile);
  assert.equal(read(element.match(/ prompt="([^"]*)"/)?.[1] ?? ""), hostile);
  assert.match(element, / temperature="0\.5" seed="7" stage="attention" layer="2" head="1" breakpoints="mlp@3 select" hide="prompt" link="v1\.AbC-_"><\/vitrine-pipeline>$/);
  assert.doesNotMatch(element.split("\n").slice(1).join("\n"), /\n/, "an element in Markdown ends at a blank line");
  assert.equal(jekyll.match(/\{%/g)?.length, 1);
  assert.equal(hugo.match(/\{\{/g)?.length, 1);
  assert.match(jekyll, /^\{% include vitrine\.html src="https:\/\/blog\.example\/vitrine\/v1\/embed\.html#v1\.AbC-_" height="674" title="[^"]*" %\}$/);
});

test("a diagram of the author's own goes with the element, and nothing in it ends it", () => {
  const diagram = 'flowchart LR\n\n  A["</script><img>"] --> B["```"]\n';
  const { element, markdown } = formsOf({ ...base, state: { diagram } });
  assert.equal(element.match(/<\/script>/g)?.length, 2, "those of the two elements");
  assert.match(element, /<script type="text\/mermaid">\nflowchart LR\n\n {2}A\["#lt;\/script><img>"\]/);
  assert.match(markdown, /<vitrine-pipeline link="v1\.AbC-_" markdown="block">\n\n````mermaid\nflowchart LR[^]*```"\]\n````\n\n<\/vitrine-pipeline>$/);
});

test("the picture's words stay inside its brackets", () => {
  const { picture } = formsOf({ ...base, state });
  assert.match(picture, /^\[!\[[^[\]\n<>`]*\]\(p\.png\)\]\(https:\/\/blog\.example\/vitrine\/#v1\.AbC-_\)$/);
});

test("an element's attributes say what they can of a state", () => {
  assert.deepEqual(attributesOf({ model: "tiny", topK: 5, topP: 0.5, maxTokens: 3, temperature: 0 }), { temperature: "0", "top-k": "5", "top-p": "0.5", "max-tokens": "3" });
  assert.equal(attributesOf({ model: "https://a.example/b.gguf" }).model, "https://a.example/b.gguf");
  assert.deepEqual(attributesOf({ at: { stage: "mlp", layer: 1, head: 2 }, stands: { tokens: 1, stage: "softmax", position: 3 } }), { stage: "softmax", head: "2" });
  const breakpoints = [{ stage: /** @type {const} */ ("mlp"), condition: 'token = " a"' }];
  assert.deepEqual(JSON.parse(attributesOf({ breakpoints }).breakpoints), breakpoints);
});

test("what is chosen of an embed is in every form that is one", () => {
  const look = { height: 300, theme: /** @type {const} */ ("dark") };
  const { frame, element, jekyll, hugo, markdown, link } = formsOf({ ...base, state: { hide: ["output", "open"] }, look });
  for (const form of [frame, jekyll, hugo]) assert.match(form, / src="https:\/\/blog\.example\/vitrine\/v1\/embed\.html#v1\.AbC-_&#38;height=300&#38;theme=dark" /);
  for (const form of [element, markdown]) assert.match(form, / hide="output open" height="300" theme="dark" link="v1\.AbC-_"/);
  assert.equal(link, "https://blog.example/vitrine/#v1.AbC-_");
  const auto = formsOf({ ...base, state: {}, look: { theme: "auto" } });
  assert.match(auto.frame, /&#38;theme=auto" /);
  assert.doesNotMatch(auto.element, /theme/, "an element sees its page");
  const high = (/** @type {string[]} */ hide, /** @type {number | undefined} */ height) => Number(formsOf({ ...base, state: { hide }, look: { height, theme: "" } }).frame.match(/ height="(\d+)"/)?.[1]);
  assert.equal(high([], 700) - high([], 600), 100);
  for (const hide of parts) assert.ok(high([hide], 300) < high([], 300), hide);
});

test("a height is a whole number in its bounds", () => {
  assert.deepEqual(["100", " 450 ", "10000", "99", "10001", "1e3", "300.5", "", "-300"].filter(isHeight), ["100", " 450 ", "10000"]);
});
