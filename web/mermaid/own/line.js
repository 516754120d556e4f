/** @import { StageName } from "../../vitrine.d.ts" */
/** @import { Sources } from "../readings/readings.js" */
import { percent } from "../../kit/numbers.js";
import { clip } from "../../kit/text.js";
import { SHOWN_STEPS } from "../../run/record.js";
import { readers } from "../readings/readings.js";

/** How many nodes of `generation` tell the steps one by one, as ours do; fewer tell the newest. */
export const STEP_NODES = 2 * SHOWN_STEPS + 1;

/**
 * What a stage shows, in one line.
 *
 * @param {StageName} stage
 * @param {number} part which of the nodes of this stage; negative: of `generation` the newest step's text
 * @param {Sources} sources
 * @param {number} columns
 */
export function lineOf(stage, part, sources, columns) {
  const rows = stage === "distribution" ? 2 : 1; // the last one is for all the rest
  const shown = part < 0 ? 2 * Math.max(0, sources.run.steps.length - 1) : part;
  const { name, value, bars } = readers[stage]?.({ ...sources }, { columns, rows }, shown) ?? {};
  const line = bars ? `${bars[0].token} ${percent(bars[0].probability)}` : (value ?? "").split("\n")[0];
  const step = name && line ? `${name}: ${line}` : line;
  return clip(step, columns);
}
