/** What the editor of a diagram says, in English. */
export const own = {
  button: "Edit",
  label: "Edit the diagram",
  title: "Diagram",
  close: "Close the editor",
  text: "Mermaid text of the diagram",
  start: "Start from",
  starts: { own: "your text", ours: "Vitrine's pipeline", seed: "a blog's pipeline" },
  reset: "Reset",
  resetLabel: "Show Vitrine's own diagram again. Your text is lost.",
  copy: "Copy as Mermaid",
  copyLabel: "Copy the diagram with this step's values as labels",
  copied: "Copied",
  copyFailed: "The browser did not allow copying.",
  svg: "SVG",
  svgLabel: "Save the diagram as an SVG file",
  png: "PNG",
  pngLabel: "Save the diagram as a PNG file",
  exportFailed: "The picture could not be saved.",
  file: "vitrine-diagram",
  hint: "Give a node the name of a stage as its id, or add a line such as %% vitrine: A=prompt, M->C=loop. A label may hold {value}, {tokens}, {top:3}, {layer}.",
  ours: "This is Vitrine's own diagram. A change of the text makes it yours.",
  /** @param {number} n elements that show a stage */
  shown: (n) => (n === 1 ? "1 element shows a stage." : `${n} elements show a stage.`),
  kept: "The picture is the last one that could be drawn.",
  /** @param {number} line */
  line: (line) => `Line ${line}`,

  /** What is wrong, in one sentence or two. `what` is the author's word, `like` what was probably meant. */
  problems: {
    kind: () => "The text does not begin as a flowchart. Begin with flowchart TD.",
    image: () => "A node is an image of an address. The page loads nothing from other hosts. Give the node a label.",
    unbound: () => "No element shows a stage. Name a node as a stage, such as tokenize, or add %% vitrine: A=tokenize.",
    /** @param {Words} p */
    stage: ({ what, like }) => `No stage is called ${what}.${like ? ` Did you mean ${like}?` : ""}`,
    /** @param {Words} p */
    element: ({ what, like }) => `The diagram has no ${what}.${like ? ` Did you mean ${like}?` : ""}`,
    /** @param {Words} p */
    twice: ({ what, other }) => `${what} shows ${other} already. Give it one stage.`,
    /** @param {Words} p */
    directive: ({ what }) => `${what} is not a pair. Write element=stage, such as A=prompt.`,
    /** @param {Words} p */
    placeholder: ({ what, like }) => `There is no value {${what}}.${like ? ` Did you mean {${like}}?` : ""}`,
    /** @param {Words} p */
    idle: ({ what }) => `${what} has a value in its label and shows no stage. Bind it: %% vitrine: ${what}=prompt.`,
    large: () => "The diagram is too large to be drawn. Keep to 50,000 characters, 1,000 nodes and 500 edges.",
    /** @param {Words} p */
    syntax: ({ what, like }) => `Mermaid does not understand this line: ${what.length > 60 ? `${what.slice(0, 60)}…` : what}${like ? ` ${hints[/** @type {keyof typeof hints} */ (like)]}` : ""}`,
    /** @param {Words} p */
    failed: ({ what }) => `Mermaid could not draw this: ${what}`,
  },
};

/** What to do about a line that is not understood. */
const hints = {
  end: "The word end closes a subgraph. Write End, or another id.",
  quote: "A double quote is open. Write #quot; for one inside a label.",
  brackets: 'Put the label in double quotes: A["f(x)"].',
  arrow: "An arrow is -->.",
  close: "A bracket is open. Close the label.",
  subgraph: "A subgraph is open. Close it with end.",
};

/** @typedef {{ what: string, like: string, other?: string }} Words */
/** @typedef {typeof own} OwnStrings */
