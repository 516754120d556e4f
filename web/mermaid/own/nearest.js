const LONG = 100; // letters: no name of ours has as many, and a longer word of an author's is no slip of the hand

/**
 * The one of the words that is most like another: what was probably meant.
 *
 * @param {string} word
 * @param {Iterable<string>} words
 * @returns {string} "" where none is like it
 */
export function nearest(word, words) {
  const most = Math.max(2, Math.floor(word.length / 3)); // changes of a letter
  if (word.length > LONG) return "";
  let best = "";
  let least = most + 1;
  for (const one of words) {
    if (Math.abs(one.length - word.length) >= least) continue; // as many changes at least
    const changes = distance(word.toLowerCase(), one.toLowerCase());
    if (changes < least) [best, least] = [one, changes];
  }
  return best;
}

/**
 * Letters to put in, take out or change. Source: Wagner and Fischer 1974.
 *
 * @param {string} a
 * @param {string} b
 */
function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(next[j - 1] + 1, row[j] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}
