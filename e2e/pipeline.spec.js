// Our pipeline is painted without Mermaid: its twin, which Mermaid draws, looks the same.
import { execFileSync } from "node:child_process";
import { expect, test } from "./fixtures.js";

test("what is painted is what Mermaid draws, in both orientations", async ({ page }, { outputDir }) => {
  execFileSync("go", ["run", "./tools/bundle", "e2e/pipeline/drawn.js", "--bundle", "--format=esm", "--splitting", `--outdir=${outputDir}`, "--log-level=warning"]);
  await page.route("**/pipeline/*", (route) => {
    const [name] = new URL(route.request().url()).pathname.split("/").slice(-1);
    return name === "index.html" ? route.fulfill({ contentType: "text/html", body: '<!doctype html><title>Both</title><script type="module" src="./drawn.js"></script>' }) : route.fulfill({ path: `${outputDir}/${name}` });
  });
  await page.goto("pipeline/index.html");
  await page.waitForFunction("globalThis.pictures");
  await page.evaluate("pictures");
  const of = (name) => page.locator(`#${name}`).evaluate((svg) => {
    const round = (text) => text?.replace(/[\d.]+/g, (n) => String(Math.round(100 * n) / 100));
    return {
      size: [svg.getAttribute("width"), svg.getAttribute("height"), svg.getAttribute("viewBox")],
      edges: Object.fromEntries([...svg.querySelectorAll(".edgePaths path")].map((path) => [path.dataset.id, [round(path.getAttribute("d")), path.classList.contains("edge-pattern-dotted"), path.hasAttribute("marker-end")]])),
      nodes: [...svg.querySelectorAll(".nodes > g")].map((group) => {
        const rect = group.querySelector(":scope > rect");
        const box = rect && ["x", "y", "width", "height", "rx", "ry"].map((name) => rect.getAttribute(name));
        const kind = ["node", "cluster", "edgeLabel"].filter((name) => group.classList.contains(name));
        return [group.dataset.id, group.getAttribute("transform"), kind, group.dataset.stage, box, group.textContent];
      }),
    };
  });
  for (const shape of ["wide", "tall"]) {
    const mermaids = await of(`${shape}-mermaid`);
    expect(await of(`${shape}-painted`)).toEqual(mermaids);
    expect(Object.keys(mermaids.edges).length).toBeGreaterThan(30);
    expect(mermaids.nodes.length).toBeGreaterThan(40);
  }
});
