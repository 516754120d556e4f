// Damaged input for what reads the words of others. A seed gives the same inputs in the same order; a time says how many.

/** Characters that mean something to some reader, or look like nothing. */
const ODD = ['"', "'", "`", "[", "]", "(", ")", "{", "}", "<", ">", "|", "&", "%%", ";", ":", "=", "-->", "@{", "\\", "\0", "\n", "\r\n", "\u202e", "\u2028", "\ud800", "\ufeff", "é", "中", "👩‍💻", "-1", "1e999", "__proto__", "constructor"];

/**
 * @param {number} seed
 * @returns {(n: number) => number} a whole number below n. Source: Numerical Recipes' generator, its upper bits
 */
export function createRandom(seed) {
  let state = seed >>> 0;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

/**
 * Texts made of others, by cutting, doubling, moving and mixing their pieces, until the time is over.
 *
 * @param {string[]} texts
 * @param {{ seed?: number, ms?: number }} [how]
 */
export function* damaged(texts, { seed = 1, ms = 2000 } = {}) {
  const random = createRandom(seed);
  for (const end = performance.now() + ms; performance.now() < end; ) {
    let text = texts[random(texts.length)];
    for (let n = random(6); n >= 0; n--) text = change(text, texts[random(texts.length)], random);
    yield text.slice(0, 20_000);
  }
}

/** @param {string} text @param {string} other @param {(n: number) => number} random */
function change(text, other, random) {
  const from = random(text.length + 1);
  const to = Math.min(text.length, from + random(random(4) === 0 ? text.length + 1 : 12));
  const piece = text.slice(from, to);
  switch (random(5)) {
    case 0:
      return text.slice(0, from) + text.slice(to);
    case 1:
      return text.slice(0, to) + piece.repeat(1 + random(8)) + text.slice(to);
    case 2: {
      const at = random(other.length + 1);
      return text.slice(0, from) + other.slice(at, at + random(80)) + text.slice(to);
    }
    case 3:
      return text.slice(0, from) + ODD[random(ODD.length)] + text.slice(to);
    default:
      return text.slice(0, from) + String.fromCodePoint(random(random(3) === 0 ? 0xd800 : 0x80)) + text.slice(from);
  }
}

/**
 * Values of every kind of JSON and some that JSON has not, in each other.
 *
 * @param {(n: number) => number} random
 * @param {string[]} names of fields that somebody reads
 * @param {number} [depth]
 * @returns {unknown}
 */
export function anything(random, names, depth = 3) {
  const plain = [null, undefined, true, false, 0, -1, 1.5, NaN, Infinity, 2 ** 53, 5n, "", "mlp", "\u202e", () => 1, Symbol("s"), new Date(0)];
  const kind = random(depth > 0 ? 4 : 2);
  if (kind < 2) return random(3) === 0 ? names[random(names.length)] : plain[random(plain.length)];
  if (kind === 2) return Array.from({ length: random(4) }, () => anything(random, names, depth - 1));
  return Object.fromEntries(Array.from({ length: random(5) }, () => [names[random(names.length)], anything(random, names, depth - 1)]));
}
