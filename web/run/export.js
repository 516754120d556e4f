/** @import { EngineInfo, Switch } from "../vitrine.d.ts" */
/** @import { Tree, Leaf } from "./branches.js" */
/** @import { RunState } from "./state.js" */
/** @import { Settings } from "./settings.js" */
/** @import { ShareStrings } from "../i18n/share-en.js" */
import { exact } from "../kit/numbers.js";
import { quote } from "../kit/text.js";
import { outputOf, textOf } from "./output.js";

/** The version of what runAsJSON gives. docs/share.md describes it. */
const VERSION = 1;

/**
 * @typedef {object} Told
 * @property {EngineInfo | null} info
 * @property {RunState} state
 * @property {string} prompt that the run has read
 * @property {Tree} tree
 * @property {Switch[]} switches
 * @property {string | null} link null where the run is more than a link holds
 */

/** @typedef {ReturnType<typeof runAsJSON>} RunJSON */

/**
 * A run as a value that JSON can hold: every number is the engine's own.
 *
 * @param {Told} told
 */
export function runAsJSON({ info, state, prompt, tree, switches, link }) {
  const { settings, pieces, at, done } = state;
  const tokens = state.tokens.filter(({ ahead }) => !ahead);
  return {
    format: "vitrine.run",
    version: VERSION,
    link,
    model: info && { name: info.name, architecture: info.architecture, parameters: info.parameters, bytes: info.bytes, weights: info.weights, layers: info.layers, heads: info.heads, embedding: info.embedding, context: info.context, vocabulary: info.vocabulary },
    prompt: { text: prompt, tokens: pieces.map(({ id, text, bytes, special }, position) => ({ position, id, text, ...(text.includes("\uFFFD") && { bytes: [...bytes] }), ...(special && { special }) })) },
    settings: settings ?? /** @type {Settings | null} */ (null),
    switches,
    tokens: tokens.map((token) => ({ position: token.position, ...tokenOf(token) })),
    text: textOf(outputOf({ pieces, tokens, done })),
    stands: at && { stage: at.stage, layer: at.layer, position: at.position, reason: at.reason },
    finishReason: done?.finishReason ?? null,
    branches: tree.branches.map(({ id, parent, from, name, tokens, settings, switches }) => ({ id, parent, from, name, current: id === tree.current, settings, switches, tokens: tokens.map(tokenOf) })),
  };
}

/** @param {Leaf} token */
const tokenOf = ({ id, piece, probability, bytes, forced, special }) => ({ id, text: piece, probability, ...(bytes && { bytes: Array.from(bytes) }), ...(forced && { forced }), ...(special && { special }) });

/** @param {string} text */
const whole = (text) => quote(text, { whole: true });

/**
 * A run as a text that people read.
 *
 * @param {RunJSON} run
 * @param {ShareStrings["transcript"]} words
 */
export function transcriptOf({ link, model, prompt, settings, switches, tokens, text, stands, finishReason, branches }, words) {
  const line = (/** @type {{ position: number, id: number, text: string, probability?: number, forced?: true }} */ { position, id, text, probability, forced }) =>
    [String(position).padStart(8), String(id).padStart(7), (probability === undefined ? "" : exact(probability)).padStart(16), `  ${whole(text)}`, forced ? ` ${words.forced}` : ""].join("");
  const others = branches.filter(({ current }) => !current);
  return [
    words.title,
    "",
    ...(model ? [words.model(model)] : []),
    words.prompt(whole(prompt.text)),
    ...(settings ? [words.settings(settings)] : []),
    ...settings?.stop.map((stop) => words.stop(whole(stop))) ?? [],
    ...switches.map((one) => words.switched(JSON.stringify(one))),
    finishReason ? words.ended(finishReason) : stands ? words.stands(stands) : words.going,
    ...(link === null ? [] : [words.link(link)]),
    "",
    words.head,
    ...prompt.tokens.map(line),
    ...tokens.map(line),
    "",
    words.text,
    "",
    text,
    ...others.flatMap(({ id, name, from, tokens, switches }) => [
      "",
      words.branch(name ? whole(name) : String(id), from),
      ...switches.map((one) => words.switched(JSON.stringify(one))),
      ...tokens.slice(from).map((token, i) => line({ position: prompt.tokens.length + from + i, ...token })),
    ]),
    "",
  ].join("\n");
}
