// The controls on a page without an engine: index.html's frame, the real views and their wiring, and a run that is made
// up of a hash (fake-run.js).
import { controlStrings, stageStrings, strings } from "/i18n/en.js";
import { byId, listen } from "/kit/dom.js";
import { mountControls } from "/page/controls.js";
import { createPacer } from "/run/frames.js";
import { createRunState } from "/run/state.js";
import { mountSpeed } from "/views/speed.js";
import { mountStatus } from "/views/status.js";
import { distribution, fakeRun, layers, vocabulary } from "./fake-run.js";

const { signal } = new AbortController();
const page = document.body;
const pacer = createPacer(signal);
pacer.setRest(0);
const prompt = [2, 7, 30, 41, 12];
const initial = { temperature: 0.7, topK: 40, topP: 0.95, seed: 7, maxTokens: 12, stop: [] };
const state = createRunState();
state.info = { layers, context: 64, vocabulary: vocabulary.length };

const session = Object.assign(new EventTarget(), {
  state,
  run: null,
  follow() {},
  async distribution(ids) {
    const rows = distribution([...prompt, ...ids]);
    return { top: rows.slice(0, 5), restProbability: rows.slice(5).reduce((sum, row) => sum + row.probability, 0) };
  },
});
let pace = 0;
/** What the tests look at. */
const sent = [];
const failures = [];
Object.assign(globalThis, { state, sent, failures, run: () => session.run, show });

const status = mountStatus(byId("status"), { strings: strings.status, stages: stageStrings, places: controlStrings.place, pacer, signal });
mountSpeed(byId("speed"), { strings: controlStrings.speed, ms: 0, signal });
const controls = mountControls(page, {
  session,
  start,
  strings: controlStrings,
  stages: stageStrings,
  product: strings.product,
  kept: { grain: "stage", breakpoints: [] },
  showBreakpoints() {},
  second: { root: document.createElement("div"), setBranches() {} }, // second.spec.js has it in the page
  announce: status.announce,
  fail: (error) => failures.push(String(error)),
  pacer,
  signal,
});
controls.setLayers(layers);

function start({ settings = initial, ...how }) {
  session.run?.close();
  state.start(settings, prompt.map((id) => ({ id, text: vocabulary[id] })));
  session.run = fakeRun({ prompt, settings, pace, emit, ...controls.options(), ...how });
  show();
}

function emit(event) {
  state.add(event);
  show();
}

function show() {
  status.show(state);
  controls.show();
}

for (const type of ["control", "goto", "choose", "picktoken", "redecode", "breakpoints", "speed", "refused", "branch"]) {
  page.addEventListener(type, ({ detail }) => sent.push([type, detail]), { capture: true });
}
listen(page, "speed", (ms) => session.run?.setPace((pace = ms)) ?? (pace = ms), signal);
byId("product").textContent = strings.product;
byId("app").style.setProperty("--text-width", "22rem"); // as views/panels.js does
byId("app").hidden = false;
byId("app").dataset.tab = "diagram";
globalThis.ready = true;
