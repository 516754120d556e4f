// The pipeline as Mermaid draws it: the slow twin of web/mermaid/pipeline/painted.js, for e2e/pipeline.spec.js.
import { dress } from "../../web/mermaid/card.js";
import { drawingOf } from "../../web/mermaid/drawing.js";
import { bindings } from "../../web/mermaid/pipeline/bindings.js";
import { fillLabels } from "../../web/mermaid/pipeline/labels.js";
import { paintPipeline } from "../../web/mermaid/pipeline/painted.js";
import source from "../../web/mermaid/pipeline/pipeline.mmd" with { type: "text" };
import { tall, wide } from "../../web/mermaid/pipeline/places.js";
import { render } from "../../web/mermaid/render.js";
import { diagram } from "../../web/i18n/diagram-en.js";
import { stages } from "../../web/i18n/stages-en.js";
import { info } from "../inspector/fake-run.js";
import { layoutOf } from "./layout.js";

/** The diagram in one orientation: Mermaid's SVG and its dressed elements. */
async function drawPipeline(source, places, draft) {
  const svg = await render(source, draft, (mermaid, id) => {
    mermaid.registerLayoutLoaders([{ name: id, loader: async () => layoutOf(places) }]); // it keeps layouts by name
    return { layout: id, flowchart: { padding: 0, useMaxWidth: false } };
  });
  strip(svg, places);
  const elements = collect(svg);
  svg.querySelector("g.nodes")?.append(...elements.values()); // reading order
  const cards = [];
  for (const [id, element] of elements) {
    const stage = bindings.get(id);
    const before = cards.filter((card) => card.stage === stage && !card.frame).length;
    const box = places.boxes[id];
    const lines = takeLabel(element);
    if (element.classList.contains("edgeLabel")) element.setAttribute("transform", `translate(${box.x}, ${box.y})`);
    cards.push(dress(id, stage, before, element, box, lines));
  }
  return drawingOf(svg, places, cards);
}

/** Takes Mermaid's colours and sizes off: diagram.css styles the SVG, and the places size it. */
function strip(svg, { width, height }) {
  for (const element of svg.querySelectorAll("style, filter")) element.remove();
  for (const element of [svg, ...svg.querySelectorAll("g [style]")]) {
    if (!element.closest("marker")) element.removeAttribute("style");
  }
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("width", String(width));
  svg.setAttribute("height", String(height));
  for (const name of ["aria-roledescription", "class"]) svg.removeAttribute(name);
  for (const element of [svg, ...svg.querySelectorAll("g")]) element.setAttribute("role", "presentation");
}

/** Takes Mermaid's label off. Gives its lines. */
function takeLabel(group) {
  const text = group.querySelector("p") ?? group.querySelector(".label, .cluster-label");
  const lines = [...(text?.childNodes ?? [])].flatMap((node) => node.textContent?.trim() || []);
  for (const label of group.querySelectorAll(":scope > .label, :scope > .cluster-label")) label.remove();
  return lines;
}

function collect(svg) {
  const elements = new Map();
  for (const id of bindings.keys()) {
    const element = svg.querySelector(`g.nodes > [data-id="${id}"]`);
    if (!(element instanceof SVGGElement)) throw new Error(`diagram: Mermaid drew no ${id}`);
    elements.set(id, element);
  }
  return elements;
}

/** Both pictures of each orientation, in the document. */
globalThis.pictures = Promise.all(Object.entries({ wide, tall }).map(async ([shape, places]) => {
  const text = fillLabels(source, info, { ...diagram, stages });
  const draft = document.body.appendChild(document.createElement("div"));
  const both = { mermaid: (await drawPipeline(text, places(), draft)).svg, painted: paintPipeline(text, places()).svg };
  for (const [by, svg] of Object.entries(both)) {
    svg.id = `${shape}-${by}`;
    document.body.append(svg);
  }
}));
