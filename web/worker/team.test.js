import assert from "node:assert/strict";
import test from "node:test";
import { TeamImports, shareMemory } from "./team.js";

const FLOATS = 64;

/** A leader and two members with memories of their own; nobody waits, since each acts in turn. */
function makeTeam() {
  const shared = shareMemory(FLOATS, 2);
  return [0, 1, 2].map(() => {
    const team = new TeamImports();
    const memory = new Float32Array(1024);
    team.memory = () => memory.buffer;
    team.join(shared);
    return { team, memory, ...team.imports };
  });
}

test("a product is put together from everyone's columns", () => {
  const [leader, ...members] = makeTeam();
  const x = [1, 2, 3];
  const [rows, tokens] = [6, 2];
  leader.memory.set(x, 10);
  leader.multiply(7, 4 * 10, x.length);
  members.forEach((member, i) => {
    member.next(4 * 100);
    assert.deepEqual([...new Int32Array(member.memory.buffer, 4 * 100, 3)], [1, 7, x.length]);
    member.input(4 * 200, x.length);
    assert.deepEqual([...member.memory.subarray(200, 203)], x);
    // Only columns 2 and 3, or 4 and 5, of [tokens, rows] are this member's.
    member.memory.fill(-1, 300, 300 + rows * tokens);
    for (let t = 0; t < tokens; t++) member.memory.set([10 * t + i, 10 * t + i + 0.5], 300 + t * rows + 2 + 2 * i);
    member.output(4 * 300, rows * tokens, rows, 2 + 2 * i, 4 + 2 * i);
  });
  leader.memory.set([8, 9], 400);
  leader.memory.set([18, 19], 400 + rows);
  assert.equal(leader.gather(4 * 400, rows * tokens, rows, 0, 2), 1);
  assert.deepEqual(
    [...leader.memory.subarray(400, 400 + rows * tokens)],
    [8, 9, 0, 0.5, 1, 1.5, 18, 19, 10, 10.5, 11, 11.5],
  );
});

test("a member that has ended is an error, not a wait", () => {
  const [leader, first, second] = makeTeam();
  leader.multiply(0, 0, 4);
  first.next(0);
  first.output(0, 4, 4, 0, 2);
  second.team.fail();
  assert.equal(leader.gather(0, 4, 4, 0, 0), 0);
});
