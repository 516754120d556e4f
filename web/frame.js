/**
 * The script of embed.html: one element that fills the frame, told by the fragment of its address, which is a link of
 * Vitrine, with attributes after an & if any, or has attributes as a query has them, and in touch with the page around it by messages.
 */
import { ATTRIBUTES } from "./elements/attributes.js";
import { guardLabels } from "./mermaid/trusted.js";
import { attributesIn, callOf, events, MOST_TEXT } from "./run/messages.js";

/** @typedef {HTMLElement & { run(options: object): Promise<unknown>, pause(options?: object): Promise<unknown>, step(options: object): Promise<unknown>, goto(where: object): Promise<unknown>, stop(options?: object): Promise<unknown> }} Embedded */

guardLabels();
const KINDS = ["vitrine-pipeline", "vitrine-next", "vitrine-attention", "vitrine-tokens"];
const fragment = location.hash.slice(1);
const told = /^v\d+\./.test(fragment) ? await readLink(fragment) : new URLSearchParams(fragment);
const kind = KINDS.find((name) => name === told.get("element")) ?? KINDS[0];
const element = /** @type {Embedded} */ (document.createElement(kind));
for (const [name, value] of told) if (value.length <= MOST_TEXT) give(name, value);
if (told.has("autoplay")) element.setAttribute("autoplay", "");
element.textContent = told.get("diagram") ?? "";
document.body.append(element);

/** @param {string} name of an attribute @param {string | null} value null where there is to be none */
function give(name, value) {
  if (!ATTRIBUTES.includes(name)) return;
  if (value === null) element.removeAttribute(name);
  else element.setAttribute(name, value);
  // Of another scheme than the page around it a frame is not transparent, and it cannot see which that page has.
  if (name === "theme") document.documentElement.style.colorScheme = { light: "light", dark: "dark", auto: "light dark" }[value ?? ""] ?? "";
}

/** A link as attributes, and those after it; what is wrong with the link the element says. @param {string} fragment */
async function readLink(fragment) {
  const [{ decode }, { attributesOf }] = await Promise.all([import("./run/link.js"), import("./run/forms.js")]);
  const [link] = fragment.split("&", 1);
  const { state } = await decode(link);
  const further = new URLSearchParams(fragment.slice(link.length));
  return new URLSearchParams({ link, ...attributesOf(state), ...(state.diagram && { diagram: state.diagram }), ...Object.fromEntries(further) });
}

/** @param {object} message to whoever has put the frame there: they may read what it shows */
const tell = (message) => parent !== self && parent.postMessage(message, "*");

for (const type of events) {
  element.addEventListener(type, (event) => tell({ vitrine: 1, type, detail: /** @type {CustomEvent} */ (event).detail }));
}

let height = 0;
new ResizeObserver(() => {
  const now = Math.ceil(document.body.getBoundingClientRect().height);
  if (now === height) return;
  height = now;
  tell({ context: "iframe.resize", sentinel: "amp", type: "embed-size", height, src: location.href });
}).observe(document.body);

addEventListener("message", ({ source, data }) => {
  if (source !== parent || parent === self) return;
  for (const [name, value] of attributesIn(data)) give(name, value);
  const asked = callOf(data);
  if (asked) answer(asked);
});

/** @param {NonNullable<ReturnType<typeof callOf>>} asked */
async function answer(asked) {
  const { id } = asked;
  if (asked.wrong !== undefined) return tell({ vitrine: 1, type: "answered", id, error: asked.wrong });
  const done = await element[asked.call](asked.options).then((value) => ({ value }), (error) => ({ error: String(error.message) })); // the element says it too
  if (id !== undefined) tell({ vitrine: 1, type: "answered", id, ...done });
  else if (asked.call === "run") tell({ vitrine: 1, type: "answered" });
}

customElements.whenDefined(kind).then(() => tell({ vitrine: 1, type: "ready" }));
