// Draws the icons that an installed page needs as PNG from web/icons/vitrine.svg, with Chromium: `make icons`.
import { readFileSync } from "node:fs";
import { chromium } from "@playwright/test";
import { findChromium } from "../../e2e/chromium.js";

const PAPER = "#f7f5f2"; // --paper of tokens.css

/** @type {Record<string, { pixels: number, share: number }>} share: the drawing's of the width */
const icons = {
  "vitrine-180": { pixels: 180, share: 0.72 },
  "vitrine-192": { pixels: 192, share: 0.8 },
  "vitrine-512": { pixels: 512, share: 0.8 },
  "vitrine-maskable-512": { pixels: 512, share: 0.6 }, // a mask leaves a circle of 80 %: W3C Web App Manifest, "Icon masks and safe zone"
};

const browser = await chromium.launch({ executablePath: findChromium() });
const page = await browser.newPage({ colorScheme: "light" });
const drawing = readFileSync("web/icons/vitrine.svg", "utf8");
for (const [name, { pixels, share }] of Object.entries(icons)) {
  await page.setViewportSize({ width: pixels, height: pixels });
  await page.setContent(`<style>
    body { margin: 0; height: 100vh; display: grid; place-items: center; overflow: hidden; background: ${PAPER}; }
    svg { width: ${100 * share}vw; }
  </style><body>${drawing}</body>`);
  await page.screenshot({ path: `web/icons/${name}.png` });
}
await browser.close();
