/**
 * The script of embed.html: one element that fills the frame, told by the fragment of its address, which is a link of
 * Vitrine or has attributes as a query has them, and in touch with the page around it by messages.
 */
import { ATTRIBUTES } from "./elements/attributes.js";

/** @typedef {HTMLElement & { run(options: object): Promise<unknown>, pause(options?: object): Promise<unknown>, step(options: object): Promise<unknown>, stop(options?: object): Promise<unknown> }} Embedded */

const TOLD = ["stage", "token", "paused", "done"];
const LONGEST = 50_000; // characters of a text that comes from outside

/** What options of a call may be. @type {Record<string, (value: unknown) => boolean>} */
const OPTIONS = {
  prompt: (value) => typeof value === "string" && value.length <= LONGEST,
  paused: (value) => typeof value === "boolean",
  granularity: (value) => ["stage", "layer", "token"].includes(String(value)),
  direction: (value) => ["over", "into", "out"].includes(String(value)),
};
for (const name of ["temperature", "topK", "topP", "seed", "maxTokens", "pace"]) OPTIONS[name] = (value) => typeof value === "number" && Number.isFinite(value) && value >= 0;

const KINDS = ["vitrine-pipeline", "vitrine-next", "vitrine-attention", "vitrine-tokens"];
const fragment = location.hash.slice(1);
const told = /^v\d+\./.test(fragment) ? await readLink(fragment) : new URLSearchParams(fragment);
const kind = KINDS.find((name) => name === told.get("element")) ?? KINDS[0];
const element = /** @type {Embedded} */ (document.createElement(kind));
for (const [name, value] of told) if (ATTRIBUTES.includes(name) || name === "autoplay") element.setAttribute(name, value);
element.textContent = told.get("diagram") ?? "";
const scheme = told.get("theme");
if (scheme === "light" || scheme === "dark") document.documentElement.style.colorScheme = scheme; // else the frame is not transparent
document.body.append(element);

/** A link as attributes; what is wrong with it stands in the frame. @param {string} fragment */
async function readLink(fragment) {
  const [{ decode }, { attributesOf }] = await Promise.all([import("./run/link.js"), import("./run/forms.js")]);
  const { state, problems } = await decode(fragment);
  for (const words of problems) document.body.append(Object.assign(document.createElement("p"), { textContent: words, role: "status" }));
  return new URLSearchParams({ link: fragment, ...attributesOf(state), ...(state.diagram && { diagram: state.diagram }) });
}

/** @param {object} message to whoever has put the frame there: they may read what it shows */
const tell = (message) => parent !== self && parent.postMessage(message, "*");

for (const type of TOLD) {
  element.addEventListener(type, (event) => tell({ vitrine: 1, type, detail: /** @type {CustomEvent} */ (event).detail }));
}

let height = 0;
new ResizeObserver(() => {
  const now = Math.ceil(element.getBoundingClientRect().height);
  if (now === height) return;
  height = now;
  tell({ context: "iframe.resize", sentinel: "amp", type: "embed-size", height, src: location.href });
}).observe(element);

addEventListener("message", ({ source, data }) => {
  if (source !== parent || parent === self || typeof data !== "object" || data === null || data.vitrine !== 1) return;
  const { call, options = {} } = data;
  if (!["run", "pause", "step", "stop"].includes(call) || typeof options !== "object" || options === null) return;
  if (!Object.entries(options).every(([name, value]) => Object.hasOwn(OPTIONS, name) && OPTIONS[name](value))) return;
  element[/** @type {"run" | "pause" | "step" | "stop"} */ (call)](options).catch(() => {}); // the element says what went wrong
});
customElements.whenDefined(kind).then(() => tell({ vitrine: 1, type: "ready" }));
