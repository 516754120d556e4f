// Diagrams as their authors write them: the text, what it binds, and the codes of what is wrong in it.

const many = Array.from({ length: 200 }, (_, i) => `  n${i}["Node ${i}"] --> n${i + 1}`).join("\n");

/** @type {Record<string, { text: string, bound: string[], wrong?: string[] }>} */
export const odd = {
  "from left to right, with classes": {
    text: 'flowchart LR\n  classDef a fill:#123456,color:#fff\n  prompt["Text"]:::a --> tokenize("Pieces") --> ids([Ids])\n  class ids a',
    bound: ["prompt", "tokenize", "ids"],
  },
  "bound subgraphs in each other": {
    text: 'flowchart TB\n  subgraph layers["Layers {layer} of {layers}"]\n    subgraph attention\n      attention_mask["Mask"]\n    end\n    attention --> mlp\n  end\n  prompt --> layers',
    bound: ["layers", "attention", "attention_mask", "mlp", "prompt"],
  },
  "edges with labels, chained, and several at once": {
    text: 'graph TD\n  %% vitrine: A=prompt, B=tokenize, C=ids, D=embed, A->B=select\n  A -- "to <b>pieces</b>" --> B -->|to ids| C & D\n  C -. "{step}" .-> A\n  %% vitrine: C->A=loop',
    bound: ["A", "B", "C", "D", "L_A_B_0", "L_C_A_0"],
  },
  "edges with ids of their own": {
    text: "flowchart TD\n  A e1@--> B\n  B e2@==> A\n  e1@{ animate: true }\n  %% vitrine: e1=tokenize, e2=loop, A=prompt",
    bound: ["e1", "e2", "A"],
  },
  "Chinese labels and ids": {
    text: 'flowchart TD\n  提示["提示词:{value}"] --> 分词["分词"] --> 概率["概率<br/>{top:3}"]\n  %% vitrine: 提示=prompt, 分词=tokenize, 概率=distribution',
    bound: ["提示", "分词", "概率"],
  },
  "Arabic labels": {
    text: 'flowchart RL\n  prompt["النص الأول {value}"] --> select["الرمز المختار"]',
    bound: ["prompt", "select"],
  },
  "200 nodes": { text: `flowchart LR\n${many}\n  n200 --> softmax["Softmax {value}"]\n  %% vitrine: n0=prompt, n100=mlp`, bound: ["n0", "n100", "softmax"] },
  "front matter with configuration": {
    text: "---\ntitle: A title\nconfig:\n  theme: forest\n  layout: elk\n  securityLevel: loose\n  flowchart:\n    curve: stepBefore\n---\nflowchart TD\n  prompt --> ids",
    bound: ["prompt", "ids"],
  },
  "drawn by hand": { text: "---\nconfig:\n  look: handDrawn\n---\nflowchart TD\n  prompt[Text] --> head{Head}\n  subgraph layers\n    ln1 --> mlp\n  end", bound: ["prompt", "head", "layers", "ln1", "mlp"] },
  "click lines": {
    text: 'flowchart TD\n  prompt --> ids\n  click prompt "https://example.org/" "go" _blank\n  click ids call alert(1)\n  click ids href "javascript:alert(1)"',
    bound: ["prompt", "ids"],
  },
  "markdown strings": { text: 'flowchart TD\n  prompt["`**Bold** text\nof {tokens}`"] --> select["`_{token}_`"]', bound: ["prompt", "select"] },
  "shapes with data, and odd ids": {
    text: 'flowchart TD\n  %% vitrine: a/b=prompt, x-y=ids, d.e=embed\n  a/b@{ shape: cyl, label: "Text {value}" } --> x-y{{"Ids {{value}}"}} --> d.e>"Flag"]\n  d.e --> head@{ shape: doc }',
    bound: ["a/b", "x-y", "d.e", "head"],
  },
  "a node bound twice": { text: "flowchart TD\n  %% vitrine: A=prompt, A=ids\n  A --> B", bound: ["A"], wrong: ["A shows prompt already"] },
  "names that are none": { text: "flowchart TD\n  %% vitrine: A=promt, Q=ids\n  A --> attention.msk", bound: [], wrong: ["Did you mean prompt?", "The diagram has no Q", "Did you mean attention.mask?"] },
  "an image of another host": { text: 'flowchart TD\n  prompt --> B@{ img: "https://example.org/a.png", label: "x" }', bound: [], wrong: ["loads nothing from other hosts"] },
  "another kind of diagram": { text: "sequenceDiagram\n  A->>B: x", bound: [], wrong: ["does not begin as a flowchart"] },
};

/** Labels that try to be more than words. */
export const hostile = `flowchart TD
  prompt["<img src=x onerror='window.pwned=1'><script>window.pwned=1</script>{value}"] --> ids["<a href='javascript:window.pwned=1'>link</a><iframe src='https://example.org'></iframe>"]
  ids --> select["#lt;img src=x onerror=window.pwned=1#gt;{token}<svg onload='window.pwned=1'><style>*{background:url(https://example.org/x)}</style>"]
  select -->|"<img src='https://example.org/y' onerror='window.pwned=1'>"| B["<span style='background:url(https://example.org/z)' onclick='window.pwned=1'>words</span>"]
  subgraph layers["<math><mtext><img src=x onerror=window.pwned=1></math>"]
    mlp
  end
  click B "javascript:window.pwned=1"
  click prompt call eval("window.pwned=1")
`;
