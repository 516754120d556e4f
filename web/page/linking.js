/** @import { LinkedStrings } from "../i18n/link-en.js" */
/** @import { LinkState } from "../run/link.js" */
/** @import { Views } from "../app.js" */
/** @import { Beginning } from "./controls.js" */
/** @import { Session, Source } from "../run/session.js" */
/** @import { mountLinked } from "../views/linked.js" */
/** @import { mountDiagramEditor } from "../views/diagram-editor.js" */
import { modelInAddress } from "../kit/address.js";
import { listen, send } from "../kit/dom.js";
import { otherHost } from "../kit/host.js";
import { unremembered } from "../kit/store.js";
import { label, visible } from "../kit/text.js";
import { decode, isLink, plainState, settingsOf } from "../run/link.js";
import { typedOf } from "../run/settings.js";
import { modelOfLink, siteModels } from "./link-model.js";
import { watchState } from "./link-state.js";
import { runAgain } from "./replay.js";

/** What somebody does that a link would undo. */
const doings = ["promptinput", "samplinginput", "breakpoint", "breakpoints", "diagramtext", "choose", "redecode"];

/**
 * Links: one as the page. The page as one is link-state.js.
 *
 * @param {Session} session
 * @param {Pick<Views, "page" | "panels" | "prompt" | "sampling" | "inspector" | "controls"> & { note: ReturnType<typeof mountLinked>, editor: ReturnType<typeof mountDiagramEditor> }} views
 * @param {object} options
 * @param {LinkedStrings} options.strings
 * @param {string} options.diagram the author's at first, "" for ours
 * @param {(source: Source | null) => void} options.open loads a model
 * @param {(how: Beginning) => void} options.start begins a run
 * @param {(error: unknown) => void} options.fail
 * @param {AbortSignal} options.signal
 */
export function connectLink(session, views, { strings, diagram, open, start, fail, signal }) {
  const { page, panels, prompt, sampling, inspector, controls, note, editor } = views;
  const own = watchState(session, views, { diagram, signal });
  let turn = new AbortController(); // of the link that is opened
  let touched = false;
  let filling = false;

  /** @type {typeof note.show} */
  function say(words, actions) {
    panels.unfold();
    note.show(words, actions);
  }

  /** @param {string} fragment */
  async function read(fragment) {
    const { state, problems } = await decode(fragment);
    const empty = JSON.stringify(state) === JSON.stringify(plainState());
    if (problems.length === 0 || !empty) return { state, problems: problems.length ? [...problems, strings.some] : [] };
    say([...problems, strings.nothing], []);
    return null;
  }

  /** The page as it begins. */
  async function begin() {
    const fragment = location.hash.slice(1);
    const link = isLink(fragment) ? await read(fragment) : null;
    const named = modelInAddress(location);
    const host = named ? otherHost(named, named, location.href) : "";
    const usual = host ? undefined : named; // another host's waits for a press
    if (link) return take(host ? { ...link, state: { ...link.state, model: link.state.model ?? named ?? undefined } } : link, usual);
    open(usual);
    if (host && named) ask(named, host, [], () => open(named));
  }

  /** A model of another host. @param {string} model @param {string} host @param {string[]} words to be said before @param {() => void} does loads it */
  function ask(model, host, words, does) {
    say([...words, strings.other(host, visible(model))], [{ label: strings.load(host), does }]);
  }

  async function onHash() {
    const fragment = location.hash.slice(1);
    const link = isLink(fragment) ? await read(fragment) : null;
    if (!link || `#${fragment}` !== location.hash) return;
    const opens = () => take(link, session.source);
    if (!touched) return opens();
    say([strings.ask], [{ label: strings.open, does: opens }, { label: strings.stay, does: () => {} }]);
  }

  /** Another link takes the place of the one that is opened. */
  function begins() {
    turn.abort();
    turn = new AbortController();
    return turn.signal;
  }

  /**
   * The page becomes what the link says.
   *
   * @param {{ state: LinkState, problems: string[] }} link
   * @param {Source | null} usual the model, where the link names none
   */
  async function take({ state, problems }, usual) {
    const mine = begins();
    note.hide();
    const model = state.model === undefined ? { source: usual, host: "" } : await modelOfLink(state.model, { page: location.href, list: siteModels });
    if (mine.aborted) return;
    await session.forget(); // another run's output would stand under this one's prompt
    if (mine.aborted) return;
    fill(state);
    const words = [...problems];
    const run = settingsOf(state).seed ?? (state.temperature === 0 ? 0 : undefined);
    if (state.stands && run === undefined) words.push(strings.seedless);
    if ("name" in model && !(typeof session.source === "object" && session.info?.name === model.name)) {
      if (!session.info && !session.loading) open(usual);
      return say([...words, strings.missing(label(model.name))], []);
    }
    const shows = (/** @type {Source | null} */ from) => show(state, from, run, begins()).catch(fail);
    if ("name" in model) return shows(session.source);
    if (model.host === "" || model.source === session.source) {
      if (words.length) say(words, []);
      return shows(model.source);
    }
    if (!session.info && !session.loading) open(usual);
    ask(String(model.source), model.host, words, () => shows(model.source));
  }

  /** The fields, the breakpoints and the diagram. @param {LinkState} state */
  function fill(state) {
    filling = true;
    unremembered(() => {
      prompt.set(state.prompt ?? "");
      sampling.set(typedOf(settingsOf(state)));
      send(page, "breakpoints", state.breakpoints);
      editor.take(state.diagram);
      send(page, "diagramtext", { text: state.diagram });
    });
    filling = touched = false;
    own.hide = state.hide;
  }

  /**
   * The run of the link, as far as it had come, and what was in view.
   *
   * @param {LinkState} state
   * @param {Source | null} from
   * @param {number | undefined} seed
   * @param {AbortSignal} stopped
   */
  async function show(state, from, seed, stopped) {
    if (!session.info || session.loading || from !== session.source) {
      if (!(session.loading && from === own.next)) open(from);
      if (session.loading) await new Promise((loaded) => session.addEventListener("loadend", loaded, { once: true, signal: stopped }));
    }
    const { engine, info } = session;
    if (stopped.aborted || !engine || !info || from !== session.source) return;
    const { at } = state;
    if (at?.head !== undefined && at.head < info.heads) send(page, "head", { head: at.head });
    const look = () => (at?.stage ? inspector.open({ ...at, stage: at.stage }) : inspector.close());
    if (!state.stands || seed === undefined) return look();
    await session.leave();
    await runAgain(state, { ...settingsOf(state), seed }, { engine, replace: controls.replaceBranches, start, look, signal: stopped });
  }

  for (const other of ["generate", "stop", "model", "defaultmodel"]) listen(page, other, () => turn.abort(), signal);
  for (const doing of doings) listen(page, doing, () => (touched ||= !filling), signal);
  window.addEventListener("hashchange", onHash, { signal });

  return { begin, state: own.state };
}
