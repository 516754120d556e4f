/** @import { Engine, StageName, Tensor } from "../../vitrine.d.ts" */
/** @import { InspectorStrings } from "../../i18n/inspector-en.js" */
/** @import { Palette } from "./palette.js" */
/** @import { CellRead } from "./picture.js" */
/** @import { Place, Seen } from "./place.js" */
/** @import { Asks, Reading } from "./reading.js" */
import { mountArchitecture } from "./architecture.js";
import { mountAttention } from "./attention.js";
import { mountCurve } from "./curve.js";
import { readDecided } from "./decided.js";
import { mountDecision } from "./decision.js";
import { mountNorm } from "./norms.js";
import { mountRanking, readPage } from "./ranking.js";
import { mountRows } from "./rows.js";
import { mountSteps } from "./steps.js";
import { mountStream } from "./stream.js";
import { mountTokens } from "./tokens.js";

/**
 * What a view is told.
 *
 * @typedef {object} Now
 * @property {StageName} stage
 * @property {Place | null} place of the reading
 * @property {Reading | null} reading
 * @property {boolean} stands the machine stands, and answers
 * @property {boolean} stale the reading is of another place, until the answer comes
 * @property {boolean} there the machine has been at the place that is asked for
 * @property {Seen} state
 * @property {Asks | null} run that answers
 * @property {Pick<Engine, "merges" | "positions" | "projection" | "generate"> | null} engine that has the model
 * @property {(position: number) => string} text of the token there, quoted
 */

/**
 * The same where the machine stands, and has answered for the place.
 *
 * @typedef {object} Answered
 * @property {StageName} stage
 * @property {Place} place
 * @property {number} version another one where the run has moved, or is another
 * @property {Tensor[]} tensors that the engine answered with
 * @property {Seen} state
 * @property {Asks} run that answers
 * @property {Now["engine"]} engine
 * @property {Now["text"]} text
 */

/**
 * What a stage shows beside its tensors, above and below them. It stops at its signal. One that has `answer` is there from
 * the first answer on.
 *
 * @typedef {object} StageView
 * @property {HTMLElement} [above]
 * @property {HTMLElement} [below]
 * @property {ReadonlySet<string>} [owns] tensors that it draws itself
 * @property {(now: Now) => void} [show] at every draw
 * @property {(now: Answered) => void} [answer] at every draw while the machine stands and has answered
 * @property {() => void} [paint] again, as after a change of the colours
 * @property {(on: boolean) => void} [stand] whether the machine stands, and answers
 * @property {(cell: CellRead) => void} [read] a cell of its tensors
 */

/** @typedef {(options: { strings: InspectorStrings, palette: Palette, signal: AbortSignal }) => StageView} MountView */

/** @typedef {(place: Place, run: Asks, state: Seen) => Promise<unknown>} ReadView what a view needs to know of a place beside the tensors: Reading.own */

/** The view of each stage that has one: stages with the same one share it while it is open. @type {Partial<Record<StageName, MountView>>} */
export const views = {
  tokenize: mountTokens,
  embed: mountRows,
  position: mountRows,
  layers: mountArchitecture,
  ln1: mountNorm,
  attention: mountAttention,
  "attention.qkv": mountAttention,
  "attention.scores": mountAttention,
  "attention.scale": mountAttention,
  "attention.mask": mountAttention,
  "attention.mix": mountAttention,
  residual1: mountStream,
  ln2: mountNorm,
  mlp: mountCurve,
  residual2: mountStream,
  final: mountNorm,
  head: mountRanking,
  softmax: mountRanking,
  distribution: mountRanking,
  decode: mountDecision,
  "decode.temperature": mountDecision,
  "decode.top_k": mountDecision,
  "decode.top_p": mountDecision,
  "decode.sample": mountDecision,
  "decode.stop": mountDecision,
  loop: mountSteps,
  generation: mountSteps,
};

/** @type {Map<MountView | undefined, ReadView>} */
const reads = new Map([[mountRanking, readPage], [mountDecision, readDecided]]);

/** What the view of a stage reads, undefined where it reads nothing. @param {StageName} stage */
export const readOf = (stage) => reads.get(views[stage]);
