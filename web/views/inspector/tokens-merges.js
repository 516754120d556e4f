/** @import { MergedPiece } from "../../vitrine.d.ts" */

/**
 * The tokens of a piece after each of its merges, as bytes: first single bytes, last what its ids stand for.
 *
 * @param {Pick<MergedPiece, "bytes" | "merges" | "whole">} piece
 * @returns {{ tokens: Uint8Array[], made: number }[]} `made`: which token the merge made, -1 for none
 */
export function statesOf({ bytes, merges, whole }) {
  if (whole) return [{ tokens: [bytes], made: -1 }];
  let starts = Array.from(bytes, (_, i) => i);
  const tokens = () => starts.map((start, i) => bytes.subarray(start, starts[i + 1] ?? bytes.length));
  const states = [{ tokens: tokens(), made: -1 }];
  for (const { at } of merges) {
    const made = starts.indexOf(at);
    starts = starts.filter((_, i) => i !== made + 1);
    states.push({ tokens: tokens(), made });
  }
  return states;
}
