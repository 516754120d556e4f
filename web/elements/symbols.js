/// <reference path="./files.d.ts" />
import { el } from "../kit/dom.js";
import html from "../../build/symbols.html";

const SVG = "http://www.w3.org/2000/svg";

/** The icons of the page's own set, as what refers to them by their ids in the same tree. */
function iconSet() {
  const set = document.createElementNS(SVG, "svg");
  set.setAttribute("class", "symbols");
  set.setAttribute("aria-hidden", "true");
  for (const [, id, viewBox, content] of html.matchAll(/<symbol id="([\w-]+)" viewBox="([\d ]+)">(.*?)<\/symbol>/g)) {
    const symbol = document.createElementNS(SVG, "symbol");
    symbol.id = id;
    symbol.setAttribute("viewBox", viewBox);
    for (const [, tag, attributes] of content.matchAll(/<(\w+) ([^>]*)\/>/g)) {
      const shape = document.createElementNS(SVG, tag);
      for (const [, name, value] of attributes.matchAll(/(\w+)="([^"]*)"/g)) shape.setAttribute(name, value);
      symbol.append(shape);
    }
    set.append(symbol);
  }
  return set;
}

/** An icon set, and what stands beside it in a shadow root. @param {ShadowRoot} root @param {string} label */
export function scaffold(root, label) {
  const app = el("div", { class: "embed", part: "root", role: "group", "aria-label": label });
  root.append(iconSet(), app);
  return app;
}
