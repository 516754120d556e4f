// A run that answers as the API says, of a model that is a hash of the ids: what the controls are tried on without an
// engine. Its stages have no tensors, and it keeps nothing but ids.

const before = ["ids", "embed", "position"];
const inLayer = ["layers", "ln1", "attention", "attention.qkv", "attention.scores", "attention.scale", "attention.mask", "attention.mix", "residual1", "ln2", "mlp", "residual2"];
const after = ["final", "head", "softmax", "distribution", "decode", "decode.temperature", "decode.top_k", "decode.top_p", "decode.sample", "decode.stop", "select", "append", "loop", "generation"];
export const layers = 6;

const words = "the of and to in a is that it was for on are with as his they at be this from have or by one had not but what all were when we there can an your which their said if do will each about how up out them then she many some so these would other into has more her two like him see time could no make than first been its who now people my made over did down only way find use may water long little very after words called just where most know".split(" ");
/** By id; some are no plain words. */
export const vocabulary = [...words.map((word) => ` ${word}`), " Paris", ".", "\n", "<b>", "\u202e", ...words];

/** The stages of a pass, in order. */
const stagesOf = (step) => [
  ...(step === 0 ? ["prompt", "tokenize"] : []),
  ...before,
].map((stage) => ({ stage, layer: -1 })).concat(
  ...Array.from({ length: layers }, (_, layer) => inLayer.map((stage) => ({ stage, layer }))),
  after.map((stage) => ({ stage, layer: -1 })),
);

const parent = (stage) => (stage.includes(".") ? stage.split(".")[0] : inLayer.slice(1).includes(stage) ? "layers" : null);
const inside = (stage, container) => stage !== null && (parent(stage) === container || (parent(stage) !== null && inside(parent(stage), container)));

/** The whole vocabulary after these ids, most probable first. */
export function distribution(ids) {
  let hash = 2166136261;
  for (const id of ids) hash = Math.imul(hash ^ id, 16777619) >>> 0;
  const logits = vocabulary.map((_, id) => {
    let x = Math.imul(hash ^ (id * 2654435761), 2246822519) >>> 0;
    x = Math.imul(x ^ (x >>> 13), 3266489917) >>> 0;
    return -Math.log(1e-6 + (x >>> 8) / 2 ** 24) * 1.6;
  });
  const sum = logits.reduce((all, logit) => all + Math.exp(logit), 0);
  const rows = logits.map((logit, id) => ({ id, text: vocabulary[id], logit, probability: Math.exp(logit) / sum }));
  return rows.sort((a, b) => b.probability - a.probability).map((row, rank) => ({ ...row, rank }));
}

/** @param {{ prompt: number[], settings: any, paused?: boolean, choices?: any[], breakpoints?: any[], pace: number, emit: (event: any) => void }} options */
export function fakeRun({ prompt, settings, paused = false, choices = [], breakpoints = [], pace, emit }) {
  const chosen = new Map(choices.map(({ position, id }) => [position - prompt.length, id]));
  let ids = [];
  let step = 0;
  let next = 0; // index of the stage that is reported next
  let state = "running";
  let at = null;
  let timer = 0;
  let stop = null; // (event) => reason of a step under way
  let tell = () => {};
  let passing = false; // on the way to where a goto leads
  const calls = [];

  const log = (name, ...args) => calls.push([name, ...args]);
  const prefix = (end = step) => [...prompt, ...ids.slice(0, end)];

  function pause(reason, event) {
    state = "paused";
    const { type, ...where } = event;
    at = { ...where, type: "paused", reason, description: "", breakpoints: reason === "breakpoint" ? hits(event) : [] };
    stop = null;
    emit(at);
    tell(at);
    tell = () => {};
  }

  const hits = (event) =>
    breakpoints.flatMap((one, i) => (!one.logMessage && one.stage === event.stage && (one.layer ?? event.layer) === event.layer && (one.position ?? event.position) === event.position ? [i] : []));

  /** Does one stage; returns what stops the run there, or null. */
  function turn() {
    const stages = stagesOf(step);
    const { stage, layer } = stages[next];
    const event = { type: "stage", stage, layer, step, position: prompt.length - 1 + step, tokens: step === 0 ? prompt.length : 1, time: 0, shape: [], values: [], detail: stage === "generation" ? { step } : null };
    if (stage === "decode.sample" && ids.length === step) {
      const ranked = distribution(prefix());
      ids.push(chosen.get(step) ?? ranked[(settings.seed + step) % 3].id);
    }
    emit(event);
    for (const [breakpoint, one] of breakpoints.entries()) {
      if (one.logMessage && one.stage === stage) emit({ type: "log", message: one.logMessage, breakpoint, stage, layer, step, position: event.position });
    }
    if (stage === "append") {
      const row = distribution(prefix()).find(({ id }) => id === ids[step]);
      emit({ type: "token", id: row.id, text: row.text, piece: row.text, probability: row.probability, step, position: prompt.length + step, ...(chosen.has(step) ? { forced: true } : {}) });
    }
    next++;
    if (next === stages.length) {
      next = 0;
      step++;
    }
    if (passing) return false;
    const reason = hits(event).length ? "breakpoint" : stop?.(event);
    if (reason) pause(reason, event);
    else if (stage === "generation" && step === settings.maxTokens) end();
    return state !== "running";
  }

  function end() {
    state = "ended";
    at = null;
    emit({ type: "done", text: "", ids, promptIds: prompt, finishReason: "length", tokensPerSecond: 1, promptMs: 1 });
    tell(null);
    tell = () => {};
  }

  function loop() {
    clearTimeout(timer);
    if (next === 0 && step === settings.maxTokens) return end();
    if (pace === 0) {
      for (let i = 0; i < 40; i++) if (turn()) return;
      timer = setTimeout(loop, 4);
    } else if (!turn()) timer = setTimeout(loop, pace);
  }

  function go(until, silent) {
    if (state === "ended") return Promise.resolve(null);
    stop = until;
    if (!silent && state === "paused") emit({ type: "resumed" });
    state = "running";
    const answer = new Promise((resolve) => (tell = resolve));
    timer = setTimeout(loop);
    return answer;
  }

  /** Stands at a stage of a step; what lies behind is done again. */
  function stand(toStep, index, reason) {
    clearTimeout(timer);
    if (toStep < step || (toStep === step && index <= next - 1) || state === "ended") {
      emit({ type: "rewound", position: prompt.length + toStep, step: toStep, reason: "goto" });
      step = toStep;
      next = 0;
    }
    state = "running";
    at = null;
    passing = true;
    while (step < toStep || next < index) turn();
    passing = false;
    stop = () => reason;
    turn();
    return Promise.resolve(at);
  }

  const here = () => ({ step: at?.step ?? Math.max(0, step - 1), index: at ? stagesOf(at.step).findIndex(({ stage, layer }) => stage === at.stage && layer === at.layer) : stagesOf(1).length });

  const run = {
    calls,
    get state() { return state; },
    get at() { return at; },
    get breakpoints() { return breakpoints; },
    async setBreakpoints(now) {
      for (const [index, { condition }] of now.entries()) {
        if (condition?.includes("probabilty")) {
          throw new Error(`breakpoint ${index}: condition: column ${condition.indexOf("probabilty") + 1}: got the name probabilty, want a name; do you mean probability?`);
        }
      }
      breakpoints = now;
    },
    pause() {
      log("pause");
      return new Promise((resolve) => {
        if (state !== "running") return resolve(at);
        stop = () => "pause";
        const before = tell;
        tell = (event) => (before(event), resolve(event));
      });
    },
    resume() {
      log("resume");
      go(null);
    },
    step(options = {}) {
      log("step", options);
      const { granularity = "stage", direction = "over" } = options;
      const from = at;
      return go((event) => {
        if (granularity === "token") return direction !== "out" && event.step > from.step ? "step" : null;
        if (granularity === "layer") return (event.stage === "layers" || event.stage === "final") && (direction !== "out" || event.stage === "final") ? "step" : null;
        if (direction === "into") return "step";
        const container = direction === "over" ? from.stage : parent(from.stage);
        if (container === null) return event.step > from.step ? "step" : null;
        return inside(event.stage, container) && event.layer === from.layer ? null : "step";
      });
    },
    stepBack(options = {}) {
      log("stepBack", options);
      const place = here();
      if (options.granularity === "token") return stand(Math.max(0, place.step - 1), 0, "step");
      if (place.index > 0) return stand(place.step, place.index - 1, "step");
      return stand(Math.max(0, place.step - 1), place.step === 0 ? 0 : stagesOf(place.step - 1).length - 1, "step");
    },
    reverseContinue() {
      log("reverseContinue");
      const place = here();
      for (let s = place.step; s >= 0; s--) {
        const stages = stagesOf(s);
        for (let i = s === place.step ? place.index - 1 : stages.length - 1; i >= 0; i--) {
          if (hits({ ...stages[i], position: prompt.length - 1 + s }).length) return stand(s, i, "goto");
        }
      }
      return stand(0, 0, "goto");
    },
    goto(where) {
      log("goto", where);
      const to = Math.max(0, (where.position ?? at.position) - prompt.length + 1);
      const stage = where.stage ?? at?.stage;
      const layer = where.layer ?? at?.layer ?? -1;
      const index = stagesOf(to).findIndex((one) => one.stage === stage && one.layer === layer);
      return stand(to, Math.max(0, index), "goto");
    },
    async rewind(position) {
      log("rewind", position);
      const to = position - prompt.length;
      emit({ type: "rewound", position, step: to, reason: "rewind" });
      ids = ids.slice(0, to);
      for (const one of chosen.keys()) if (one >= to) chosen.delete(one);
      await stand(to, 0, "goto");
    },
    async choose(id) {
      log("choose", id);
      emit({ type: "rewound", position: prompt.length + at.step, step: at.step, reason: "rewind" });
      ids = [...ids.slice(0, at.step), id];
      for (const one of chosen.keys()) if (one > at.step) chosen.delete(one);
      chosen.set(at.step, id);
    },
    async redecode(options) {
      log("redecode", options);
      await new Promise((resolve) => setTimeout(resolve, 5));
      const all = distribution(prefix(at.step));
      const { temperature = settings.temperature, topK = settings.topK, topP = settings.topP } = options;
      const weigh = (rows, T) => {
        const weights = rows.map(({ logit }) => Math.exp(T ? (logit - rows[0].logit) / T : logit === rows[0].logit ? 0 : -Infinity));
        const sum = weights.reduce((a, b) => a + b);
        return rows.map((row, i) => ({ ...row, probability: weights[i] / sum }));
      };
      const detail = (parameter, rows, kept) => ({ parameter, kept, removed: rows.length - kept, removedProbability: rows.slice(kept).reduce((sum, row) => sum + row.probability, 0), top: weigh(rows.slice(0, kept), temperature).slice(0, 5) });
      const warm = weigh(all, temperature);
      const afterT = detail(temperature, warm, temperature === 0 ? 1 : warm.length);
      const rows = weigh(warm.slice(0, afterT.kept), temperature);
      const afterK = detail(topK, rows, topK ? Math.min(topK, rows.length) : rows.length);
      const few = weigh(rows.slice(0, afterK.kept), temperature);
      let mass = 0;
      const afterP = detail(topP, few, few.findIndex((row) => (mass += row.probability) >= topP - 1e-9) + 1 || few.length);
      const sample = { random: 0.25, kept: afterP.kept, id: afterP.top[0].id, text: afterP.top[0].text, probability: afterP.top[0].probability };
      if (options.draw) ids = [...ids.slice(0, at.step), sample.id];
      return { temperature: afterT, topK: afterK, topP: afterP, sample: options.draw ? sample : null };
    },
    async candidates({ position = prompt.length - 1 + step, search = "", from = 0, count = 50 } = {}) {
      log("candidates", { position, search, from, count });
      const rows = distribution(prefix(Math.max(0, position - prompt.length + 1))).filter(({ text }) => text.includes(search));
      return { total: rows.length, rows: rows.slice(from, from + count) };
    },
    setPace(ms) {
      log("setPace", ms);
      pace = ms;
    },
    close() {
      clearTimeout(timer);
      state = "closed";
    },
  };
  stop = paused ? () => "entry" : null;
  timer = setTimeout(loop);
  return run;
}
