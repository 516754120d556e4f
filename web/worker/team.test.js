import assert from "node:assert/strict";
import test from "node:test";
import { Worker, isMainThread, workerData } from "node:worker_threads";
import { Team, newControl } from "./team.js";

const FRAME_BYTES = 96;
const FRAMES = 50;

/**
 * What a worker's instance exports, with two functions that count the calls of each frame, which sp names.
 *
 * @param {Int32Array} calls
 */
function instance(calls) {
  const sp = { value: 12345 };
  const at = () => sp.value / FRAME_BYTES;
  const one = () => (Atomics.add(calls, at(), 1), (sp.value += 8), 0); // as Go's return does
  const hundred = () => (Atomics.add(calls, at(), 100), 0);
  return { run() {}, mem: {}, one, hundred, sp };
}

/** @param {ConstructorParameters<typeof Team>} args */
function enter(calls, ...args) {
  const exports = instance(calls);
  const team = new Team(...args);
  team.enter(/** @type {any} */ (exports));
  return { team, exports };
}

if (isMainThread) {
  test("every frame of every job is called once, whoever is there", async () => {
    const calls = new Int32Array(new SharedArrayBuffer(4 * FRAMES));
    const control = newControl();
    const { team, exports } = enter(calls, control);
    /** @type {Worker[]} */
    const members = [];
    for (const count of [0, 1, 3]) {
      while (members.length < count) members.push(new Worker(new URL(import.meta.url), { workerData: { calls, control } }));
      calls.fill(0);
      for (let job = 0; job < 500; job++) {
        if (job % 100 === 0) await new Promise((resolve) => setTimeout(resolve, job % 200 === 0 ? 20 : 150)); // members start, doze or pause
        assert.equal(team.run(job % 2, 0, FRAME_BYTES, FRAMES, 1 + (job % 4)), 1);
      }
      assert.deepEqual([...calls], Array(FRAMES).fill(250 * 101), `${count} members`);
      assert.equal(exports.sp.value, 12345, "the program's stack pointer is as it was");
    }
    await Promise.all(members.map((member) => member.terminate()));
  });

  test("a frame that a member has taken and does not finish is an error, not a wait", async () => {
    const calls = new Int32Array(FRAMES);
    const control = newControl();
    const { team, exports } = enter(calls, control, 50);
    const stuck = enter(calls, control);
    const taken = () => {
      stuck.exports.sp.value = 0;
      throw new Error("the member ends here");
    };
    stuck.team.enter(/** @type {any} */ ({ mem: {}, one: taken, sp: stuck.exports.sp }));
    /** @type {Promise<void> | undefined} */
    let ended;
    const steal = () => {
      ended ??= assert.rejects(stuck.team.serve(), /the member ends here/);
      return 0;
    };
    team.enter(/** @type {any} */ ({ mem: {}, one: steal, sp: exports.sp }));
    assert.equal(team.run(0, 0, FRAME_BYTES, 3, 1), 0);
    await ended;
  });
  test("the leader takes frames from the front, a member from the back", async () => {
    const control = newControl();
    const { team, exports } = enter(new Int32Array(FRAMES), control, 50);
    const other = enter(new Int32Array(FRAMES), control);
    /** @type {string[]} */
    const order = [];
    const taken = () => {
      const frame = other.exports.sp.value / FRAME_BYTES;
      order.push(`member ${frame}`);
      if (frame === 2) throw new Error("the member ends here");
      return 0;
    };
    other.team.enter(/** @type {any} */ ({ mem: {}, one: taken, sp: other.exports.sp }));
    /** @type {Promise<void> | undefined} */
    let ended;
    const led = () => {
      order.push(`leader ${exports.sp.value / FRAME_BYTES}`);
      ended ??= assert.rejects(other.team.serve(), /the member ends here/);
      return 0;
    };
    team.enter(/** @type {any} */ ({ mem: {}, one: led, sp: exports.sp }));
    team.run(0, 0, FRAME_BYTES, 5, 1);
    await ended;
    assert.deepEqual(order, ["leader 0", "member 4", "member 3", "member 2", "leader 1"]);
  });
} else {
  void enter(workerData.calls, workerData.control).team.serve();
}
