import assert from "node:assert/strict";
import test from "node:test";
import { breakpointsOf, diagramOf, settingsOf, wholeOf, wordsOf } from "./attributes.js";

/** What stands for an element with these attributes, content and page. */
function element(attributes, content = "", named = {}) {
  const text = (content) => ({ textContent: content, querySelector: () => null });
  return {
    getAttribute: (name) => attributes[name] ?? null,
    getRootNode: () => ({ getElementById: (id) => (id in named ? text(named[id]) : null) }),
    textContent: typeof content === "string" ? content : content.around,
    querySelector: (selector) => (selector === 'script[type="text/mermaid"]' && typeof content !== "string" ? text(content.script) : null),
  };
}

test("settings: options before attributes before what is usual; what is none is left out", () => {
  const settings = settingsOf(element({ temperature: "0.2", "top-k": "7", "top-p": "2", seed: "4", "max-tokens": "x" }), { seed: 9 });
  assert.deepEqual(settings, { temperature: 0.2, topK: 7, topP: 0.95, seed: 9, maxTokens: 32, stop: [] });
  const { seed } = settingsOf(element({}));
  assert.ok(Number.isSafeInteger(seed) && seed >= 0, "without one, a new one");
});

test("breakpoints: a list of stages with their layers, or JSON", () => {
  assert.deepEqual(breakpointsOf("attention.mask@2, select\n loop"), [{ stage: "attention.mask", layer: 2 }, { stage: "select" }, { stage: "loop" }]);
  assert.deepEqual(breakpointsOf('[{ "stage": "select", "condition": "probability < 0.5" }]'), [{ stage: "select", condition: "probability < 0.5" }]);
  assert.deepEqual([null, "", " \n"].map(breakpointsOf), [[], [], []]);
});

test("whole numbers and words", () => {
  assert.deepEqual(["0", " 12 ", "-1", "1.5", "x", ""].map((layer) => wholeOf(element({ layer }), "layer")), [0, 12, undefined, undefined, undefined, undefined]);
  assert.deepEqual([...wordsOf(element({ hide: "prompt, output transport" }), "hide")], ["prompt", "output", "transport"]);
  assert.equal(wordsOf(element({}), "hide").size, 0);
});

test("an author's diagram: the element's text, a script in it, or another element's; without what all lines begin with", () => {
  assert.equal(diagramOf(element({}, "\n    flowchart TD\n      A --> B\n\n    B --> C\n  ")), "flowchart TD\n  A --> B\n\nB --> C");
  assert.equal(diagramOf(element({}, { around: "\n ...", script: "\nflowchart LR\n  A\n" })), "flowchart LR\n  A");
  assert.equal(diagramOf(element({ for: "mine" }, "flowchart TD", { mine: "flowchart BT" })), "flowchart BT");
  for (const none of [element({}), element({}, " \n \n"), element({ for: "away" }, "flowchart TD")]) assert.equal(diagramOf(none), "");
});
