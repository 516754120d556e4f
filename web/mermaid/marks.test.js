import assert from "node:assert/strict";
import test from "node:test";
import { createMarks } from "./marks.js";

const strings = { breakpoint: "breakpoint", switched: (/** @type {any} */ one) => `${one.off} off`, firstOf: (/** @type {string[]} */ [first = ""]) => first };

/** A card that remembers what is said of it. @param {any} stage @param {boolean} [frame] @returns {any} */
function card(stage, frame = false) {
  /** @type {Record<string, unknown[]>} */
  const said = {};
  const keep = (/** @type {string} */ name) => (/** @type {unknown[]} */ ...words) => void (said[name] = words);
  return { stage, frame, said, setStop: keep("stop"), setDiffers: keep("differs"), setOff: keep("off") };
}

test("what is known is said of the cards that are shown, and again of others that take their place", () => {
  let cards = [card("mlp"), card("head")];
  const marks = createMarks(strings, () => cards);
  marks.setStops(new Set(["head"]));
  marks.setDiffers(new Map([["mlp", { short: "Δ 0.1", long: "a tenth" }]]));
  const seen = () => cards.map(({ said }) => [said.stop, said.differs]);
  const marked = [[[""], ["Δ 0.1", "a tenth"]], [["breakpoint"], ["", ""]]];
  assert.deepEqual(seen(), marked);
  cards = [card("mlp"), card("head")];
  marks.renew();
  assert.deepEqual(seen(), marked);
});

test("a switch is said once of a list of switches, and of the frame of a part only where it has no node", () => {
  let cards = [card("attention"), card("attention", true), card("mlp", true)];
  const marks = createMarks(strings, () => cards);
  const switches = /** @type {any[]} */ ([{ off: "attention", layer: 1 }, { off: "mlp", layer: 1 }]);
  marks.setSwitches(switches);
  assert.deepEqual(cards.map(({ said }) => said.off), [["attention off", "attention off"], ["", ""], ["mlp off", "mlp off"]]);
  cards = [card("mlp")];
  marks.setSwitches(switches);
  assert.equal(cards[0].said.off, undefined, "nothing has changed");
  marks.renew();
  marks.setSwitches(switches);
  assert.deepEqual(cards[0].said.off, ["mlp off", "mlp off"]);
});
