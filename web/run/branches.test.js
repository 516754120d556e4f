import assert from "node:assert/strict";
import test from "node:test";
import { begin, branchOf, change, choices, fork, isFull, MOST_RUNS, noTree, record, remove, rename, rows, sharedLength, walk } from "./branches.js";

const prompt = [{ id: 7 }, { id: 8 }];
const settings = { seed: 1 };
/** Tokens by their ids; a negative one was chosen by somebody. */
const tokens = (...ids) => ids.map((id, step) => ({ id: Math.abs(id), piece: `t${id}`, text: `t${id}`, probability: 0.5, step, position: 2 + step, forced: id < 0 || undefined }));
const ids = (tree, id) => branchOf(tree, id).tokens.map((token) => token.id);
const shape = (tree) => rows(tree).map(({ branch, depth }) => [branch.id, depth, branch.from]);

/** Branch 1 is 1 2 3 4; 2 leaves it at step 2, 3 leaves that at step 3. */
function grown() {
  let tree = record(begin(noTree, prompt, settings), tokens(1, 2, 3, 4));
  tree = record(fork(tree, 2), tokens(1, 2, -9, 5));
  return record(fork(tree, 3), tokens(1, 2, -9, -6));
}

test("a run is a branch, and leaves another where it is led elsewhere", () => {
  const tree = grown();
  assert.deepEqual(shape(tree), [[1, 0, 0], [2, 1, 2], [3, 2, 3]]);
  assert.deepEqual([ids(tree, 1), ids(tree, 2), ids(tree, 3)], [[1, 2, 3, 4], [1, 2, 9, 5], [1, 2, 9, 6]]);
  assert.equal(tree.current, 3);
  assert.equal(noTree.branches.length, 0, "the values that were given stay");
});

test("one that the run has come to along several short ones is all of them", () => {
  let tree = record(begin(noTree, prompt, settings), tokens(1, 2, 3, 4));
  tree = fork(fork(tree, 2), 1); // 2 has two tokens, and 3, which left that, has one
  tree = fork(walk(tree, 1), 3);
  assert.deepEqual(shape(tree), [[1, 0, 0], [2, 1, 2], [3, 2, 1], [4, 1, 3]]);
  tree = record(tree, tokens(1, 2, 3, -9));
  assert.deepEqual(shape(tree), [[1, 0, 0], [2, 1, 2]]);
  assert.deepEqual([tree.current, ids(tree, 2)], [2, [1, 2, 3, 9]]);
});

test("nothing is left behind where nothing was generated after the step", () => {
  const tree = fork(record(begin(noTree, prompt, settings), tokens(1, 2)), 2);
  assert.equal(tree.branches.length, 1);
  assert.deepEqual(ids(record(tree, tokens(1, 2, -3)), 1), [1, 2, 3]);
});

test("a branch that the run went back on stays as it was, and what lies ahead is not of the one that it begins", () => {
  const ahead = tokens(1, 2, 3, 4).map((token, step) => (step < 2 ? token : { ...token, ahead: true }));
  const back = record(record(begin(noTree, prompt, settings), tokens(1, 2, 3, 4)), ahead);
  assert.deepEqual(ids(back, 1), [1, 2, 3, 4]);
  const left = record(fork(back, 2), ahead);
  assert.deepEqual(ids(left, 2), [1, 2]);
  assert.deepEqual(shape(record(left, tokens(1, 2, -9))), [[1, 0, 0], [2, 1, 2]]);
});

test("what comes again is the branch that was there, with its name", () => {
  let tree = rename(record(begin(noTree, prompt, settings), tokens(1, 2, 3)), 1, " first ");
  tree = record(fork(tree, 1), tokens(1, 2));
  assert.equal(tree.branches.length, 2, "not yet all of it");
  tree = record(tree, tokens(1, 2, 3, 4));
  assert.deepEqual(shape(tree), [[1, 0, 0]]);
  assert.equal(tree.current, 1);
  assert.equal(branchOf(tree, 1).name, "first");
  assert.equal(tree.next, 2, "the number that was not needed is free again");
  assert.deepEqual(ids(tree, 1), [1, 2, 3, 4]);
  const three = record(fork(grown(), 1), tokens(1, 2, -9, 5, 7));
  assert.deepEqual(shape(three), [[1, 0, 0], [2, 1, 2], [3, 2, 3]], "those that left it still do");
  assert.equal(three.current, 2);
});

test("a run of the same prompt stands beside the others, of another prompt alone", () => {
  const twice = begin(grown(), prompt, { seed: 2 });
  assert.deepEqual(shape(twice), [[1, 0, 0], [2, 1, 2], [3, 2, 3], [4, 0, 0]]);
  assert.deepEqual(shape(begin(grown(), [{ id: 7 }], settings)), [[1, 0, 0]]);
});

test("what left a removed branch leaves the one before, where they part", () => {
  assert.deepEqual(shape(remove(grown(), 2)), [[1, 0, 0], [3, 1, 2]]);
  assert.deepEqual(shape(remove(grown(), 1)), [[2, 0, 0], [3, 1, 3]]);
  assert.equal(remove(grown(), 3).branches.length, 3, "the run is on it");
  assert.deepEqual(shape(remove(walk(grown(), 1), 3)), [[1, 0, 0], [2, 1, 2]]);
  assert.equal(walk(grown(), 99).current, 3);
});

test("a branch is gone along again by what was chosen, and by all that was drawn otherwise", () => {
  const tree = grown();
  assert.deepEqual(choices(branchOf(tree, 1), 2), []);
  assert.deepEqual(choices(branchOf(tree, 3), 2), [{ position: 4, id: 9 }, { position: 5, id: 6 }]);
  const redrawn = record(fork(walk(tree, 1), 2, true), tokens(1, 2, 5, 6));
  assert.deepEqual(choices(branchOf(redrawn, redrawn.current), 2), [{ position: 4, id: 5 }, { position: 5, id: 6 }]);
  const later = record(fork(redrawn, 3), tokens(1, 2, 5, -7));
  assert.deepEqual(choices(branchOf(later, later.current), 2), [{ position: 4, id: 5 }, { position: 5, id: 7 }]);
  const before = record(fork(redrawn, 1), tokens(1, -4));
  assert.deepEqual(choices(branchOf(before, before.current), 2), [{ position: 3, id: 4 }]);
  const newest = record(fork(record(begin(noTree, prompt, settings), tokens(1)), 1, true), tokens(1, 5));
  assert.deepEqual(choices(branchOf(newest, 1), 2), [{ position: 3, id: 5 }], "drawn otherwise at the newest token");
});

test("no text takes the place of another: what comes otherwise is a branch of its own", () => {
  const tree = record(begin(noTree, prompt, settings), tokens(1, 2, 3, 4));
  const other = record(tree, tokens(1, 2, 5));
  assert.deepEqual(shape(other), [[1, 0, 0], [2, 1, 2]]);
  assert.deepEqual([ids(other, 1), ids(other, 2), other.current], [[1, 2, 3, 4], [1, 2, 5], 2]);
  assert.deepEqual(choices(branchOf(other, 2), 2), [{ position: 4, id: 5 }], "settings and seed give another token there");
});

test("a run that switches parts of the model leaves what lies ahead, and is gone along again by its switches and all tokens", () => {
  const tree = record(begin(noTree, prompt, settings), tokens(1, 2, 3, 4));
  const off = [{ off: "position" }];
  const ended = change(tree, 4, off);
  assert.deepEqual([shape(ended), branchOf(ended, 1).switches], [[[1, 0, 0]], off]);
  assert.deepEqual(choices(branchOf(ended, 1), 2).map(({ id }) => id), [1, 2, 3, 4]);
  const back = record(change(tree, 2, off), tokens(1, 2, 5));
  assert.deepEqual([shape(back), ids(back, 1), ids(back, 2)], [[[1, 0, 0], [2, 1, 2]], [1, 2, 3, 4], [1, 2, 5]]);
  assert.deepEqual(back.branches.map(({ switches }) => switches), [[], off]);
  assert.deepEqual(choices(branchOf(back, 1), 2), []);
  const on = record(change(back, 3, []), tokens(1, 2, 5, 6));
  assert.deepEqual([branchOf(on, 2).switches, choices(branchOf(on, 2), 2).map(({ id }) => id)], [[], [1, 2, 5, 6]], "some were drawn with it off");
  assert.deepEqual(branchOf(begin(noTree, prompt, settings, -1, off), 1).switches, off);
});

test("the same text of a model that is switched is another branch", () => {
  const off = [{ off: "position" }];
  const switched = change(record(begin(noTree, prompt, settings), tokens(1, 2)), 2, off);
  const plain = record(begin(switched, prompt, settings), tokens(1, 2));
  assert.deepEqual(plain.branches.map(({ switches }) => switches), [off, []]);
  assert.equal(record(begin(plain, prompt, settings), tokens(1, 2)).branches.length, 2);
});

test("finds where two texts part", () => {
  assert.equal(sharedLength(tokens(1, 2, 3), tokens(1, 2, 4)), 2);
  assert.equal(sharedLength(tokens(1, 2), tokens(1, 2, 4)), 2);
  assert.equal(sharedLength([], tokens(1)), 0);
});

test("the newest runs of a prompt stay, and every branch that somebody named, chose a token in, left or compares", () => {
  let tree = noTree;
  const run = (id) => (tree = record(begin(tree, prompt, settings, 4), tokens(id, id + 1)));
  run(10); // 1: named
  tree = rename(tree, 1, "mine");
  run(20); // 2: a token was chosen in it
  tree = record(fork(tree, 1), tokens(20, -99)); // 3
  run(30); // 4: is compared
  for (let n = 0; n < 100; n++) run(100 + 10 * n);
  assert.deepEqual(tree.branches.slice(0, 4).map(({ id }) => id), [1, 2, 3, 4]);
  assert.equal(tree.branches.length, 4 + MOST_RUNS);
  assert.equal(isFull(tree), true);
  assert.equal(tree.current, 104);
  assert.deepEqual(tree.branches.slice(4).map(({ id }) => id), Array.from({ length: MOST_RUNS }, (_, n) => 105 - MOST_RUNS + n));
  assert.ok(branchOf(begin(walk(tree, 55), prompt, settings, 4), 55), "the oldest, but the machine is on it");
  assert.equal(branchOf(begin(tree, prompt, settings, 4), 55), undefined);
  assert.equal(isFull(begin(tree, [{ id: 9 }], settings)), false);
});
