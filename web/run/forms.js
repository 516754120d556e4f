/** @import { Breakpoint } from "../vitrine.d.ts" */
/** @import { LinkState } from "./link.js" */
import { MOST_HEIGHT } from "./messages.js";

/** What a page is put into other pages with: code for each kind of host. */

/** @typedef {"link" | "frame" | "element" | "jekyll" | "hugo" | "markdown" | "mermaid" | "picture"} FormName */

/** What an embed can hide, by the names of its attribute. */
export const parts = /** @type {const} */ (["prompt", "diagram", "output", "transport", "open"]);

/** Of a diagram, in pixels. */
export const heights = { min: 100, max: MOST_HEIGHT };

/** Whether a text is such a height. @param {string} text */
export const isHeight = (text) => /^\s*\d{3,5}\s*$/.test(text) && Number(text) >= heights.min && Number(text) <= heights.max;

/**
 * How an embed looks that shows a link.
 *
 * @typedef {object} Choices
 * @property {string[]} hide
 * @property {number} [height] of its diagram; left out: by the width
 * @property {"" | "auto" | "light" | "dark"} theme "": as the page around it, which a frame does not see
 */

/**
 * The code of every form.
 *
 * @param {object} shared
 * @param {string} shared.site its address, with its slash at the end
 * @param {string} shared.fragment the link's, without its #
 * @param {Partial<LinkState>} shared.state that it says
 * @param {string} shared.mermaid the diagram with this step's values
 * @param {string} shared.title of the frame, and what the picture shows, in words
 * @param {string} shared.picture name of the picture's file
 * @param {Pick<Choices, "height" | "theme">} shared.look of an embed
 * @returns {Record<FormName, string>}
 */
export function formsOf({ site, fragment, state, mermaid, title, picture, look: { height, theme } }) {
  const link = `${site}#${fragment}`;
  const further = new URLSearchParams({ ...(height && { height: String(height) }), ...(theme && { theme }) });
  const frame = `${site}v1/embed.html#${fragment}${further.size ? `&${further}` : ""}`;
  const high = frameHeight(state.hide ?? [], height);
  const attributes = { ...attributesOf(state), ...(height && { height: String(height) }), ...(theme && theme !== "auto" && { theme }) };
  const script = `<script type="module" src="${attribute(`${site}v1/embed.js`)}"></script>`;
  const element = `<vitrine-pipeline${Object.entries(attributes).map(([name, value]) => ` ${name}="${attribute(value)}"`).join("")} link="${attribute(fragment)}"`;
  const text = state.diagram?.trim();
  return {
    link,
    frame: `<iframe src="${attribute(frame)}" width="100%" height="${high}" loading="lazy" title="${attribute(title)}" allow="fullscreen"></iframe>`,
    element: `${script}\n${element}>${text ? `\n<script type="text/mermaid">\n${inScript(text)}\n</script>\n` : ""}</vitrine-pipeline>`,
    jekyll: `{% include vitrine.html src="${attribute(frame)}" height="${high}" title="${attribute(title)}" %}`,
    hugo: `{{< vitrine src="${attribute(frame)}" height="${high}" title="${attribute(title)}" >}}`,
    markdown: text ? `${script}\n\n${element} markdown="block">\n\n${fenced(text)}\n\n</vitrine-pipeline>` : `${script}\n\n${element}></vitrine-pipeline>`,
    mermaid,
    picture: `[![${inMarkdown(title)}](${picture})](${link})`,
  };
}

/**
 * What attributes of an element say of a link's state beside the link itself, by their names. A model of the site's list is not said: an
 * element takes an address.
 *
 * @param {Partial<LinkState>} state
 * @returns {Record<string, string>}
 */
export function attributesOf({ model, prompt, seed, temperature, topK, topP, maxTokens, at, stands, breakpoints = [], hide = [] }) {
  const place = stands?.stage ? stands : at; // an element stands at its stage
  const given = {
    model: model && /^https?:/i.test(model) ? model : undefined,
    prompt, temperature, "top-k": topK, "top-p": topP, seed, "max-tokens": maxTokens,
    stage: place?.stage, layer: place?.layer, head: at?.head,
    breakpoints: breakpoints.length ? breakpointsText(breakpoints) : undefined,
    hide: hide.join(" ") || undefined,
  };
  return Object.fromEntries(Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])));
}

/** What the parts of an embed take while it runs, in pixels, as a browser lays them out 640 wide. */
const HIGH = { rest: 70, prompt: 97, diagram: 12, output: 94, transport: 44, open: 44 };
const USUAL = 410; // of the diagram
const LEAST = 192; // of an element: min-height in embed.css

/**
 * Of a frame, in pixels: hosts that hear nothing of its own height leave it at this.
 *
 * @param {readonly string[]} hide
 * @param {number} [height] of the diagram
 */
function frameHeight(hide, height = USUAL) {
  const shown = parts.filter((name) => !hide.includes(name));
  const high = shown.reduce((sum, name) => sum + HIGH[name] + (name === "diagram" ? height : 0), HIGH.rest);
  return Math.max(LEAST, high);
}

/** A list of stages, each with its layer after an @, or JSON where there is more to say. @param {Breakpoint[]} breakpoints */
function breakpointsText(breakpoints) {
  const plain = breakpoints.every((one) => Object.keys(one).every((name) => name === "stage" || name === "layer"));
  return plain ? breakpoints.map(({ stage, layer }) => (layer === undefined ? stage : `${stage}@${layer}`)).join(" ") : JSON.stringify(breakpoints);
}

/**
 * A text inside double quotes: no character of it is markup to HTML, Markdown or a template, and no line is blank.
 *
 * @param {string} text
 */
const attribute = (text) => text.replace(/[&<>"'`{}%\\\n\r\t*[\]|]/g, (character) => `&#${character.charCodeAt(0)};`);

/** A diagram inside a script element, which ends at nothing else than its end tag. @param {string} text */
const inScript = (text) => text.replace(/<(?=[/!]|script)/gi, "#lt;");

/** A fenced block that no line of the text ends. @param {string} text */
function fenced(text) {
  const fence = "`".repeat(Math.max(3, ...(text.match(/`+/g) ?? []).map((run) => run.length + 1)));
  return `${fence}mermaid\n${text}\n${fence}`;
}

/** A text inside a picture's square brackets. @param {string} text */
const inMarkdown = (text) => text.replace(/\s+/g, " ").replace(/[\\[\]<>&*_`{}!]/g, (character) => `&#${character.charCodeAt(0)};`);
