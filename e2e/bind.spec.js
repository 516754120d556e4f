// Mermaid's own layout of a flowchart that is not ours: what it drew is found by
// id and lit. The page has nothing but Mermaid and web/mermaid/bind.js.
import { readFile } from "node:fs/promises";
import { expect, test } from "./fixtures.js";

/** Ids of every kind: with signs in them, of Unicode, named edges, several between two nodes, one to the node itself. */
const source = `flowchart LR
    subgraph outer["Outer"]
        direction TB
        subgraph inner-most["Inner"]
            a_b["One"] --> c{"Two"}
            c -->|"yes"| c
        end
        lone("Alone") --> lone2(("Round"))
    end
    subgraph apart["Apart"]
        x1 --> x2
    end
    start([Start]) --> a_b
    start --> a_b
    c named@-->|"out"| größe[(Store)]
    größe -.-> outer
    c == "back" ==> start
`;

const html = "<!doctype html><title>Foreign</title><style>.lit, .lit * { stroke: rgb(1, 2, 3) !important }</style>" +
  '<script type="importmap">{ "imports": { "mermaid": "./node_modules/mermaid/dist/mermaid.esm.min.mjs" } }</script><div id="place"></div>';

test("nodes, subgraphs and edges of Mermaid's own layout are found by id and lit", async ({ page, site }) => {
  await page.route("**/foreign/**", async (route) => {
    const path = new URL(route.request().url()).pathname.replace(/^\/foreign\//, "");
    if (path === "") return route.fulfill({ contentType: "text/html", body: html });
    return route.fulfill({ contentType: "text/javascript", body: await readFile(path, "utf8") });
  });
  await page.goto(`${site}foreign/`);
  const seen = await page.evaluate(async (text) => {
    const { default: mermaid } = await import("mermaid");
    const { bind } = await import(new URL("./web/mermaid/bind.js", location.href).href);
    mermaid.initialize({ startOnLoad: false });
    const place = document.getElementById("place");
    place.innerHTML = (await mermaid.render("foreign-1", text)).svg;
    const svg = place.querySelector("svg");
    const bound = bind(svg);

    /** Lights one of them, and tells what of the picture changed. */
    const lit = (id) => {
      const elements = bound.get(id) ?? [];
      const shapes = elements.flatMap((element) => [element, ...element.querySelectorAll("*")]);
      for (const element of elements) element.classList.add("lit");
      const dark = shapes.filter((shape) => getComputedStyle(shape).stroke !== "rgb(1, 2, 3)").length;
      const others = [...svg.querySelectorAll("g.node, g.cluster, path.flowchart-link")].filter((other) => !shapes.includes(other) && getComputedStyle(other).stroke === "rgb(1, 2, 3)").length;
      for (const element of elements) element.classList.remove("lit");
      return { elements: elements.map((element) => element.localName), text: elements.map((element) => element.textContent.trim()).filter(Boolean).join(" "), dark, others };
    };
    return {
      keys: [...bound.keys()].sort(),
      lit: Object.fromEntries([...bound.keys()].map((id) => [id, lit(id)])),
      drawn: svg.querySelectorAll("path.flowchart-link").length,
      boxes: [...bound].map(([id, [element]]) => [id, element.getBoundingClientRect().width + element.getBoundingClientRect().height]),
    };
  }, source);

  const nodes = { a_b: "One", c: "Two", lone: "Alone", lone2: "Round", x1: "x1", x2: "x2", start: "Start", größe: "Store" };
  const groups = { outer: "Outer", "inner-most": "Inner", apart: "Apart" };
  const edges = { "a_b>c": "", "c>c": "yes", "lone>lone2": "", "x1>x2": "", "start>a_b": "", "start>a_b:1": "", named: "out", "größe>outer": "", "c>start": "back" };
  for (const id of [...Object.keys(nodes), ...Object.keys(groups), ...Object.keys(edges)]) expect(seen.keys, id).toContain(id);
  for (const [id, text] of Object.entries({ ...nodes, ...groups, ...edges })) {
    const { dark, others, text: words } = seen.lit[id];
    expect([id, words, dark, others]).toEqual([id, text, 0, 0]);
  }
  for (const id of Object.keys({ ...nodes, ...groups })) expect(seen.lit[id].elements, id).toEqual(["g"]);
  for (const id of Object.keys(edges)) expect(seen.lit[id].elements[0], id).toBe("path");
  for (const [id, size] of seen.boxes) expect(size, `${id} is in sight`).toBeGreaterThan(0);
  expect(Object.keys(edges).reduce((sum, id) => sum + seen.lit[id].elements.filter((name) => name === "path").length, 0), "every line that was drawn has a name").toBe(seen.drawn);
});
