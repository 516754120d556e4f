import { controlStrings, diagramStrings, hostStrings, inspectorStrings, linkedStrings, ownStrings, secondStrings, shareStrings, stageStrings, strings } from "./i18n/en.js";
import { mountDiagram } from "./mermaid/diagram.js";
import { createPictures } from "./mermaid/pictures.js";
import { guardLabels } from "./mermaid/trusted.js";
import seed from "./mermaid/own/seed.mmd" with { type: "text" };
import { createPacer } from "./run/frames.js";
import { mountAbout } from "./views/about.js";
import { connectDiagram } from "./page/connect-diagram.js";
import { HUB } from "./client/hub.js";
import { hubInAddress } from "./kit/address.js";
import { connectModel } from "./page/connect-model.js";
import { connectRun } from "./page/connect-run.js";
import { connectSecond } from "./page/second.js";
import { connectDiffers } from "./page/second-differs.js";
import { connectHost } from "./page/host.js";
import { connectLink } from "./page/linking.js";
import { connectShare } from "./page/sharing.js";
import { connectWaiting } from "./page/waiting.js";
import { mountChips } from "./views/chips.js";
import { mountDiagramEditor } from "./views/diagram-editor.js";
import { mountDiagramPlace } from "./views/diagram-place.js";
import { mountDiagramTools } from "./views/diagram-tools.js";
import { mountDrop } from "./views/drop.js";
import { mountHelp } from "./views/help.js";
import { byId, listen } from "./kit/dom.js";
import { mountHosting } from "./views/hosting.js";
import { mountHubModels } from "./views/hub-models.js";
import { mountInspector } from "./views/inspector/inspector.js";
import { mountLinked } from "./views/linked.js";
import { mountLoading } from "./views/loading.js";
import { mountMeter } from "./views/meter.js";
import { mountModelMenu } from "./views/model-menu.js";
import { mountNotice } from "./views/notice.js";
import { mountOffer } from "./views/offer.js";
import { mountPanels } from "./views/panels.js";
import { mountPrompt } from "./views/prompt.js";
import { mountReadout } from "./views/readout.js";
import { mountRecentModels } from "./views/recent-models.js";
import { mountStoredModels } from "./views/stored-models.js";
import { mountRunButton } from "./views/run-button.js";
import { mountSampling } from "./views/sampling.js";
import { Session } from "./run/session.js";
import { createRunState } from "./run/state.js";
import { createEngine } from "./vitrine.js";
import { changes, defaults } from "./run/settings.js";
import { mountControls } from "./page/controls.js";
import { failureOf } from "./client/failure.js";
import { listenToKeys } from "./page/keys.js";
import { mountShare } from "./views/share.js";
import { mountShareChoices } from "./views/share-choices.js";
import { mountSpecialTokens } from "./views/special-tokens.js";
import { mountSpeed } from "./views/speed.js";
import { mountSpoken } from "./views/spoken.js";
import { mountStatus } from "./views/status.js";
import { recall, remember } from "./kit/store.js";
import { mountTheme } from "./views/theme.js";

guardLabels();
const { signal } = new AbortController(); // the views live as long as the page
const session = new Session(createRunState(), createEngine);
const pacer = createPacer(signal);
const page = document.body;
const app = byId("app");
const singleOn = () => recall("singleKeys", true);

for (const [id, name] of Object.entries(strings.landmarks)) byId(id).ariaLabel = name;
byId("skip").textContent = strings.skip;
byId("product").textContent = strings.product;

const model = mountModelMenu(byId("model"), { strings: strings.model, signal });
const recent = mountRecentModels(model.recent, { strings: strings.model, signal });
const stored = mountStoredModels(model.stored, { strings: strings.model, signal });
const hub = mountHubModels(model.hub, { hub: hubInAddress(location) || HUB, strings: strings.hub, signal });
const panels = mountPanels(app, { fold: byId("fold"), splitter: byId("splitter"), tabs: byId("tabs"), strings: strings.layout, signal });
const share = mountShare(byId("tools"), { strings: shareStrings, close: strings.close, signal });
const choices = mountShareChoices(share.choices, { strings: shareStrings.choices, signal });
mountTheme(byId("tools"), { strings: strings.theme, signal });
const help = mountHelp(byId("tools"), { strings: { ...strings.help, keys: [...strings.help.keys, ...controlStrings.keys] }, close: strings.close, single: singleOn(), signal });
const hosting = mountHosting(help.here, { strings: hostStrings.hosting });
const offer = mountOffer(byId("offer"), { strings: hostStrings.offer, signal });
mountAbout(byId("about"), { strings: strings.about, signal });
const prompt = mountPrompt(byId("prompt-view"), {
  strings: strings.prompt,
  text: recall("prompt", strings.prompt.exampleTexts[0]),
  special: (root, area) => mountSpecialTokens(root, { strings: strings.prompt, area, signal }),
  signal,
});
const meter = mountMeter(byId("meter"), { strings: strings.output, pacer, signal });
const chips = mountChips(byId("chips"), { label: strings.output.label, empty: strings.output.empty, pacer, signal });
const readout = mountReadout(byId("readout"), { strings: strings.output });
const sampling = mountSampling(byId("sampling-view"), {
  strings: strings.sampling,
  typed: { ...defaults(), ...recall("settings", {}) },
  open: recall("samplingOpen", matchMedia("(min-width: 45rem)").matches),
  signal,
});
const tools = mountDiagramTools(byId("diagram-head"), { strings: strings.diagram, own: ownStrings, signal });
const diagram = mountDiagramPlace(byId("diagram-place"), {
  draw: (root, info, own, mine) => mountDiagram(root, { info, own, createPictures, strings: diagramStrings, stages: stageStrings, keys: ["breakpoint", "inspect", "ends"], single: singleOn, pacer, signal: mine }),
  own: recall("diagram", ""),
  strings: strings.diagram,
  signal,
});
const editor = mountDiagramEditor(byId("diagram-editor"), { strings: ownStrings, texts: () => ({ ours: diagram.drawn?.ours ?? "", seed }), signal });
const second = connectSecond(page, { session, strings: secondStrings, places: controlStrings.place, stages: stageStrings, pacer, signal });
const inspector = mountInspector(byId("inspector"), { strings: inspectorStrings, stages: stageStrings, run: () => session.run, engine: () => session.engine, second: { strings: secondStrings.beside, ask: second.ask }, pacer, signal });
const spoken = mountSpoken(byId("spoken"));
const loading = mountLoading(byId("loading"), { strings: strings.loading, signal });
const status = mountStatus(byId("status"), { strings: strings.status, stages: stageStrings, places: controlStrings.place, pacer, signal });
const button = mountRunButton(byId("run-button"), { strings: strings.run, signal });
const speed = mountSpeed(byId("speed"), { strings: controlStrings.speed, ms: recall("pace", -1), signal });
const notice = mountNotice(byId("notice"), { strings: strings.errors, close: strings.close, signal });
mountDrop(app, { strings: strings.model, signal });

/** @param {unknown} error of something that was asked of the run */
function fail(error) {
  const { code, why } = failureOf(error);
  notice.show(code, [why], []);
}

const controls = mountControls(page, {
  session,
  start: (how) => generate(how),
  strings: controlStrings,
  stages: stageStrings,
  product: strings.product,
  kept: { grain: recall("grain", "stage"), breakpoints: recall("breakpoints", []) },
  showBreakpoints(now) {
    diagram.setBreakpoints(now);
    remember("breakpoints", now);
  },
  second,
  announce: status.announce,
  fail,
  pacer,
  signal,
});

const views = { app, page, model, recent, stored, hub, panels, prompt, meter, chips, readout, spoken, sampling, tools, diagram, inspector, loading, status, button, speed, controls, notice };
/** @typedef {typeof views} Views */

const { open, reopen } = connectModel(session, views, strings, signal);
connectWaiting(session, loading, { strings: hostStrings.waiting, announce: status.announce, signal });
connectHost(session, { offer, hosting }, hostStrings.hosting, signal);
const { generate } = connectRun(session, views, strings, { reopen, useDefault: () => open(undefined), pacer, signal });

connectDiffers(page, { session, second, diagram, strings: secondStrings.signs, signal });
connectDiagram(page, { diagram, editor, tools, strings: ownStrings, text: recall("diagram", ""), keep: (text) => remember("diagram", text), announce: status.announce, signal });

const linking = connectLink(session, { ...views, note: mountLinked(byId("linked"), { close: strings.close, signal }), editor }, { strings: linkedStrings, diagram: recall("diagram", ""), open, start: generate, fail, signal });
connectShare(page, { share, choices, session, state: linking.state, tree: controls.tree, mermaid: () => diagram.drawn?.mermaid() ?? "", strings: shareStrings, picture: `${ownStrings.file}.png`, fail, signal });

listen(page, "help", help.show, signal);
listen(page, "singlekeys", ({ on }) => remember("singleKeys", on), signal);
listen(page, "grain", (grain) => remember("grain", grain), signal);
listen(page, "speed", (ms) => remember("pace", ms), signal);
listen(page, "samplingfold", (fold) => remember("samplingOpen", fold.open), signal);
listen(page, "samplinginput", (typed) => remember("settings", changes(typed)), signal);
listen(page, "promptinput", ({ text }) => remember("prompt", text), signal);
listen(page, "view", (what) => diagram.view(what), signal);
listen(page, "head", ({ head }) => (session.setHead(head), tools.setHead(head)), signal);
listen(page, "head", ({ head }) => inspector.setHead(head), signal);
listen(page, "switched", () => session.switched(), signal);
listen(page, "inspect", inspector.open, signal);
listen(page, "secondchange", () => inspector.show(session.state), signal);
listen(page, "inspectorchange", ({ open }) => panels.inspect(open), signal);
listen(page, "drawn", ({ following }) => tools.following(following), signal);
listenToKeys({
  generate,
  stop: () => session.running && (session.stop(), true),
  anywhere: {
    F8: () => controls.press("run"),
    F9: () => controls.press("into"),
    F10: () => controls.press("next"),
    "Shift F11": () => controls.press("out"),
  },
  single: {
    " ": () => controls.press("run"),
    ".": () => controls.press("next"),
    arrowright: () => controls.press("next"),
    ",": () => controls.press("back"),
    arrowleft: () => controls.press("back"),
    o: () => controls.press("out"),
    home: () => controls.press("first"),
    end: () => controls.press("last"),
    t: controls.turnGrain,
    "/": () => (panels.unfold(), prompt.focus()),
    "?": help.show,
    "[": panels.toggle,
    "0": () => diagram.view("fit"),
    "+": () => diagram.view("zoomIn"),
    "=": () => diagram.view("zoomIn"), // the same key without Shift
    "-": () => diagram.view("zoomOut"),
    f: () => diagram.view("follow"),
    w: status.where,
  },
  singleOn,
  place: byId("diagram-place"),
  signal,
});

app.hidden = false;
linking.begin();
