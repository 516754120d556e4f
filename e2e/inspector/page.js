// The inspector beside a run that the test makes up: its numbers follow from where they stand, so that the test knows
// each of them. It asks for nothing that the contract of Run does not have, and writes down what it is asked.
import { inspector as strings } from "/web/i18n/inspector-en.js";
import { strings as all } from "/web/i18n/en.js";
import { createPacer, RESTS } from "/web/run/frames.js";
import { mountInspector } from "/web/views/inspector/inspector.js";
import { createFakeRun, eventOf, info, pieces } from "./fake-run.js";

const { signal } = new AbortController();
const texts = [" Paris", ".", "\n", "\u202e", " It", " is"];
const prompt = pieces(Number(new URLSearchParams(location.search).get("prompt") ?? 8));
const state = {
  phase: "idle",
  at: null,
  last: null,
  info,
  pieces: prompt,
  tokens: texts.map((piece, i) => ({ id: 900 + i, piece, position: prompt.length + i, bytes: new TextEncoder().encode(piece) })),
  steps: texts.map((text, step) => ({ step, context: "the capital of France?", text, id: 900 + step, probability: 0.9 / (step + 1) })),
  of: (stage) => state.events.get(stage),
  events: new Map(),
};
const fake = createFakeRun(prompt.length);
const pacer = createPacer(signal);
pacer.setRest(RESTS.paused);
const view = mountInspector(document.getElementById("inspector"), { strings, names: all.status.stages, run: () => (state.phase === "idle" ? null : fake.run), pacer, signal });

/** Sent up by the view, newest last. */
const sent = [];
for (const type of ["goto", "head", "inspectorchange"]) document.body.addEventListener(type, ({ detail }) => sent.push([type, detail]));
document.getElementById("node").addEventListener("click", () => view.open(globalThis.opens));

/** The machine does every stage up to this one and is at it. */
function reach(stage, { phase = "paused", layer = 2, position = prompt.length - 1 } = {}) {
  for (const name of Object.keys(all.status.stages)) {
    const inLayer = /^(ln[12]|attention.*|mlp|residual.|layers)$/.test(name);
    state.events.set(name, eventOf(name, { layer: inLayer ? layer : -1, position, prompt }));
    if (name === stage) break;
  }
  state.phase = phase;
  state.last = state.events.get(stage);
  state.at = phase === "paused" ? { stage, layer: state.last.layer, position } : null;
  view.show(state);
}

Object.assign(globalThis, { view, state, fake, sent, reach, opens: { stage: "attention.mask" } });
view.show(state);
