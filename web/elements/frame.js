/** @import { EmbedStrings } from "../i18n/embed-en.js" */
/** @import { RunOptions } from "./live.js" */
/** @import { Step } from "./step.js" */
import { el } from "../kit/dom.js";
import { toldOf } from "../run/messages.js";
import { hasRefused } from "../client/policy.js";
import { writtenOf } from "../mermaid/own/written.js";
import { ATTRIBUTES } from "./attributes.js";
import { diagramOf } from "./content.js";
import { beside } from "./beside.js";
import { report } from "./report.js";

/**
 * What leads a frame, as connectLive gives it for a run of the element's own.
 *
 * @typedef {{ run(options: RunOptions): Promise<unknown>, pause(): Promise<unknown>, step(options?: object): Promise<unknown>, goto(where: Step): Promise<unknown>, stop(): Promise<unknown>, close(): void, shown?(): { model: string | null, breakpoints: readonly import("../vitrine.d.ts").Breakpoint[] } | null }} Framed
 */

/** Whether this page is the frame itself. */
const framed = () => document.documentElement.dataset.vitrineFrame !== undefined;

/** Whether the engine belongs into a frame: its script is of another origin than the page, so that storage and threads are not the page's to give. */
export const mustFrame = () => !framed() && self.origin !== "null" && beside("").origin !== self.origin;

/** Whether the page wants trusted types and refuses HTML: with such Mermaid measures an author's labels. The page's own rules are not changed for it. */
export function refusesHTML() {
  try {
    document.createElement("p").innerHTML = "-";
    return false;
  } catch {
    return true;
  }
}

const WAIT = 20_000; // ms for a frame to come: over a slow line its scripts take a while

/**
 * Puts a frame of our origin in the place of what an element shows, once it is there.
 *
 * @param {HTMLElement} app
 * @param {HTMLElement} element
 * @param {{ strings: EmbedStrings, signal: AbortSignal, lost: (words: string) => void }} options `lost`: it does not come
 * @returns {Framed | null} null in the frame itself
 */
export function placeFrame(app, element, { strings, signal, lost }) {
  if (framed()) return null;
  const address = beside("embed.html");
  address.hash = String(fragmentOf(element, app));
  const frame = el("iframe", { src: address.href, title: strings.frame(element.getAttribute("aria-label") ?? strings.label), allow: "fullscreen", part: "frame", hidden: true });
  app.after(frame);

  /** @type {object[]} messages that came before it was there */
  let early = [];
  let ready = false;
  /** @type {Map<number, { resolve: (value: unknown) => void, reject: (error: Error) => void }>} who wait for answers, by the ids of their calls */
  const waiting = new Map();
  let calls = 0;

  const life = new AbortController();
  const late = setTimeout(() => lose(strings.noAnswer(address.host)), WAIT);
  const changes = new MutationObserver((all) => post({ vitrine: 1, attributes: Object.fromEntries(all.map(({ attributeName }) => given(element, attributeName === THEME ? "theme" : String(attributeName)))) }));
  changes.observe(element, { attributeFilter: [...ATTRIBUTES, THEME] });
  addEventListener("message", onMessage, { signal: life.signal });
  addEventListener("securitypolicyviolation", () => !ready && hasRefused("frame-src") && lose(strings.noFrame), { signal: life.signal });
  signal.addEventListener("abort", () => end(({ resolve }) => resolve(null)), { signal: life.signal });

  /** @param {MessageEvent} message */
  function onMessage({ source, origin, data }) {
    if (source !== frame.contentWindow || origin !== address.origin) return;
    const told = toldOf(data);
    if (told?.type === "height") frame.style.height = `${told.height}px`;
    else if (told?.type === "ready") show();
    else if (told?.type === "answered") settle(told);
    else if (told) report(element, told.type, told.detail);
  }

  function show() {
    ready = true;
    clearTimeout(late);
    frame.style.height ||= `${app.offsetHeight}px`; // until it says its own
    [app.hidden, frame.hidden] = [true, false];
    for (const message of early) post(message);
    early = [];
  }

  /** @param {{ id: number | undefined, value: unknown, error: string | undefined }} answer */
  function settle({ id = NaN, value, error }) {
    if (error === undefined) waiting.get(id)?.resolve(value);
    else waiting.get(id)?.reject(new Error(error));
    waiting.delete(id);
  }

  /** @param {string} words */
  function lose(words) {
    frame.remove();
    lost(words);
    end(({ reject }) => reject(new Error(words)));
  }

  /** There is no answer any more. @param {(one: { resolve: (value: unknown) => void, reject: (error: Error) => void }) => void} settle */
  function end(settle) {
    life.abort();
    clearTimeout(late);
    changes.disconnect();
    waiting.forEach(settle);
    waiting.clear();
  }

  /** @param {object} message */
  function post(message) {
    if (ready) frame.contentWindow?.postMessage(message, address.origin);
    else early.push(message);
  }

  /** @param {string} call @param {object} [options] */
  function ask(call, options = {}) {
    const id = ++calls;
    post({ vitrine: 1, call, options, id });
    const answer = new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
    answer.catch(() => {}); // who does not wait for it reads what is said
    return answer;
  }

  return {
    run: (options) => ask("run", options),
    pause: () => ask("pause"),
    step: (options) => ask("step", options),
    goto: (where) => ask("goto", where),
    stop: () => ask("stop"),
    close: () => frame.remove(),
  };
}

const THEME = "data-theme"; // as followTheme finds it

/** What a frame is told of an attribute. @param {HTMLElement} element @param {string} name @returns {[name: string, value: string | null]} */
function given(element, name) {
  const value = element.getAttribute(name === "theme" ? THEME : name);
  return [name, name === "model" && value !== null && URL.canParse(value, document.baseURI) ? new URL(value, document.baseURI).href : value];
}

/** What the frame is told in its address: the element's attributes, with the prompt as it stands, and the author's diagram. @param {HTMLElement} element @param {HTMLElement} app */
function fragmentOf(element, app) {
  const told = new URLSearchParams({ element: element.localName });
  for (const [name, value] of ATTRIBUTES.map((name) => given(element, name))) if (value !== null) told.set(name, value);
  const prompt = app.querySelector("textarea")?.value;
  if (prompt) told.set("prompt", prompt);
  const diagram = element.localName === "vitrine-pipeline" && diagramOf(element);
  if (diagram) told.set("diagram", typeof diagram === "string" ? diagram : writtenOf(diagram));
  return told;
}
