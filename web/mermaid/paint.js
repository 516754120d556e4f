import { el } from "../kit/dom.js";
import { percent } from "../kit/numbers.js";

/**
 * What one element shows. A name or caption left out is the label's own, a value left out is empty.
 *
 * @typedef {object} Reading
 * @property {string} [name]
 * @property {string} [value] lines separated by \n
 * @property {string} [caption]
 * @property {Bar[]} [bars] instead of value
 * @property {{ done: number, total: number }} [ticks] beside value
 * @property {boolean} [idle] the value is the model's shape, not of a run
 */
/** @typedef {{ token: string, probability: number, rest?: boolean }} Bar */

/**
 * Writes readings, and touches the document only where one differs from the last.
 *
 * @param {HTMLElement} name
 * @param {HTMLElement} value
 * @param {HTMLElement} caption
 * @returns {(reading: Reading) => void}
 */
export function painter(name, value, caption) {
  const own = { name: name.textContent ?? "", caption: caption.textContent ?? "" };
  /** @type {HTMLElement | undefined} */
  let ticks;
  return (reading) => {
    write(name, reading.name ?? own.name);
    write(caption, reading.caption ?? own.caption);
    if (reading.bars) paintBars(value, reading.bars);
    else write(value, reading.value ?? "");
    value.classList.toggle("idle", Boolean(reading.idle));
    if (reading.ticks) {
      ticks ??= el("div", { class: "ticks" });
      if (!ticks.isConnected) value.after(ticks);
      paintTicks(ticks, reading.ticks);
    }
  };
}

/**
 * @param {Element} element
 * @param {string} text
 */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * @param {HTMLElement} value
 * @param {Bar[]} bars
 */
function paintBars(value, bars) {
  if (value.childElementCount !== bars.length) {
    value.replaceChildren(...bars.map(() => el("div", { class: "bar" })));
    for (const row of value.children) row.append(el("span", { class: "token" }), el("span", { class: "share" }));
  }
  for (const [i, { token, probability, rest }] of bars.entries()) {
    const row = /** @type {HTMLElement} */ (value.children[i]);
    const [label, share] = /** @type {any} */ (row.children);
    row.classList.toggle("rest", Boolean(rest));
    row.style.setProperty("--share", probability.toFixed(4));
    write(label, token);
    write(share, percent(probability));
  }
}

/**
 * @param {HTMLElement} ticks
 * @param {{ done: number, total: number }} count
 */
function paintTicks(ticks, { done, total }) {
  while (ticks.childElementCount < total) ticks.append(el("i"));
  for (const [i, tick] of [...ticks.children].entries()) tick.classList.toggle("on", i < done);
}
