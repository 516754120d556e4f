// An element as small as it can be, in the place of ours: it shows the text, or drives the picture.
import { diagramOf } from "/elements/content.js";
import { upgrade } from "/elements/upgrade.js";
import { attach } from "/mermaid/own/attach.js";
import { readPicture } from "/mermaid/own/read.js";

customElements.define("vitrine-pipeline", class extends HTMLElement {
  connectedCallback() {
    if (this.shadowRoot) return;
    const shadow = this.attachShadow({ mode: "open" });
    shadow.innerHTML = '<link rel="stylesheet" href="/styles/tokens.css"><link rel="stylesheet" href="/styles/diagram.css"><link rel="stylesheet" href="/styles/own.css">';
    const own = diagramOf(this);
    this.given = typeof own === "string" ? own : "";
    if (own instanceof SVGSVGElement) this.drawing = attach(own, readPicture(own));
    shadow.append(this.drawing?.svg ?? document.createElement("pre"));
  }
});
upgrade();
