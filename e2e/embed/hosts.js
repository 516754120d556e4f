// Pages as the themes of blogs and manuals make them, with our script and without: e2e/embed/hosts has one of each kind.
import { readFileSync } from "node:fs";
import { expect, siteOf, test as base } from "../fixtures.js";

export { expect };

const hosts = new URL("hosts/", import.meta.url);
const read = (name) => readFileSync(new URL(name, hosts), "utf8");
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** The diagram that shows stages of ours. */
export const live = read("diagram.mmd").trimEnd();
/** One that shows none. */
const other = "graph LR\n    x[\"One\"] --> y[\"Two\"]";
const script = '<script type="module" src="/v1/embed.js" data-upgrade></script>';

/** Versions of Mermaid with which `live` was drawn once. */
export const versions = ["9.4.3", "10.9.3", "11.4.1", "11.14.0", "12.3.0"];

export const test = base.extend({ site: siteOf("web") });

/**
 * Opens a page. `early`: our script comes before the theme's; else `addScript` brings it when the theme has drawn.
 *
 * @param {import("@playwright/test").Page} page
 * @param {string} name
 * @param {{ early?: boolean, text?: string, built?: boolean }} [how] `built`: with the element of the built site
 */
export async function openHost(page, name, { early = false, text = live, built = false } = {}) {
  const words = {
    live: escaped(text),
    raw: text.replaceAll("-->", "--&gt;"), // as an author writes it: tags in labels are elements
    other: escaped(other),
    sequence: escaped("sequenceDiagram\n    prompt->>ids: no flowchart"),
    json: JSON.stringify([text, other]).replaceAll("<", "\\u003c"),
    script: text.replaceAll("\n", "\n    "),
    pictures: versions.map((version) => `<div class="mermaid" data-processed="true" id="v${version}">${read(`mermaid-${version}.svg`)}</div>`).join("\n"),
  };
  const html = read(`${name}.html`).replace(/\{\{(\w+)\}\}/g, (_, word) => words[word]).replace(early ? "<main" : "\0", `${script}\n<main`);
  await page.route("**/host/*", (route) => route.fulfill({ body: html, contentType: "text/html" }));
  if (!built) await page.route("**/v1/embed.js", (route) => route.fulfill({ path: "e2e/embed/hosts/element.js", contentType: "text/javascript" }));
  await page.route("**/mermaid-11/**", (route) => route.fulfill({ path: `node_modules${new URL(route.request().url()).pathname.replace("/mermaid-11/", "/mermaid-11/dist/")}` }));
  await page.goto(`host/${name}`);
  await drawn(page);
}

/** Waits until the theme has drawn. @param {import("@playwright/test").Page} page */
export const drawn = async (page) => {
  await page.waitForFunction(() => globalThis.drawn);
  await page.evaluate(() => globalThis.drawn);
};

/** @param {import("@playwright/test").Page} page */
export const addScript = (page) =>
  page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const script = Object.assign(document.createElement("script"), { type: "module", src: "/v1/embed.js", onload: resolve, onerror: reject });
        script.dataset.upgrade = "";
        document.body.append(script);
      }),
  );
