/**
 * A formula as data: a text of signs with blanks between them, or a list that begins with how its parts are set:
 * line by line, in a row, as base and index, base and power, base with both, numerator and denominator, or under a root.
 *
 * @typedef {string | ["lines" | "row", ...Formula[]] | ["sub" | "sup" | "frac", Formula, Formula] | ["subsup", Formula, Formula, Formula] | ["root", Formula]} Formula
 */

const MATHML = "http://www.w3.org/1998/Math/MathML";
const elements = { row: "mrow", sub: "msub", sup: "msup", subsup: "msubsup", frac: "mfrac", root: "msqrt" };

/**
 * A formula as MathML.
 *
 * @param {Formula} formula
 * @param {string} said the formula in words, its name for assistive technology
 */
export function drawFormula(formula, said) {
  const math = make("math", set(formula));
  math.setAttribute("displaystyle", "true");
  math.setAttribute("aria-label", said);
  return math;
}

/**
 * @param {Formula} formula
 * @returns {Element}
 */
function set(formula) {
  if (typeof formula !== "string") {
    const [kind, ...parts] = formula;
    if (kind === "lines") return make("mtable", ...parts.map((part) => make("mtr", make("mtd", set(part)))));
    return make(elements[kind], ...parts.map(set));
  }
  const signs = formula.split(" ").map(sign);
  return signs.length === 1 ? signs[0] : make("mrow", ...signs);
}

/** @param {string} text a number, a name, or an operator */
function sign(text) {
  const kind = /^[\d.]+$/.test(text) ? "mn" : /^\p{L}+$/u.test(text) ? "mi" : "mo";
  const element = make(kind, text);
  if (/[()[\]]/.test(text)) element.setAttribute("stretchy", "false");
  return element;
}

/** @param {string} name @param {(Element | string)[]} children */
function make(name, ...children) {
  const element = document.createElementNS(MATHML, name);
  element.append(...children);
  return element;
}
