/** Every text that a person reads on the page, in English. The diagram's own texts are in diagram-en.js, those of the stages in stages-en.js. */

import { count } from "../kit/numbers.js";

export { control as controlStrings } from "./control-en.js";
export { diagram as diagramStrings } from "./diagram-en.js";
export { own as ownStrings } from "./own-en.js";
export { linked as linkedStrings } from "./link-en.js";
export { host as hostStrings } from "./host-en.js";
export { inspector as inspectorStrings } from "./inspector-en.js";
export { share as shareStrings } from "./share-en.js";
export { second as secondStrings } from "./second-en.js";
export { stages as stageStrings } from "./stages-en.js";

const mac = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? "");

/** @param {number} n @param {string} one @param {string} [many] */
const some = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;

export const strings = {
  product: "Vitrine",
  skip: "Skip to the prompt",
  close: "Close",

  /** Names of the page's parts, by the id that they have. */
  landmarks: {
    "text-panel": "Prompt and output",
    "diagram-panel": "Diagram",
    "run-button": "Run",
    tabs: "Panels",
  },

  layout: {
    fold: "Fold the text panel",
    unfold: "Unfold the text panel",
    resize: "Width of the text panel",
    tabs: { text: "Text", diagram: "Diagram", inspector: "Inspector" },
  },

  theme: {
    /** @param {"system" | "light" | "dark"} theme */
    label: (theme) => `Theme: ${theme}`,
  },

  about: {
    sentence: "A language model runs inside this page, and the diagram shows each stage while the engine executes it.",
    link: "What you can do here",
  },

  prompt: {
    label: "Prompt",
    placeholder: "Write the beginning. The model continues it.",
    examples: "Examples",
    /** Beginnings that the default model knows how to continue. */
    exampleTexts: [
      "What is the capital of France?",
      "Once upon a time",
      "The little dog wanted to",
    ],
    /** @param {number} n @param {number} context */
    tokens: (n, context) => `${count(n)} of ${some(context, "token")}`,
    /** @param {number} n characters, more than the context can hold @param {number} context */
    characters: (n, context) => `${some(n, "character")}, too long for ${some(context, "token")}`,
    empty: "The prompt is empty. Write something for the model to continue.",
    tooLong: "The prompt does not fit the model's context. Shorten it.",
    special: "Special tokens",
    specialList: "Special and added tokens",
    specialHint: "The tokenizer reads the text of each of these as one token. Choose one to type it at the caret.",
    /** @param {number} id */
    specialId: (id) => `id ${id}`,
    /** @param {number} n */
    specialMore: (n) => `The list leaves out ${some(n, "token")}. Type the text of the token that you need.`,
  },

  sampling: {
    label: "Sampling",
    greedy: "Greedy",
    greedyHint: "Take the most probable token each time: temperature 0",
    resetLabel: "Reset the sampling settings",
    newSeed: "Use a new seed for each run",
    idle: "not used",
    /** @param {number} tokens that can follow the prompt in the model's context */
    room: (tokens) => (tokens === 0 ? "The prompt fills the context" : `The context has room for ${count(tokens)}`),
    /** @param {{temperature: number, topK: number, topP: number, seed: number | undefined, maxTokens: number}} s */
    summary: (s) =>
      s.temperature === 0 ? some(s.maxTokens, "token") : `T ${s.temperature}, k ${count(s.topK)}, p ${s.topP}${s.seed === undefined ? "" : `, seed ${s.seed}`}`,
    fields: {
      temperature: { label: "Temperature", hint: "0 is greedy", error: "A number from 0 to 10, like 0.7" },
      topK: { label: "Top-k", hint: "tokens, 0 = all", error: "Digits only: 0 or more" },
      topP: { label: "Top-p", hint: "above 0, up to 1", error: "A number above 0, up to 1, like 0.9" },
      seed: { label: "Seed", hint: "empty: new each run", error: "Digits only: 0 to 2⁵³ − 1, or empty" },
      maxTokens: { label: "Max. new tokens", hint: "1 or more", error: "Digits only: 1 or more" },
      stop: {
        label: "Stop sequences",
        hint: "one per line, \\n = line break",
        error: "Write \\\\ for a backslash",
      },
    },
  },

  run: {
    generate: "Generate",
    stop: "Stop",
    generateKey: mac ? "⌘ Enter" : "Ctrl Enter",
    stopKey: "Esc",
  },

  output: {
    label: "Output",
    empty: "Press Generate. The prompt and the model's continuation appear here, one box per token.",
    copy: "Copy text",
    copied: "Copied",
    copyFailed: "The browser did not allow copying. Select the text and copy it.",
    legend: "Probability",
    legendLow: "0 %",
    legendHigh: "100 %",
    legendPrompt: "prompt",
    readoutHint: "Point at a token, tap it, or go to it with the arrow keys to read its numbers.",
    /** @param {number} position @param {number} id */
    tokenAt: (position, id) => `position ${position}, id ${id}`,
    promptToken: "prompt token",
    partial: "part of a character",
    cut: "stop sequence, not part of the text",
    /** @param {string} percent @param {string} exact */
    probability: (percent, exact) => `${percent} (${exact})`,
    /** @param {string} speed */
    speed: (speed) => `${speed} tokens/s`,
    /** @param {number} n */
    generated: (n) => some(n, "token"),
    paused: "pauses excluded",
    /** @param {string} ms */
    promptTime: (ms) => `prompt ${ms} ms`,
    /** @param {number} seed */
    seed: (seed) => `Seed ${seed}`,
    keepSeed: "Use this seed for the next runs too",
    releaseSeed: "Use a new seed for each run",
  },

  /** How a run ended, in one sentence. */
  ending: {
    eos: "Done. Ended with the end-of-text token.",
    /** @param {number} n */
    length: (n) => `Done. Reached the limit of ${some(n, "new token")}.`,
    /** @param {number} context */
    context: (context) => `Done. The context of ${some(context, "token")} is full.`,
    /** @param {string} text */
    stop: (text) => (text ? `Done. Found the stop sequence ${text}.` : "Done. Found a stop sequence."),
    /** @param {number} n */
    aborted: (n) => (n === 0 ? "Stopped before the first token." : `Stopped after ${some(n, "token")}.`),
    failed: "The run ended with an error.",
  },

  status: {
    idle: "Ready",
    waiting: "The run starts when the model is loaded",
    noModel: "No model loaded",
    lost: "The engine has ended",
    quantized: "Ready. You can save the new GGUF file from the model menu.",
    running: "Generating",
    where: "Say where the machine is",
  },

  diagram: {
    label: "Pipeline",
    /** @param {{layers: number, heads: number, embedding: number, context: number, vocabulary: number}} m */
    shape: (m) =>
      `${some(m.layers, "layer")}, ${some(m.heads, "head")}, width ${count(m.embedding)}, context ${count(m.context)}, vocabulary ${count(m.vocabulary)}`,
    tools: "Diagram view",
    follow: "Follow",
    followLabel: "Follow the running stage",
    head: "Attention head",
    headLabel: "The attention head whose numbers the diagram shows, from the next layer on",
    /** @param {number} head */
    headOf: (head) => `head ${head}`,
    zoomIn: "Zoom in",
    zoomOut: "Zoom out",
    fit: "Fit the whole diagram",
    behind: "Too fast to follow each stage. Lower the speed.",
    failed: "There is no diagram without a model.",
    broken: "The diagram could not be drawn. Generation still works. Reload the page to try again.",
  },

  model: {
    button: "Model",
    /** @param {number} parameters @param {string} weights */
    about: (parameters, weights) => `${some(parameters, "parameter")}, ${weights}`,
    loading: "loading",
    loadingOther: "loading another",
    none: "no model",
    onDevice: "on this device",
    fromDevice: "from this device",
    inMemory: "in this page only",
    stored: "Stored on this device",
    /** @param {string} here @param {string} all */
    begun: (here, all) => `${here} of ${all} so far, go on`,
    delete: "Delete",
    /** @param {string} name */
    deleteStored: (name) => `Delete ${name} from this device`,
    storedGone: "The browser has removed this model from its storage. Load it again.",
    open: "Open model files",
    openHint:
      "Choose a GGUF file of architecture gpt2, or all its parts. Or choose the files of a GPT-2 checkpoint together: model.safetensors, config.json and tokenizer.json (or vocab.json and merges.txt). The page converts them on this device. You can also drop files or a folder on the page. Nothing is uploaded.",
    /** @param {number} n */
    parameters: (n) => some(n, "parameter"),
    /** @param {string} size */
    download: (size) => `download ${size}`,
    /** @param {string} size */
    memory: (size) => `in memory ${size}`,
    list: "Models",
    /** @type {Record<string, string>} what the site's own models are for, by the name that models/manifest.json gives them */
    purpose: {
      small: "12 heads, 512 tokens, slightly better stories",
      original: "for lessons: ReLU and sinusoidal positions",
      single: "for lessons: one layer, one head",
    },
    clearUsed: "Clear the list",
    defaultModel: "Default model",
    fromFiles: "from files: choose them again",
    address: "Model URL",
    addressHint: ".gguf or .safetensors",
    addressError: "Write a URL that is relative or begins with http:// or https://",
    load: "Load",
    save: "Save the GGUF file",
    quantized: "quantized here",
    drop: "Drop the model to open it",
    dropHint: "A GGUF file, or a checkpoint's files or folder. It is read on this device. Nothing is uploaded.",
    facts: {
      name: "Name",
      parameters: "Parameters",
      file: "File",
      architecture: "Architecture",
      layers: "Layers",
      heads: "Attention heads",
      embedding: "Embedding width",
      feedForward: "Feed-forward width",
      context: "Context",
      vocabulary: "Vocabulary",
      activation: "Activation",
      position: "Positions",
      weights: "Weights",
      head: "Output head",
      engine: "Engine",
      threads: "Threads",
    },
    tied: "tied to the embedding",
    untied: "its own matrix",
    simd: "WebAssembly SIMD",
    portable: "WebAssembly, portable",
    /** @param {number} n */
    tokens: (n) => some(n, "token"),
  },

  hub: {
    /** @param {string} host */
    title: (host) => `GPT-2 from ${host}`,
    /** @param {string} host */
    hint: (host) => `The page asks ${host} for nothing until you press a button. It then downloads the model, quantizes it here to Q8_0, and stores that on this device. Memory is what a full context takes.`,
    facts: { parameters: "Parameters", download: "Download", stored: "Stored", memory: "In memory" },
    /** @param {string} name */
    licence: (name) => `Licence ${name}`,
    /** @param {number} n */
    millions: (n) => `${count(n)} M`,
    download: "Download",
    open: "Open",
    /** @param {string} room @param {string} smaller */
    tooLarge: (room, smaller) => `It does not fit: there is ${room} of memory here.${smaller && ` ${smaller} fits.`}`,
    id: "Another GPT-2 model",
    idHint: "OWNER/NAME",
    idError: "Write the owner and the name of the model, like openai-community/gpt2",
    /** @param {string} host */
    fetch: (host) => `Download from ${host}`,
  },

  loading: {
    engine: "Loading the engine",
    model: "Loading the model",
    quantize: "Quantizing to Q8_0",
    /** @param {string} loaded @param {string} total @param {string} unit */
    bytesOf: (loaded, total, unit) => `${loaded} of ${total} ${unit}`,
    /** @param {string} loaded @param {string} unit */
    bytes: (loaded, unit) => `${loaded} ${unit}`,
    prepare: "Starting",
    cancel: "Cancel",
    retry: "Try again",
    /** @param {number} seconds */
    left: (seconds) => `About ${seconds < 90 ? some(Math.ceil(seconds / 5) * 5, "second") : some(Math.round(seconds / 60), "minute")} left`,
  },

  errors: {
    retry: "Retry",
    useDefault: "Use the default model",
    openFile: "Open another file",
    openFiles: "Choose the files again",
    reload: "Reload the page",
    reopen: "Load the model again",
    /** @param {string} name */
    kept: (name) => `The model ${name} stays loaded.`,
    /** What happened, by code. The engine's own sentence follows it and says why. */
    byCode: {
      argument: "This is not what the engine accepts.",
      "prompt.empty": "The prompt is empty.",
      "prompt.too_long": "The prompt does not fit the model's context.",
      network: "The model could not be fetched.",
      "model.incomplete": "A file of the model is missing.",
      "model.format": "The model cannot be read.",
      "model.unsupported": "Vitrine cannot use a model of this kind.",
      memory: "There is not enough memory for this model.",
      numeric: "The model computed a number that is not finite.",
      closed: "The engine was closed.",
      environment: "The engine cannot run here.",
      "engine.load": "A file of Vitrine did not load.",
      "engine.file": "A file of Vitrine is not the right one.",
      "engine.trap": "The browser ended the engine.",
      "engine.error": "The engine had an error.",
      "engine.silent": "The engine does not answer.",
      internal: "Something went wrong inside Vitrine.",
    },
    modelUrl: "The URL after ?model= must be relative or begin with http:// or https://.",
  },

  help: {
    label: "Help and keyboard shortcuts",
    title: "What you can do here",
    licences: "Licences of Vitrine and of what it contains",
    uses: [
      {
        what: "Generate a text",
        how: "Write a prompt or choose an example, then press Generate. The model continues the text. The default model is small: it knows capitals and begins simple stories, and it is often wrong.",
      },
      {
        what: "Watch the machine",
        how: "Each box of the diagram is a stage of the model. It lights up while the engine executes the stage, and shows the numbers that the engine has just computed. Speed slows the machine down; Stop ends the run.",
      },
      {
        what: "Look inside a stage",
        how: "Press a box of the diagram. The inspector opens and says what the stage does, shows its formula, and each of its numbers as the engine has it: point at a cell, or go to it with the arrow keys.",
      },
      {
        what: "Pause and step",
        how: "Pause holds the machine between two stages. Next, Step into and Step out lead it on, and Back leads it back. A breakpoint pauses it at a stage: press B on a box, or open Breakpoints. The timeline has a bar for each token: press a bar to go to its token.",
      },
      {
        what: "Try another token",
        how: "Press the button at the end of the timeline and choose a token from the whole vocabulary. The run goes on from there. What came before stays under Branches.",
      },
      {
        what: "Read a token",
        how: "Point at a token of the output, or tap it, for its probability, its position and its id.",
      },
      {
        what: "Change how tokens are chosen",
        how: "Sampling sets temperature, top-k and top-p. Each run takes a new seed and shows it beside the output. Press the seed to keep it: the same seed, prompt and settings give the same text. Greedy takes the most probable token each time.",
      },
      {
        what: "Compare two runs",
        how: "Compare, at the bottom, puts a second run side by side with yours: another prompt, other settings, a branch or another model. It finds the stage where the two part.",
      },
      {
        what: "Bring your own diagram",
        how: "Edit, above the diagram, opens its Mermaid text. Write another flowchart, or paste one: a node whose id is the name of a stage lights up, and the run goes on. Copy as Mermaid takes the diagram with the values of this step.",
      },
      {
        what: "Share a run",
        how: "Share, at the top, makes a link that opens this very run for anybody, code that puts it into another page, and files: the picture, the run as JSON, a transcript. Nothing is uploaded.",
      },
      {
        what: "Use another model",
        how: "The model menu opens a GGUF file of architecture gpt2 or a Hugging Face GPT-2 checkpoint, from this device or from a URL. It also downloads GPT-2 from the Hugging Face Hub when you press its button. The page keeps models on this device for the next visit, and deletes them when you say so. Nothing you write or open is uploaded.",
      },
    ],
    keysTitle: "Keyboard shortcuts",
    single: "Use the single-key shortcuts of the diagram",
    /** Keys first, then what they do. Single ones work in the diagram only, and can be switched off. */
    keys: [
      { keys: [mac ? "⌘ Enter" : "Ctrl Enter"], does: "Generate" },
      { keys: ["Esc"], does: "Stop" },
      { keys: ["←", "→"], does: "In the output: read token by token" },
      { keys: ["↑", "↓"], does: "In the diagram: go from stage to stage" },
      { keys: ["Enter"], does: "In the diagram: open the inspector on the stage" },
      { keys: ["Esc"], does: "In the inspector: close it" },
      { keys: ["F"], does: "In the diagram: follow the running stage, or stop following" },
      { keys: ["W"], does: "In the diagram: say where the machine is" },
      { keys: ["+", "−"], does: "In the diagram: zoom" },
      { keys: ["0"], does: "In the diagram: fit all of it" },
      { keys: ["["], does: "In the diagram: fold or unfold the text panel" },
      { keys: ["/"], does: "In the diagram: go to the prompt" },
      { keys: ["?"], does: "In the diagram: show this help" },
    ],
  },
};

/** @typedef {typeof strings} Strings */
