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
      ticks ??= part("div", "ticks", "");
      if (!ticks.isConnected) value.after(ticks);
      paintTicks(ticks, reading.ticks);
    }
  };
}

/**
 * @param {string} tag
 * @param {string} className
 * @param {string} text
 */
export function part(tag, className, text) {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
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
    value.replaceChildren(...bars.map(() => part("div", "bar", "")));
    for (const row of value.children) row.append(part("span", "token", ""), part("span", "share", ""));
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
  while (ticks.childElementCount < total) ticks.append(part("i", "", ""));
  for (const [i, tick] of [...ticks.children].entries()) tick.classList.toggle("on", i < done);
}
