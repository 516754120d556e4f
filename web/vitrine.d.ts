/**
 * The public API of Vitrine: a GPT-2-architecture model in a web worker that reports every stage it executes. It works in
 * a page and in a module worker; a relative address is then one from the worker's script. An option or argument that is
 * null, of another kind, or of another name is refused; one that is undefined is left out.
 */

export interface EngineOptions {
  /**
   * The model; without it: the first of models/manifest.json. Nothing is uploaded. One of
   * - a GGUF file: its URL, a File or Blob, or its bytes;
   * - a GGUF file in several parts (NAME-00001-of-00003.gguf): all Files in any order, or the URL of one part, beside
   *   which the others lie;
   * - a Hugging Face GPT-2 checkpoint: the Files model.safetensors, config.json and tokenizer.json (or vocab.json and
   *   merges.txt), or the URL of model.safetensors, beside which the others lie; with model.safetensors.index.json where
   *   the weights are in several files. It becomes a GGUF file with Q8_0 matrices, in a worker; see Engine.quantized.
   * Files are chosen by what they are: "config (1).json", other letter case, folders in folders (webkitRelativePath) and
   * what a zip leaves beside them do not matter. At an address, a file that the model may lack is absent whatever the
   * server says; connections that break are taken up again; the SHA-256 that a hub gives is checked.
   */
  model?: string | URL | File | Blob | ArrayBuffer | File[] | FileList;
  /** Where the Files are from: the name of a checkpoint that does not say its own. */
  folder?: string;
  /**
   * How many workers share the work, at most 8. "auto", the default, is one for each core for a model of at least 32 MB;
   * a smaller one is faster alone. A page that is not cross-origin isolated always computes with one. The results are the
   * same to the bit.
   */
  threads?: number | "auto";
  /** false forces the portable WebAssembly build. */
  simd?: boolean;
  /**
   * true, the default: a model of one file at an address, and the GGUF file that was made of a checkpoint, are kept on the
   * device for the next time, see storedModels, and taken from there. One with a SHA-256 in models/manifest.json is known
   * by it and comes without any request; of the others the server is asked whether they are still the same, and where it
   * cannot be reached they are. A stored model that turns out to be unsound is removed. A download that is cut off goes on
   * from where it was the next time, also after a reload. Where storage is forbidden or full the model runs all the same.
   */
  store?: boolean;
  /** Told of bytes as they arrive; `total` is 0 while unknown. */
  onProgress?: (progress: Progress) => void;
  /** Aborting it stops loading; createEngine rejects with the signal's reason. */
  signal?: AbortSignal;
}

export interface Progress {
  /**
   * "engine": a WebAssembly module; "model": the weights; "quantize": the tensors of the GGUF file that is made of a
   * checkpoint, before it is loaded as a "model".
   */
  phase: "engine" | "model" | "quantize";
  loaded: number;
  total: number;
}

export interface EngineInfo {
  name: string;
  url: string;
  architecture: string;
  layers: number;
  heads: number;
  embedding: number;
  context: number;
  vocabulary: number;
  feedForward: number;
  parameters: number;
  /** Size of the model file. */
  bytes: number;
  activation: "gelu_new" | "gelu" | "relu";
  position: "learned" | "sinusoidal";
  /** What the layer norms add to the variance. */
  epsilon: number;
  tiedHead: boolean;
  /** The tensor type that holds most of the weights, as GGUF names it. */
  weights: string;
  /** Where it came from: the device's storage, a server, or bytes and files that it was given. */
  from: "stored" | "network" | "file";
  /** Whether the device has it for the next time. */
  stored: boolean;
  /** Tokens that a text is split at before any merging: text that is one of these becomes that token. */
  addedTokens: { id: number; text: string }[];
  /** What of the model file was left out, since it is none of the model, in sentences. */
  notes: string[];
  simd: boolean;
  threads: number;
}

export interface GenerateOptions {
  /** Most tokens to generate, at least 1. Default 64. */
  maxTokens?: number;
  /** 0 is greedy. Default 1. */
  temperature?: number;
  /** Keep the k most probable tokens; 0 keeps all. Default 0. */
  topK?: number;
  /** Keep the smallest set whose probabilities reach p, 0 < p <= 1. Default 1. */
  topP?: number;
  /** Whole number from 0 to 2**53 - 1. The same seed gives the same tokens everywhere. Default 0. */
  seed?: number;
  /** Texts that end the run; they are not part of the result. */
  stop?: string | string[];
  /** Token ids that are never chosen. */
  banned?: number[];
  /** Go on after the end-of-text token. */
  ignoreEos?: boolean;
  /**
   * Which steps report their stages. true, the default: all. false: none. "live", for showing a run at full speed: as
   * many as can be looked at. These are the first, at most 10 a second after it, and the last, which the engine does once
   * more at the end where it was not among them, unless the run is aborted while it stands or has no cache; of layers that
   * follow each other within a frame, the last ones. The other steps report `generation` alone. Where `pace` is above 0,
   * "live" is all.
   */
  stages?: boolean | "live";
  /** Milliseconds for which the machine stands still after each stage, so that it can be watched. Default 0. */
  pace?: number;
  /** The head, 0-based, whose numbers the stages of attention report. Default 0. */
  head?: number;
  /** Where the run is to stand. A wrong one refuses the run, with what is wrong and its column. */
  breakpoints?: Breakpoint[];
  /** Stand at the first stage, before anything is computed. Default false. */
  paused?: boolean;
  /** Tokens that are taken instead of those that are drawn, by their place in the whole sequence. */
  choices?: { position: number; id: number }[];
  /** What the run changes of the model: see Switch. */
  switches?: Switch[];
  /**
   * false: each step reads all ids again, in place of keeping keys and values. The tokens are the same, the cost grows with
   * each of them: see Run.cost. Default true.
   */
  cache?: boolean;
  /** Aborting it ends the run between two stages; what was generated stays, finishReason is "aborted". */
  signal?: AbortSignal;
}

/**
 * Where a run stops, and when. The conditions are a small language: numbers, texts in double quotes, the names below,
 * = != < <= > >=, and, or, not, + - * / %, parentheses, changed(name), abs, min, max. Names, where the stage has them:
 * step, position, layer, tokens, token and id (the newest token, from decode.sample on the chosen one), top, probability
 * and entropy (of the distribution; nats), rank, random, head (holds if it holds for one of them), max, min, mean, norm (of the newest row of the
 * stage's main tensor), variance, isnan.
 */
export interface Breakpoint {
  stage: StageName;
  /** 0-based; any where it is left out. */
  layer?: number;
  /** That of the newest token of the pass; any where it is left out. */
  position?: number;
  /** Stop only where it holds, such as `probability < 0.5` or `token = " Paris"`. */
  condition?: string;
  /** Which of the times that the condition holds count: `3`, `>= 3` or `% 5 = 0`. */
  hitCondition?: string;
  /** Do not stop: log this text, with what stands in {} computed. */
  logMessage?: string;
}

/**
 * One thing of the model that a run leaves out or does in another way. Parts that are off still compute, and can be looked
 * at: what they would have added is left out.
 * - off "head": its part of `mix` is 0. The bias of attention's projection is no head's own, and goes with the last of
 *   them: all heads of a layer off is the layer's attention off.
 * - off "attention", "mlp": the whole of what they add in that layer is 0.
 * - off "mask": each token sees all tokens of its pass, which then has to read all of them: it needs `cache: false` where
 *   more than one token is generated, and at most 256 tokens in all.
 * - off "position": the row of the position table that is added is 0.
 * - scale: the head's part of `mix` is multiplied by it; several for one head multiply.
 * - activation: the MLP's non-linearity.
 */
export type Switch =
  | { off: "head"; layer: number; head: number }
  | { off: "attention" | "mlp"; layer: number }
  | { off: "mask" | "position" }
  | { scale: number; layer: number; head: number }
  | { activation: "gelu_new" | "gelu" | "relu" };

/** A place in a run. What is left out is that of where it stands. */
export interface Where {
  position?: number;
  layer?: number;
  stage?: StageName;
}

export type FinishReason = "eos" | "length" | "context" | "stop" | "aborted";

export interface Result {
  text: string;
  /** Generated ids, without the prompt's. */
  ids: number[];
  promptIds: number[];
  finishReason: FinishReason;
  /** Decoding speed of the machine, without the prompt's pass and the pauses that `pace` asks for; 0 below two tokens. */
  tokensPerSecond: number;
  /** Time from the start of the run to the first token, without such pauses; 0 where there is none. */
  promptMs: number;
}

export interface TokenPiece {
  id: number;
  /** As text; bytes that are not a whole character show as U+FFFD. */
  text: string;
  bytes: Uint8Array;
  /** Of a special token: an added token, which the text is split at before any merging, or one that no text becomes. */
  special?: true;
}

/** A part of a text that the tokenizer encodes by itself, and how: it begins with single bytes and joins neighbours. */
export interface MergedPiece {
  text: string;
  bytes: Uint8Array;
  ids: number[];
  /** It became one token as it is: an added token, or one that the model takes whole pieces for. */
  whole: boolean;
  /** In the order in which they were applied. */
  merges: Merge[];
}

/** The tokens `left` and `right`, ids, became `made`. */
export interface Merge {
  /** 0-based place in the model's list of merges: of those that apply, the one of the lowest rank goes first. */
  rank: number;
  /** The byte of the piece at which `left` begins. */
  at: number;
  left: number;
  right: number;
  made: number;
}

/** A token in an event: its text as TokenPiece.text, and its bytes where they are not whole characters. */
export interface NamedToken {
  id: number;
  text: string;
  bytes?: number[];
}

/** A token that a stage ranks, before there are probabilities. */
export interface Scored extends NamedToken {
  logit: number;
}

/** A token that a stage ranks. `logit` is the model's own, `probability` the token's after the stage. */
export interface Candidate extends Scored {
  probability: number;
}

export type StageName =
  | "prompt" | "tokenize" | "ids" | "embed" | "position" | "layers"
  | "ln1" | "attention" | "attention.qkv" | "attention.scores" | "attention.scale"
  | "attention.mask" | "attention.mix" | "residual1" | "ln2" | "mlp" | "residual2"
  | "final" | "head" | "softmax" | "distribution"
  | "decode" | "decode.temperature" | "decode.top_k" | "decode.top_p" | "decode.sample" | "decode.stop"
  | "select" | "append" | "loop" | "generation";

interface StageBase {
  type: "stage";
  /** 0-based forward pass; pass 0 reads the prompt. */
  step: number;
  /** 0-based; -1 outside the decoder layers. */
  layer: number;
  /** 0-based position of the newest token of the pass. */
  position: number;
  /** How many tokens the pass reads. */
  tokens: number;
  /** Milliseconds since the run began, on the engine's clock. */
  time: number;
  /**
   * Shape of the stage's main tensor; empty where it has none. From attention.mix of the last layer on, it has a row for
   * the newest token alone: nothing would read the others.
   */
  shape: number[];
  /** The first numbers of the newest token's row of that tensor, at most 8. Which ones: see each stage. */
  values: Float32Array;
}

/**
 * What each stage adds. `values` is, by stage: embed, position (the sum), ln1, ln2, final (the result), residual1,
 * residual2, mlp (the output), head (logits), softmax (probabilities): the first 8 of the newest row. Of attention they
 * are those of one head, which `head` names (see GenerateOptions.head): attention.qkv the first 8 of q,
 * attention.mix of weights times values; attention.scores, .scale and .mask: the last 8 positions at most. Arrays in a
 * detail have the first 8 numbers too.
 */
export type StageEvent = StageBase &
  (
    | { stage: "prompt"; detail: { text: string } }
    | { stage: "tokenize"; detail: { pieces: (NamedToken & { special?: true })[]; count: number } }
    /** The ids that this pass reads (the last 64 at most), and how many the sequence has in all. */
    | { stage: "ids"; detail: { ids: number[]; count: number } }
    /** The newest token. */
    | { stage: "embed"; detail: NamedToken }
    /** What is added: the row of the position table. */
    | { stage: "position"; detail: { row: Float32Array } }
    /**
     * Mean and variance of the newest token's row before the norm; the weights that scale and shift it. `shift` is
     * empty where the model has none.
     */
    | { stage: "ln1" | "ln2" | "final"; detail: { mean: number; variance: number; scale: Float32Array; shift: Float32Array } }
    | { stage: "attention" | "attention.scores" | "attention.scale"; detail: { head: number } }
    /** Key and value of the newest token. */
    | { stage: "attention.qkv"; detail: { head: number; k: Float32Array; v: Float32Array } }
    /** The head's three largest weights of the newest token, largest first; `position` is the token attended to. */
    | { stage: "attention.mask"; detail: { head: number; top: { position: number; weight: number; text: string; bytes?: number[] }[] } }
    /** What attention adds: the output projection, of all heads together. */
    | { stage: "attention.mix"; detail: { head: number; output: Float32Array } }
    /** The largest activation before and after the non-linearity, and the share of hidden units above zero after it. */
    | { stage: "mlp"; detail: { before: number; after: number; active: number } }
    /** The five largest logits. */
    | { stage: "head"; detail: { top: Scored[] } }
    /** What all probabilities add up to, in 64 bits, and the largest. */
    | { stage: "softmax"; detail: { sum: number; largest: number } }
    /** The five most probable tokens; what all others add up to, in 64 bits, and how many they are. */
    | { stage: "distribution"; detail: { top: Candidate[]; restProbability: number; restCount: number } }
    /**
     * What the step kept and removed, and what the removed tokens' probabilities before the step add up to; `parameter`
     * is T, k or p; top: after the step, at most five.
     */
    | {
        stage: "decode.temperature" | "decode.top_k" | "decode.top_p";
        detail: { parameter: number; kept: number; removed: number; removedProbability: number; top: Candidate[] };
      }
    /** The random number in [0, 1), from how many tokens it chose, and its choice. At temperature 0 random is -1: nothing is drawn. */
    | { stage: "decode.sample"; detail: NamedToken & { random: number; kept: number; probability: number } }
    /** Why generation ends here, or "". */
    | { stage: "decode.stop"; detail: { reason: FinishReason | "" } }
    /** `probability`: the model's own (softmax over the whole vocabulary); `sampled`: after the filters; `rank`: 0-based among all tokens. */
    | { stage: "select"; detail: NamedToken & { probability: number; sampled: number; random: number; rank: number; forced?: true } }
    | { stage: "append"; detail: { ids: number[]; count: number } }
    /** `cached`: positions in the KV cache; `reason`: why the run ends, or "" when it goes on. */
    | { stage: "loop"; detail: { step: number; cached: number; reason: FinishReason | "" } }
    /** One step of the run: the end of the text that was read (60 characters at most), and what was predicted. */
    | { stage: "generation"; detail: NamedToken & { step: number; context: string; probability: number } }
    | { stage: "layers" | "residual1" | "residual2" | "decode"; detail: null }
  );

/** One generated token, told when it is appended, before the stage append. `text` is empty while a character or a possible stop string is incomplete. */
export interface TokenEvent {
  type: "token";
  id: number;
  text: string;
  /** The token alone, as TokenPiece.text. */
  piece: string;
  /** As TokenPiece.special. */
  special?: true;
  /** Of a token that is not whole characters. */
  bytes?: number[];
  /** The model's own probability, softmax over the whole vocabulary at temperature 1. */
  probability: number;
  step: number;
  /** 0-based place in the whole sequence, prompt and generated. */
  position: number;
  /** Somebody chose it in the place of the one that was drawn. */
  forced?: true;
}

/**
 * Why a run stands. "entry": it was to stand at its first stage; "step": a step has ended; "breakpoint"; "pause": it was
 * asked to; "goto": it has come to the place; "exception": the model computed a number that is not finite.
 */
export type PauseReason = "entry" | "step" | "breakpoint" | "pause" | "goto" | "exception";

/** The run stands: this stage is the last that was reported, and nothing after it has happened. */
export interface PausedEvent {
  type: "paused";
  reason: PauseReason;
  description: string;
  stage: StageName;
  layer: number;
  position: number;
  step: number;
  tokens: number;
  /** Those that were hit, by their place in Run.breakpoints. */
  breakpoints: number[];
}

/** The run goes on. */
export interface ResumedEvent {
  type: "resumed";
}

/** The ids from `position` on are forgotten; after "goto" they will come again. */
export interface RewoundEvent {
  type: "rewound";
  position: number;
  step: number;
  reason: "goto" | "rewind";
}

/** What a breakpoint with a logMessage says. */
export interface LogEvent {
  type: "log";
  message: string;
  /** Its place in Run.breakpoints. */
  breakpoint: number;
  stage: StageName;
  layer: number;
  position: number;
  step: number;
}

export type DoneEvent = { type: "done" } & Result;

export type RunEvent = StageEvent | TokenEvent | PausedEvent | ResumedEvent | RewoundEvent | LogEvent | DoneEvent;

/** A tensor, or a part of one: row-major, last index contiguous. */
export interface Tensor {
  name: string;
  shape: number[];
  data: Float32Array;
  /** The index of its first element in the tensor of a pass over all positions. */
  from: number[];
}

type DetailOf<S extends StageName> = StageEvent extends infer E ? (E extends { stage: infer N; detail: infer D } ? (S extends N ? D : never) : never) : never;

/** What other sampling options would keep and remove, as the stages of decode say it. */
export interface Redecoded {
  temperature: DetailOf<"decode.temperature">;
  topK: DetailOf<"decode.top_k">;
  topP: DetailOf<"decode.top_p">;
  /** null unless it was drawn. */
  sample: DetailOf<"decode.sample"> | null;
}

/** What the model would predict if this layer were its last one. */
export interface LensRow {
  layer: number;
  /** The five most probable tokens. */
  top: Candidate[];
  /** 0-based, of the token that the step came to, or else of the top one after the last layer here. */
  rank: number;
  probability: number;
}

/** Tokens of the whole vocabulary at one step, most probable first. */
export interface Candidates {
  /** How many there are, of which `rows` are some. */
  total: number;
  /** What the probabilities of all these add up to, in 64 bits. */
  sum: number;
  /** Of the whole distribution, in nats, whatever was searched for; and e to that. */
  entropy: number;
  perplexity: number;
  rows: (Candidate & { rank: number; special?: true })[];
}

/** What the model predicts after the tokens up to a position, as the run has switched it and with other switches. */
export interface Comparison {
  position: number;
  /** The ten most probable tokens, with their probabilities. */
  before: Candidate[];
  after: Candidate[];
  /** The Kullback-Leibler divergence of after from before, in nats: the sum of before * ln(before / after). */
  kl: number;
  /** The token that follows in the run, or else the most probable one before; its probabilities. */
  final: NamedToken & { before: number; after: number };
}

/** What it does to switch off each head, or each layer's attention or MLP, alone. */
export interface Sweep {
  what: "head" | "attention" | "mlp";
  position: number;
  final: NamedToken & { before: number };
  /** Layer by layer; `head` is -1 where it is no head. `kl` and `after` as Comparison has them, `change` is after - before. */
  effects: { layer: number; head: number; kl: number; after: number; change: number }[];
}

/** What a stage or a step takes. */
export interface CostFigures {
  /**
   * Products that are added to a sum, of matrices with activations, and of queries and weights with keys and values,
   * counted from the shapes. What is done to each element alone (norms, softmax, the activation) is not counted.
   */
  multiplyAdds: number;
  /** What is read of the model and of the cache, as they lie in memory, each byte counted once for all tokens of the pass. */
  weightBytes: number;
  cacheBytes: number;
  /**
   * Measured: the step is done once more, with nobody told of it, each stage timed from the report of the one before to its
   * own. The clock is the browser's, which is coarser where the page is not cross-origin isolated.
   */
  ms: number;
}

/** What a step takes: in all, and by stage, from embed to decode.sample. */
export interface Cost extends CostFigures {
  position: number;
  /** How many tokens the step reads. Above 256 it has several passes, each with its stages. */
  tokens: number;
  stages: ({ stage: StageName; layer: number } & CostFigures)[];
}

type Granularity = "stage" | "layer" | "token";

/**
 * A generation. It runs whether or not its events are read. Events are read from the first one on by the first reader, by
 * later ones from when they begin, until the run ends; leaving the loop ends a run that is going and that nobody else
 * reads, and lets one stand that stands.
 *
 * The run can be stopped between any two stages: everything up to that stage has happened, and nothing after it. Looking
 * at it changes nothing: ids and numbers are those of a run that nobody touched. A run that has ended can still be looked
 * at, sent back and gone on with, until it is closed or nothing refers to it any more. Methods that send the run somewhere
 * resolve where it stands, and to null where it ended first or had ended. All methods reject with a VitrineError:
 * "argument" for a place that is not there or has not been reached, "closed" once it is closed.
 */
export interface Run extends AsyncIterable<RunEvent> {
  /** The model that it runs: that of its engine, the same object. */
  readonly info: EngineInfo;
  readonly state: "running" | "paused" | "ended" | "closed";
  /** Where it stands, or null. */
  readonly at: PausedEvent | null;
  /** Of the way to its next end: a run that goes on after an end has another one. */
  readonly result: Promise<Result>;
  /** The same events, those together that arrive together: what a fast run costs the page less. */
  batches(): AsyncIterable<RunEvent[]>;

  /** Setting them replaces all; setBreakpoints does it too, and rejects where one is wrong: then all stay as they were. */
  breakpoints: Breakpoint[];
  setBreakpoints(breakpoints: Breakpoint[]): Promise<void>;

  /** Stands before the next stage. */
  pause(): Promise<PausedEvent | null>;
  /** Goes on, to the next breakpoint or the end; also a run that was aborted. */
  resume(): void;
  /**
   * By stage: "into" the very next one; "over" the next one that is not inside the one stood at; "out" the first after its
   * container. By layer: the beginning of the next layer, "out" of all of them. By token: the first stage of the next one,
   * "out" to the end. Default: "stage", "over".
   */
  step(options?: { granularity?: Granularity; direction?: "over" | "into" | "out" }): Promise<PausedEvent | null>;
  /** To the stage before, the beginning of this layer or of the one before, of this token or of the one before. */
  stepBack(options?: { granularity?: Granularity }): Promise<PausedEvent | null>;
  /** Back to the last place at which a breakpoint stops, else to the first stage. */
  reverseContinue(): Promise<PausedEvent | null>;
  /**
   * Back or forward to a place, by doing again what leads there; breakpoints do not stop it on the way. Of a step with
   * several passes it goes to the one that reads the position.
   */
  goto(where: Where): Promise<PausedEvent | null>;
  /** Forgets the ids from position on, and what was chosen there, and stands before that step. */
  rewind(position: number): Promise<void>;
  /** Sets the token of the step that it stands in, or of the next one where it stands between two; before "append". */
  choose(id: number): Promise<void>;
  /** What other options would keep and remove of the last distribution; those left out are as the step has them. With draw they hold from this step on. */
  redecode(options: { temperature?: number; topK?: number; topP?: number; seed?: number; draw?: boolean }): Promise<Redecoded>;

  /**
   * The tensors of a stage that the run has done, computed again to the same bits: of where it stands, or of a place before
   * it. `rows` are positions, from inclusive to exclusive, at most 256: the pass reads these; without it, those that the
   * step read. `head` picks one head of attention's tensors.
   */
  inspect(stage: StageName, options?: { position?: number; layer?: number; head?: number; rows?: [from: number, to: number] }): Promise<Tensor[]>;
  /** The ids of the prompt, and those that it has appended by now: of a run that has gone back, those before that place. */
  ids(): Promise<{ promptIds: number[]; ids: number[] }>;
  /** The logit lens, of the layers that are done at a position. */
  lens(options?: { position?: number }): Promise<LensRow[]>;
  /** Tokens whose text contains `search`, without regard to capitals; 20 from the first on unless said otherwise, at most 1000. */
  candidates(options?: { position?: number; search?: string; from?: number; count?: number }): Promise<Candidates>;
  /** The first layer from which on the lens' top token is the last layer's: a place to go to. */
  answerChanged(options?: { position?: number }): Promise<Where & { layer: number }>;

  /** What it changes of the model. */
  readonly switches: Switch[];
  /**
   * Replaces them all. Cache and numbers are those of the changed model from then on. The ids stay: those that were drawn
   * before count as chosen. A step that is under way begins again, and a run that stands comes to stand at the same stage.
   * A run that has ended stays so, and shows the numbers that its ids get.
   */
  setSwitches(switches: Switch[]): Promise<void>;
  /**
   * What other switches, in place of its own, would do to the distribution after a position, of which the run may be in
   * the middle. Both sides are read beside the run, from the ids up to there; the run is not touched.
   */
  compare(options: { switches: Switch[]; position?: number }): Promise<Comparison>;
  /** Compares with each head off in turn, or each layer's attention or MLP, beside what it has switched. Aborting rejects with the signal's reason. */
  sweep(options?: {
    what?: "head" | "attention" | "mlp";
    position?: number;
    signal?: AbortSignal;
    /** After each comparison, with what came of it. */
    onProgress?: (progress: { done: number; total: number; final: Sweep["final"]; effect: Sweep["effects"][number] }) => void;
  }): Promise<Sweep>;
  /** What the step takes whose newest token is at a position: the last whole one unless said otherwise. */
  cost(options?: { position?: number }): Promise<Cost>;

  /** Changes GenerateOptions.pace. */
  setPace(ms: number): void;
  /** Changes GenerateOptions.head, from the next layer on: the stages of one layer report one head. */
  setHead(head: number): void;
  /** Ends it for good and gives its memory back. */
  close(): void;
}

/** A place that two runs have in common. */
export interface Tick {
  step: number;
  /** 0-based; -1 outside the decoder layers. */
  layer: number;
  stage: StageName;
}

/**
 * How far the newest token's rows of a stage's main tensor are apart: `rows` of embed, `sum` of position, residual1 and
 * residual2, `result` of ln1, ln2 and final, `qkv`, `scores`, `scaled`, `weights` and `mix` of attention, `output` of mlp,
 * `logits` of head, `probabilities` of softmax.
 */
export interface Difference {
  tensor: string;
  /** The largest absolute difference of two numbers. */
  max: number;
  /** The Euclidean length of the difference, divided by that of the first run's row: 0 where nothing differs. */
  relative: number;
  /** Of head and softmax: the Kullback-Leibler divergence of the second run's distribution from the first's, in nats. Else null. */
  kl: number | null;
}

/** Where two runs part. */
export interface Parting extends Tick {
  /** Of the newest token of the step, in each run. */
  positions: [number, number];
  /** Of "ids" the tokens that they read, of "select" those that they chose, where these are not the same. Else null. */
  ids: [number, number] | null;
  /** null at "ids" and "select". */
  difference: Difference | null;
}

/** How often the logit lens has the same top token in both runs. */
export interface Agreement {
  /** How many positions were looked at: those whose tokens, and all before, are the same in both runs. */
  positions: number;
  /** For each layer that both have: the share of these positions, from 0 to 1. */
  layers: { layer: number; same: number }[];
}

/**
 * Two runs on one clock, of one engine or of two: two prompts, two settings, two models. They stand at the same step, layer
 * and stage, whatever the lengths of their prompts, so what is compared is the row of each step's newest token.
 *
 * Methods that send the runs somewhere have those that are going stand first, and resolve where both stand then; to null
 * where one has ended. The other goes on alone. If they come to different places, as at a breakpoint, the second goes
 * where the first stands. The runs themselves are yours: read their events, and close them. Methods reject as those of Run.
 */
export interface Pair {
  readonly runs: readonly [Run, Run];
  /** Where both stand, or null. */
  readonly at: Tick | null;
  /** As Run.step and Run.stepBack, of both. */
  step(options?: Parameters<Run["step"]>[0]): Promise<Tick | null>;
  stepBack(options?: Parameters<Run["stepBack"]>[0]): Promise<Tick | null>;
  /** Both go on, a token each by turns, until one comes to a breakpoint, both have ended, or they are to pause. */
  resume(): Promise<Tick | null>;
  pause(): Promise<Tick | null>;
  /** The second goes where the first stands, if it stands; the first is left alone. */
  follow(): Promise<Tick | null>;
  /** What is left out is that of where they stand. */
  goto(where: Partial<Tick>): Promise<Tick | null>;
  /** Of a stage that both have done: of where they stand, or of another step or layer. null where it has no tensor, or they are of two shapes. */
  difference(stage: StageName, options?: { step?: number; layer?: number }): Promise<Difference | null>;
  /**
   * The first place at which they differ by more than the bound, from the first step on, or null where nowhere in the steps
   * that both have. Tokens that are not the same differ by more than any bound. `by` picks the figure: "relative", the
   * default, with a bound of 0.01, "max", or "kl", which is looked at in softmax alone. Runs that have not come so far yet go
   * on, to the end of the step; those that have stay where they are. Aborting rejects with the signal's reason.
   */
  part(options?: { bound?: number; by?: "relative" | "max" | "kl"; signal?: AbortSignal; onProgress?: (at: Tick) => void }): Promise<Parting | null>;
  /** How far the logit lenses agree, at all positions that both have done. Vocabularies of two sizes are refused. Aborting rejects with the signal's reason. */
  agreement(options?: { signal?: AbortSignal; onProgress?: (progress: { done: number; total: number }) => void }): Promise<Agreement>;
}

/** Every failure is one of these, but for the reason of a signal that stops createEngine. */
export declare class VitrineError extends Error {
  readonly code: ErrorCode;
}

export type ErrorCode =
  /** An argument or option is not what it should be, or there is no option of that name. */
  | "argument"
  /** The prompt is empty, or does not fit the model's context. */
  | "prompt.empty" | "prompt.too_long"
  /** The model could not be fetched. */
  | "network"
  /** A file that belongs to the model is missing. */
  | "model.incomplete"
  /** A file is not GGUF or not a GPT-2 checkpoint's, is damaged, cut short, or not the file it should be. */
  | "model.format"
  /** The file may be sound, but its format, its architecture or a tensor type is not supported. */
  | "model.unsupported"
  /** No memory for the model. */
  | "memory"
  /** The model computed a number that is not finite. */
  | "numeric"
  /** The engine or the run was closed, or the run was aborted before a long answer was computed. */
  | "closed"
  /**
   * The engine cannot run here: the browser has no workers or no WebAssembly, or the page, the frame that it is in, or
   * the policy of its site forbids them. The message says which, and what to allow.
   */
  | "environment"
  /** A file of Vitrine itself, a script or a WebAssembly module, did not come. */
  | "engine.load"
  /** A file of Vitrine itself is cut short, damaged, or of another version. */
  | "engine.file"
  /** The browser ended the engine's WebAssembly code in the middle. The engine is closed. */
  | "engine.trap"
  /** The engine's worker had an error that nothing caught. The engine is closed. */
  | "engine.error"
  /**
   * A worker of the engine has ended or hangs: for about 8 seconds it has given no sign of life, or has not ended a run
   * that was aborted. The engine is closed. What was generated has been reported as events.
   */
  | "engine.silent"
  /** A mistake of ours. */
  | "internal";

/** What was made of a checkpoint. */
export interface Quantized {
  /** The GGUF file, which can be saved: opening it again takes no quantizing. */
  file: File;
  /** What the user should know about the conversion, one sentence each. */
  notes: string[];
}

export interface Engine {
  readonly info: EngineInfo;
  /** null where the model was a GGUF file already. */
  readonly quantized: Quantized | null;
  /**
   * Resolves when the engine has ended, with why: code "closed" after close(), or what its worker died of, which is
   * noticed within 10 seconds also where nobody asks anything of it.
   */
  readonly ended: Promise<VitrineError>;
  /** Starts a run. Runs of one engine follow one another; while one stands, others go. */
  generate(prompt: string | number[], options?: GenerateOptions): Run;
  /**
   * The tokens of a text as the model's own tokenizer gives them: text that is an added token, such as
   * "<|endoftext|>", becomes that token, and the tokens that the tokenizer puts before or after each text are there.
   */
  tokenize(text: string): Promise<TokenPiece[]>;
  /** The pieces of a text, with the merges that made their tokens. The ids are those of `tokenize`, without the tokens before and after each text. */
  merges(text: string): Promise<MergedPiece[]>;
  /** Rows of the position table, [to - from, C]: as it was learned, or of sines and cosines. */
  positions(from: number, to: number): Promise<Tensor>;
  /**
   * What makes one channel of attention's output of the mix of all heads: the weights of the output projection, [H, D], and
   * the bias, 0 where the model has none.
   */
  projection(layer: number, channel: number): Promise<{ weights: Tensor; bias: number }>;
  /** Logits over the vocabulary [V] for the last position. */
  logits(prompt: string | number[]): Promise<Float32Array>;
  /** Frees the worker; runs under way reject with code "closed". */
  close(): void;
}

export declare function createEngine(options?: EngineOptions): Promise<Engine>;

/** A model that is kept on this device. */
export interface StoredModel {
  name: string;
  /** Where it came from; "" where it was made from files. */
  url: string;
  bytes: number;
  /** Its GGUF file, as createEngine takes it. */
  file(): Promise<File>;
  delete(): Promise<void>;
}

/** The models that are kept on this device for this site; none where storage is forbidden. */
export declare function storedModels(): Promise<StoredModel[]>;

/** Puts two runs on one clock. The first leads. */
export declare function pairRuns(first: Run, second: Run): Pair;

export interface TokenizerOptions {
  /** The address of a GGUF file; without it: the first of models/manifest.json. */
  model?: string | URL;
  /** false forces the portable WebAssembly build. */
  simd?: boolean;
  /** Aborting it stops loading; createTokenizer rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** The tokenizer of a model, without its weights: of the file only the head is loaded. */
export interface Tokenizer {
  /** As Engine.tokenize. */
  tokenize(text: string): Promise<TokenPiece[]>;
  close(): void;
}

export declare function createTokenizer(options?: TokenizerOptions): Promise<Tokenizer>;
