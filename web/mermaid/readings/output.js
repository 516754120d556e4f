/** @import { Candidate, FinishReason, StageName } from "../../vitrine.d.ts" */
/** @import { Reader, Sources } from "./readings.js" */
import { count, fixed, percent, rounded } from "../../kit/numbers.js";
import { clip, visible, wrap } from "../../kit/text.js";
import { SHOWN_STEPS } from "../../run/record.js";
import { fill, pieceOf, plural, withToken } from "./write.js";

const SHARE = 8; // columns of a percentage behind a token

/**
 * @param {"decode.top_k" | "decode.top_p"} stage
 * @param {(sources: Sources) => string} template
 * @param {number} off the parameter that keeps all
 * @returns {Reader}
 */
const filter = (stage, template, off) => (sources) => {
  const event = sources.run.of(stage);
  if (!event) return {};
  const { parameter, kept, removed } = event.detail;
  const form = parameter === off && removed === 0 ? sources.words.off : template(sources);
  return { value: fill(form, { parameter: rounded(parameter, 2), kept: count(kept), all: count(kept + removed) }) };
};

/** The text that one of the steps shown read. @type {Reader} */
const read = ({ run, words }, room, n) => {
  const step = run.steps[n];
  const name = fill(words.step, { step: (step?.step ?? n) + 1 });
  if (!step) return { name };
  const pieces = visible(step.context, { spaces: false }).split(/(?<= )/);
  return { name, value: wrap(pieces, room, { tail: true }) };
};

/** What it predicted. @type {Reader} */
const predicted = ({ run }, room, n) => {
  const step = run.steps[n];
  if (!step) return {};
  return { bars: [{ token: clip(pieceOf(step), room.columns - SHARE), probability: step.probability }] };
};

/** What comes after the steps shown. @param {Sources} sources */
function end({ run, words }) {
  const { done } = run;
  if (done) return { name: words.ended, value: `${reason(done.finishReason, words)}\n${plural(words.tokens, done.ids.length)}` };
  const step = run.steps.at(-1)?.step;
  return step === undefined ? { value: words.until, idle: true } : { value: fill(words.next, { step: step + 2 }) };
}

/**
 * The `rows - 1` most probable tokens, and all others as one.
 *
 * @param {{ top: Candidate[], restProbability: number, restCount: number }} detail
 * @param {number} rows
 */
function topAndRest({ top, restProbability, restCount }, rows) {
  const hidden = top.slice(rows - 1);
  const probability = hidden.reduce((sum, candidate) => sum + candidate.probability, restProbability);
  return { shown: top.slice(0, rows - 1), probability, others: restCount + hidden.length };
}

/** @type {Partial<Record<StageName, Reader>>} by stage */
export const outputReaders = {
  head({ run, info, words }, room) {
    const event = run.of("head");
    if (!event) return { value: fill(words.vector, { size: count(info.vocabulary) }), idle: true };
    const top = event.detail.top.map((token) => fill(words.logit, { token: pieceOf(token), logit: fixed(token.logit, 2) }));
    return { value: wrap(top, room, { separator: "  ", open: true }) };
  },
  softmax({ run, info, words }, room) {
    const event = run.of("softmax");
    if (!event) return { value: fill(words.vector, { size: count(info.vocabulary) }), idle: true };
    const { sum, largest } = event.detail;
    const full = fill(words.sum, { sum: fixed(sum, 7), top: percent(largest) });
    return { value: full.length <= room.columns ? full : fill(words.sum, { sum: fixed(sum, 3), top: percent(largest) }) };
  },
  distribution({ run, words }, room) {
    const event = run.of("distribution");
    if (!event) return {};
    const { shown, probability, others } = topAndRest(event.detail, room.rows);
    const bars = shown.map((token) => ({ token: clip(pieceOf(token), room.columns - SHARE), probability: token.probability }));
    return { bars: [...bars, { token: fill(words.rest, { count: count(others) }), probability, rest: true }] };
  },
  decode({ run, words }) {
    const [temperature, k, p] = [run.of("decode.temperature"), run.of("decode.top_k"), run.of("decode.top_p")];
    const kept = run.of("decode.sample")?.detail.kept;
    if (!temperature || !k || !p || kept === undefined) return {};
    const parameters = { temperature: rounded(temperature.detail.parameter, 2), k: count(k.detail.parameter), p: rounded(p.detail.parameter, 2) };
    return { value: fill(words.decoding, { ...parameters, kept: count(kept) }) };
  },
  "decode.temperature"({ run, words }, room) {
    const event = run.of("decode.temperature");
    if (!event) return {};
    const { parameter, top } = event.detail;
    if (parameter === 0) return { value: words.greedy };
    const values = { parameter: rounded(parameter, 2), top: percent(top[0].probability) };
    const full = fill(words.temperature, values);
    return { value: full.length <= room.columns ? full : fill(words.temperatureShort, values) };
  },
  "decode.top_k": filter("decode.top_k", ({ words }) => words.topK, 0),
  "decode.top_p": filter("decode.top_p", ({ words }) => words.topP, 1),
  "decode.sample"({ run, words }, room) {
    const detail = run.of("decode.sample")?.detail;
    if (!detail) return {};
    const form = detail.random < 0 ? words.best : words.drawn;
    return { value: withToken(form, detail, { random: fixed(detail.random, 4) }, room.columns) };
  },
  "decode.stop"({ run, words }) {
    const detail = run.of("decode.stop")?.detail;
    return detail ? { value: reason(detail.reason, words) } : {};
  },
  select({ run, info, words }, room) {
    const detail = run.of("select")?.detail;
    if (!detail) return {};
    const { probability, random, rank } = detail;
    const form = random < 0 ? words.chosenGreedy : words.chosen;
    const values = { probability: percent(probability), random: fixed(random, 4) };
    return {
      value: withToken(form, detail, values, room.columns),
      caption: fill(words.rank, { rank: count(rank + 1), count: count(info.vocabulary) }),
    };
  },
  append({ run, words }, room) {
    const detail = run.of("append")?.detail;
    if (!detail) return {};
    const many = `${plural(words.ids, detail.count)} `;
    const columns = room.columns - many.length;
    return { value: many + wrap(detail.ids.map(String), { columns, rows: 1 }, { separator: " ", tail: true }) };
  },
  loop({ run, words }, room) {
    const detail = run.of("loop")?.detail;
    if (!detail) return {};
    const values = { step: detail.step + 1, cached: count(detail.cached), reason: reason(detail.reason, words) };
    const full = fill(words.loopReason, values);
    return { value: full.length <= room.columns ? full : fill(words.loop, values) };
  },
  generation(sources, room, part) {
    if (part === 2 * SHOWN_STEPS) return end(sources);
    return part % 2 ? predicted(sources, room, (part - 1) / 2) : read(sources, room, part / 2);
  },
};

/**
 * @param {FinishReason | ""} why
 * @param {Sources["words"]} words
 */
const reason = (why, words) => (why ? words.reasons[why] : words.goesOn);
