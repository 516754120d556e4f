// The inspector beside a run that the test makes up: its numbers follow from where they stand, so that the test knows
// each of them. It asks for nothing that the contract of Run does not have, and writes down what it is asked.
import { inspector as strings } from "/web/i18n/inspector-en.js";
import { stages as stageStrings } from "/web/i18n/stages-en.js";
import { stageNames, stages } from "/web/run/stages.js";
import { createRunState } from "/web/run/state.js";
import { createPacer, RESTS } from "/web/run/frames.js";
import { mountInspector } from "/web/views/inspector/inspector.js";
import { createFakeRun, eventOf, info, pieces } from "./fake-run.js";

// The style sheets and icons are those of the page itself.
const page = new DOMParser().parseFromString(await (await fetch("/web/index.html")).text(), "text/html");
await Promise.all(
  [...page.querySelectorAll('link[rel="stylesheet"]')].map((link) => {
    const copy = Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL(link.getAttribute("href"), new URL("/web/", location.href)).href });
    document.head.append(copy);
    return new Promise((loaded, failed) => Object.assign(copy, { onload: loaded, onerror: failed }));
  }),
);
document.body.append(document.adoptNode(page.querySelector(".symbols")));

const { signal } = new AbortController();
const texts = [" Paris", ".", "\n", "\u202e", " It", " is"];
const prompt = pieces(Number(new URLSearchParams(location.search).get("prompt") ?? 8));
const state = createRunState();
state.info = info;
const fake = createFakeRun(prompt.length);
const pacer = createPacer(signal);
pacer.setRest(RESTS.paused);
const view = mountInspector(document.getElementById("inspector"), { strings, stages: stageStrings, run: () => (state.phase === "idle" ? null : fake.run), pacer, signal });

/** Sent up by the view, newest last. */
const sent = [];
for (const type of ["goto", "head", "choose", "inspectorchange"]) document.body.addEventListener(type, ({ detail }) => sent.push([type, detail]));
document.getElementById("node").addEventListener("keydown", ({ key }) => key === "Enter" && view.open({ stage: "attention.mask" }));

/** The machine does every stage up to this one, and then stands, goes on or has ended. */
function reach(stage, { phase = "paused", layer = 2, position = prompt.length - 1, step = 0 } = {}) {
  if (state.phase === "idle") {
    state.start({ temperature: 0.7, topK: 40, topP: 0.9, seed: 0, maxTokens: 6, stop: ["\n\n"] }, prompt);
    texts.forEach((piece, i) => state.add({ type: "token", id: 900 + i, piece, text: piece, step: i, probability: 0.9 / (i + 1) }));
  }
  if (state.phase === "paused") state.add({ type: "resumed" });
  for (const name of stageNames.slice(state.of("prompt") ? 2 : 0)) {
    state.add(eventOf(name, { layer: stages[name].perLayer ? layer : -1, position, step, prompt }));
    if (name === stage) break;
  }
  const { last } = state;
  if (phase === "paused") state.add({ type: "paused", reason: "step", description: "", stage, layer: last.layer, position, step, tokens: 1, breakpoints: [] });
  if (phase === "ended") state.add({ type: "done" });
  view.show(state);
}

/** Resolves when the views have drawn what they know. */
const drawn = () => new Promise((done) => pacer.request(() => done()));

Object.assign(globalThis, { view, state, fake, sent, reach, drawn });
view.show(state);
