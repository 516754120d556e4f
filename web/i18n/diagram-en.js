import { firstOf, switched } from "./switches-en.js";

/** What the diagram says beside the labels of pipeline.mmd. Braces are filled at run time. */
export const diagram = {
  label: "The pipeline of the model",
  description: "Each box is one stage of the engine and shows the numbers of the current run. Arrow keys go from stage to stage.",
  /** What other keys do on a box, where they do. */
  keys: {
    generate: "Enter runs the model.",
    breakpoint: "B sets a breakpoint on the stage, or takes it away.",
    inspect: "Enter opens the inspector.",
    ends: "Home and End send the machine to the first stage and the last.",
  },

  // Words that fill the labels of pipeline.mmd, beside those of the stages.
  frames: { layer: "Inside each layer: pre-norm", attention: "softmax(QKᵀ/√{headDim} + M)V", predicts: "Predicts", more: "And so on" },
  activation: { gelu_new: "GELU (tanh)", gelu: "GELU", relu: "ReLU" },
  position: { learned: "from a learned table", sinusoidal: "from sinusoids" },

  // What a stage shows before a run: the model's own shapes.
  rows: "{rows} × {columns}",
  chain: "{a} → {b} → {a}",
  perHead: "{heads} × [T × {size}]",
  scores: "{heads} × [T × T]",
  divided: "÷ {root}",
  vector: "[{size}]",
  allLayers: "{layers} layers",
  until: "until it stops",

  // Of which moment a value is that the machine has left behind.
  ofToken: "token {token}",
  ofLayer: "layer {layer}",
  old: "old",
  breakpoint: "breakpoint",

  // What the run has switched, where it is done.
  switched,
  firstOf,

  // What it shows in a run.
  pieces: { one: "1 BPE piece", many: "{count} BPE pieces" },
  ids: { one: "1 id", many: "{count} ids" },
  idsRead: "reads the newest 1 of {count}",
  idsTail: "the last {shown} of {count}",
  row: "{token} = row {id}",
  at: "position {position}",
  layer: "layer {layer} of {layers}",
  added: "row",
  total: "sum",
  norm: "mean {mean} var {variance}",
  scale: "scale ",
  shift: "shift ",
  noShift: "no shift",
  result: "result",
  attending: "layer {layer}, head {head}",
  newest: "head {head}, newest token",
  lastPositions: "head {head}, last positions",
  query: "Q",
  key: "K",
  value: "V",
  weight: "→ {token} {weight}",
  mixed: "mix",
  output: "out",
  projected: "head {head}; out: all heads",
  largest: "max {before} → {after}",
  active: "{share} above 0",
  logit: "{token} {logit}",
  sum: "sum {sum} top token {top}",
  rest: "{count} others",
  decoding: "T {temperature}, k {k}, p {p}: {kept} left",
  temperature: "{parameter}: top token {top}",
  temperatureShort: "{parameter}: {top}",
  greedy: "0: greedy",
  topK: "k {parameter}: {kept} of {all}",
  topP: "p {parameter}: {kept} of {all}",
  off: "not used",
  drawn: "{random} → {token}",
  best: "top token → {token}",
  goesOn: "goes on",
  chosen: "{token} {probability} by {random}",
  chosenGreedy: "{token} {probability}, greedy",
  rank: "rank {rank} of {count}",
  loop: "step {step}, {cached} cached",
  loopReason: "step {step}, {cached} cached: {reason}",
  step: "Step {step}",
  next: "step {step} is next",
  ended: "End of the run",
  tokens: { one: "1 token", many: "{count} tokens" },
  reasons: {
    eos: "end of text",
    length: "length limit",
    context: "context full",
    stop: "stop sequence",
    aborted: "stopped",
  },
};

/** @typedef {typeof diagram} DiagramStrings */
