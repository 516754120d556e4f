// The records of a run that core/trace has written, read as the page reads them: Go and JavaScript agree, and both keep to
// the declarations.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { VitrineError } from "../web/client/error.js";
import { decodeEvents } from "../web/client/events.js";
import { complaints, literal } from "./declared.js";

const bytes = new Uint8Array(readFileSync("core/trace/testdata/run.trace"));
const { stages, records } = JSON.parse(readFileSync("core/trace/testdata/run.json", "utf8"));
const events = decodeEvents(bytes, stages);

/** The type that an event should have; a failure is no event of the API, but the error of the run. */
const declared = ({ type }) => (type === "failed" ? `{ type: "failed", code: V.ErrorCode, message: string }` : "V.RunEvent");

/** The first event of each kind and stage. */
const samples = [...new Map(events.toReversed().map((event) => [event.stage ? `${event.type} ${event.stage}` : event.type, event])).values()];

/** As complaints, of events. */
function check(t, values) {
  const folder = mkdtempSync(join(tmpdir(), "vitrine-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return complaints(values.map((value) => ({ type: declared(value), value: literal(value) })), folder);
}

test("what a record says in its header comes out, for every kind and stage", () => {
  assert.equal(events.length, records.length);
  for (const [i, record] of records.entries()) {
    for (const [name, value] of Object.entries(record)) if (name in events[i]) assert.equal(events[i][name], value, `${name} of record ${i}`);
  }
  const kinds = ["done", "failed", "log", "paused", "resumed", "rewound", "stage", "token"];
  assert.deepEqual([...new Set(events.map(({ type }) => type))].sort(), kinds);
  assert.deepEqual([...new Set(events.flatMap(({ type, stage }) => (type === "stage" ? stage : [])))].sort(), stages.toSorted());
});

test("texts and numbers come out as they were", () => {
  const log = events.find(({ type }) => type === "log");
  assert.equal(log.message, "\"quoted\" \\ é € 🙂\n\0\u2028\ufffd");
  const done = events.find(({ type }) => type === "done");
  const tokens = events.filter(({ type }) => type === "token");
  assert.deepEqual(done.ids, tokens.map(({ id }) => id));
  assert.deepEqual(tokens.map(({ position, forced }) => [position, forced]), tokens.map((_, i) => [done.promptIds.length + i, i === 2 ? true : undefined]));
  assert.ok(tokens.some(({ piece, bytes }) => bytes && piece.includes("\ufffd")));
  const named = (event) => [event.detail?.top ?? [], event.detail?.pieces ?? [], event.detail?.id === undefined ? [] : event.detail].flat();
  for (const where of ["tokenize", "embed", "head", "distribution", "decode.temperature", "decode.sample", "select", "generation", "attention.mask"]) {
    const found = events.filter(({ type, stage }) => type === "stage" && stage === where).flatMap(named);
    assert.ok(found.some(({ text, bytes }) => bytes?.length && text.includes("\ufffd")), `${where} gives no bytes of a token that is part of a character`);
    for (const { text, bytes } of found) assert.equal(bytes !== undefined, text.includes("\ufffd"), where);
  }
});

test("every event is what the declaration says, key by key", (t) => {
  assert.deepEqual(check(t, events), []);
});

test("the declaration refuses a key too many, one too few and one of another kind", (t) => {
  const optional = ["bytes", "special", "forced"];
  const changes = (object) => [
    { ...object, more: 1 },
    ...Object.keys(object).flatMap((name) => {
      const { [name]: _, ...rest } = object;
      return [...(optional.includes(name) ? [] : [rest]), { ...rest, [name]: name === "detail" ? 1 : { not: "this" } }];
    }),
  ];
  const wrong = samples.flatMap((event) => {
    const { type, detail } = event;
    const inner = detail ? changes(detail) : [];
    const lists = Object.entries(detail ?? {}).filter(([, list]) => Array.isArray(list) && typeof list[0] === "object");
    return [
      ...changes(event).filter((other) => other.type === type), // another type is another event
      ...inner.map((other) => ({ ...event, detail: other })),
      ...lists.flatMap(([name, [first]]) => changes(first).map((other) => ({ ...event, detail: { ...detail, [name]: [other] } }))),
    ];
  });
  assert.ok(wrong.length > 300);
  const seen = new Set(check(t, wrong).map(({ line }) => line));
  assert.deepEqual(wrong.filter((_, line) => !seen.has(line)).map(literal), []);
});

/** Where each record begins, and where the last one ends. */
function borders() {
  const view = new DataView(bytes.buffer);
  const found = [0];
  for (let at = 0; at < bytes.length; found.push(at)) {
    at += 28 + 4 * (view.getUint8(at + 20) + view.getUint8(at + 21) + view.getUint8(at + 22) * view.getUint8(at + 23)) + 4 * Math.ceil(view.getUint32(at + 24, true) / 4);
  }
  return found;
}

const said = (error) => error instanceof VitrineError && error.code === "internal" && /bytes of events, want|the record of an event at byte \d+ (is|has)/.test(error.message);

test("a record that is cut anywhere is an error that says where", () => {
  const at = borders();
  assert.equal(at.length - 1, events.length);
  for (let i = 0; i + 1 < at.length; i++) {
    assert.equal(decodeEvents(bytes.subarray(at[i], at[i + 1]), stages).length, 1);
    for (let end = at[i] + 1; end < at[i + 1]; end++) {
      assert.throws(() => decodeEvents(bytes.subarray(at[i], end), stages), said, `${records[i].type} cut to ${end - at[i]} bytes`);
    }
  }
  const last = at.at(-2);
  assert.throws(() => decodeEvents(bytes.subarray(0, bytes.length - 4), stages), ({ message }) => message === `the record of an event at byte ${last} is cut short`);
});

test("damaged bytes are events or an error that says so", () => {
  let state = 1; // Numerical Recipes' generator: the same damage each time
  const random = (n) => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) % n;
  const at = borders();
  let errors = 0;
  for (let i = 0; i < 5000; i++) {
    const first = random(at.length - 1);
    const copy = bytes.slice(at[first], at[Math.min(at.length - 1, first + 3)]);
    for (let n = random(4); n >= 0; n--) copy[random(copy.length)] = random(256);
    try {
      assert.ok(decodeEvents(copy, stages).length > 0);
    } catch (error) {
      assert.ok(said(error), error);
      errors++;
    }
  }
  assert.ok(errors > 500 && errors < 4500, `${errors} of 5000 are errors`);
});

test("each thing that can be wrong with a record is an error", () => {
  const at = borders();
  const copy = (change, i = 0) => {
    const record = bytes.slice(at[i], at[i + 1]);
    change(new DataView(record.buffer), record);
    return () => decodeEvents(record, stages);
  };
  const token = events.findIndex(({ type }) => type === "token");
  assert.throws(copy((view) => view.setUint8(0, 0)), { message: "the record of an event at byte 0 is of the kind 0" });
  assert.throws(copy((view) => view.setUint8(0, 9)), { message: "the record of an event at byte 0 is of the kind 9" });
  assert.throws(copy((view) => view.setUint8(1, stages.length)), { message: `the record of an event at byte 0 is of the stage ${stages.length}` });
  assert.throws(copy((view) => view.setUint32(24, 0xffffffff, true)), { message: "the record of an event at byte 0 is cut short" });
  assert.throws(copy((view) => view.setUint8(28, 0xff)), { message: "the record of an event at byte 0 has words that are not JSON" });
  assert.throws(copy((view, record) => {
    view.setUint32(24, 4, true);
    record.set(new TextEncoder().encode("null"), 28);
  }, token), { message: "the record of an event at byte 0 has words that are not an object" });
});
