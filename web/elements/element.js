/** @import { Run } from "../vitrine.d.ts" */
/** @import { Framed } from "./frame.js" */
/** @import { RunOptions } from "./live.js" */
/** @import { Picture, Shown } from "./shell.js" */
/** @import { Step } from "./step.js" */
import { embed as strings } from "../i18n/embed-en.js";
import { el, listen } from "../kit/dom.js";
import { stageNames } from "../run/stages.js";
import { linkOf } from "./attributes.js";
import { diagramOf } from "./content.js";
import { mustFrame, placeFrame, refusesHTML } from "./frame.js";
import { layOut } from "./layout.js";
import { mountOpen } from "./open.js";
import { readRecording } from "./recording.js";
import { elementSheet } from "./sheet.js";
import { hostOf } from "./size.js";
import { scaffold } from "./symbols.js";
import { followTheme } from "./theme.js";

const NEAR = "25%"; // of a window from where a picture is drawn

/**
 * The class of an element: until it is told to run it shows a recording, or says what Run does, and loads nothing that is
 * large.
 *
 * @template {Picture} P
 * @param {(app: HTMLElement, element: HTMLElement, shown: Shown) => P} mount
 * @param {() => Promise<(element: HTMLElement, picture: P, options: { app: HTMLElement, signal: AbortSignal, framed: (lost: () => void) => Framed | null, link: Awaited<ReturnType<typeof linkOf>> }) => Framed>} load what makes it live
 * @param {(model: string | null) => Promise<string>} size what that downloads
 */
export const elementOf = (mount, load, size) => class extends HTMLElement {
  /** The picture of the author's diagram, where the text is lost: it is shown in its place. @type {SVGSVGElement | null} */
  svg = null;
  static observedAttributes = ["theme", "hide", "height", "controls", "model", "prompt"];
  #root = this.attachShadow({ mode: "open" });
  /** Ends with the element's place in a document. @type {AbortController | null} */
  #life = null;
  /** @type {P | null} */
  #picture = null;
  /** @type {Promise<Framed> | null} */
  #live = null;
  /** What it is to show before it runs. @type {Step | null} */
  #step = null;
  #offers = 0; // how often what Run loads was to be said, or need not be any more
  #restyle = () => {};

  connectedCallback() {
    if (this.#life || !this.ownerDocument.defaultView) return; // a document that nobody sees
    const life = (this.#life = new AbortController());
    this.#root.adoptedStyleSheets = [elementSheet(this.ownerDocument)];
    this.#restyle = followTheme(this, life.signal);
    const app = scaffold(this.#root, this.getAttribute("aria-label") ?? strings.label);
    this.#layout();
    this.#read(life.signal);
    const near = new IntersectionObserver((entries) => this.#see(entries[entries.length - 1].isIntersecting, app), { rootMargin: NEAR });
    near.observe(this);
    life.signal.addEventListener("abort", () => near.disconnect());
    this.#follow(life.signal);
  }

  /** Its diagram is read early: a Mermaid of the page draws it later, and where nobody sees it all of its boxes are of no size. @param {AbortSignal} signal */
  #read(signal) {
    const parsed = document.readyState !== "loading";
    if (parsed) diagramOf(this);
    else document.addEventListener("readystatechange", () => diagramOf(this), { once: true, signal }); // which comes before scripts that are deferred
  }

  /** The texts of the page lead it that name it. @param {AbortSignal} signal */
  async #follow(signal) {
    const root = /** @type {Document | ShadowRoot} */ (this.getRootNode());
    const texts = /** @type {HTMLElement[]} */ (this.id ? [...root.querySelectorAll(`[data-vitrine-step][data-vitrine-for="${CSS.escape(this.id)}"]`)] : []);
    if (texts.length === 0) return;
    const { followTexts } = await import("./story.js");
    if (!signal.aborted) followTexts(this, texts, (step) => void this.goto(step).catch(() => {}), signal);
  }

  disconnectedCallback() {
    queueMicrotask(() => !this.isConnected && this.#end()); // else it was moved
  }

  /** In another document it begins anew. */
  adoptedCallback() {
    this.#end();
  }

  #end() {
    this.#life?.abort();
    this.#live?.then((live) => live.close(), () => {});
    this.#life = this.#live = this.#picture = null;
    this.#offers++;
    this.#root.replaceChildren();
  }

  /** @param {string} name @param {string | null} before @param {string | null} now */
  attributeChangedCallback(name, before, now) {
    if (before === now) return;
    this.#restyle();
    this.#layout();
    if (name === "prompt" && now !== null) this.#picture?.prompt.set(now);
    if (name === "model" || !this.#live) this.#offer();
  }

  /** What Run loads, as long as it has loaded nothing of that. */
  async #offer() {
    const [picture, model, mine] = [this.#picture, this.getAttribute("model"), ++this.#offers];
    if (!picture) return;
    picture.offer("", hostOf(model));
    const words = await size(model);
    if (mine === this.#offers) picture.offer(words, hostOf(model));
  }

  #layout() {
    const app = this.#root.querySelector(".embed");
    if (app instanceof HTMLElement) layOut(this, app);
  }

  /** @param {boolean} seen @param {HTMLElement} app */
  #see(seen, app) {
    if (seen && !this.#picture) this.#begin(app);
    this.#picture?.see(seen);
  }

  /** It comes into sight for the first time. @param {HTMLElement} app */
  #begin(app) {
    const { signal } = /** @type {AbortController} */ (this.#life);
    const own = diagramOf(this);
    const elsewhere = typeof own === "string" && own !== "" && refusesHTML();
    const picture = mount(app, this, { recording: readRecording(), own: elsewhere ? "" : own, strings, signal });
    app.append(mountOpen(strings, () => this.#fragment(picture), signal));
    this.#picture = picture;
    picture.look?.(this.#step?.stage ?? null);
    const frame = elsewhere ? this.#frame(app) : null; // which draws it
    if (frame) this.#live = Promise.resolve(frame);
    this.#offer();
    this.#sayProblems(app, signal);
    listen(app, "generate", () => this.run().catch(() => {}), signal); // what failed is said where the run would be
    listen(app, "stop", () => this.stop(), signal);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (this.hasAttribute("autoplay") && !still && !hostOf(this.getAttribute("model"))) this.run().catch(() => {});
  }

  /** What is wrong with its link. @param {HTMLElement} app @param {AbortSignal} signal */
  async #sayProblems(app, signal) {
    const link = await linkOf(this).catch(() => null); // a script did not come: Run says so
    if (!link?.problems.length || signal.aborted) return;
    const words = link.problems.map((text) => el("p", { text }));
    app.prepend(el("div", { class: "problems", part: "problems", role: "status" }, ...words));
  }

  /** Of a link to what it shows. @param {P} picture */
  async #fragment(picture) {
    const [{ fragmentOf }, live] = await Promise.all([import("./same.js"), this.#live]);
    return fragmentOf(this, { breakpoints: null, ...picture.now(), step: this.#step, ...live?.shown?.() });
  }

  /** A frame in the place of the picture. @param {HTMLElement} app @param {() => void} lost it does not come: another time it may */
  #frame(app, lost = () => void (this.#live = null)) {
    const { signal } = /** @type {AbortController} */ (this.#life);
    const say = (/** @type {string} */ words) => {
      this.#picture?.say(words);
      lost();
    };
    return placeFrame(app, this, { strings, signal, lost: say });
  }

  /** @returns {Promise<Framed>} */
  #go() {
    const app = this.#root.querySelector(".embed");
    if (!this.#life || !(app instanceof HTMLElement)) return Promise.reject(new Error("the element is in no document"));
    if (!this.#picture) this.#begin(app);
    this.#offers++;
    const { signal } = this.#life;
    const picture = /** @type {P} */ (this.#picture);
    const framed = (/** @type {() => void} */ lost) => this.#frame(app, lost);
    if (this.#live) return this.#live;
    const frame = mustFrame() ? this.#frame(app) : null;
    if (frame) picture.say(strings.starting, NaN);
    const live = frame ? Promise.resolve(frame) : load().then(async (connect) => connect(this, picture, { app, signal, framed, link: await linkOf(this) }));
    this.#live = live;
    live.catch((error) => {
      this.#live = null; // a script did not come: another time it may
      picture.say(strings.failed(String(error.message)));
    });
    return live;
  }

  /**
   * Loads engine and model where they are not there yet, and runs.
   *
   * @param {RunOptions} [options] before which the attributes stand back
   * @returns {Promise<unknown>} the Result, once the run has ended; null where it did not come to one
   */
  async run(options = {}) {
    return (await this.#go()).run(options);
  }

  /** The machine stands before the next stage. */
  async pause() {
    return (await this.#live)?.pause();
  }

  /** One stage further, or what else the options of Run.step say; it begins a run where there is none. @param {Parameters<Run["step"]>[0]} [options] */
  async step(options = {}) {
    return (await this.#go()).step(options);
  }

  /**
   * Shows a place. Before there is an engine it is the stage in the picture; from then on the run goes there, and stands.
   *
   * @param {Step | null} where null: all of the picture
   */
  async goto(where) {
    if (where && !stageNames.includes(where.stage)) throw new RangeError(`goto: there is no stage ${JSON.stringify(where.stage)}`);
    this.#step = where;
    if (!this.#live) return void this.#picture?.look?.(where?.stage ?? null);
    if (where) await (await this.#live).goto(where);
  }

  /** Ends the run. */
  async stop() {
    return (await this.#live)?.stop();
  }
};
