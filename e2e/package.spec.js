// The npm package: installed into an empty project, checked against its types, bundled, and run.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, serve, test } from "./fixtures.js";

const { version } = JSON.parse(readFileSync("package.json", "utf8"));

const app = `import { createEngine } from "vitrine";
const engine = await createEngine();
const run = engine.generate("What is the capital of France?", { temperature: 0 });
for await (const event of run) if (event.type === "token") document.body.append(event.text);
document.title = "done";
`;

test("a project that installs the package type-checks, bundles and runs the engine", async ({ page, requests }, info) => {
  const project = info.outputPath("project");
  const site = join(project, "public");
  mkdirSync(project, { recursive: true });
  const write = (/** @type {string} */ name, /** @type {string} */ text) => writeFileSync(join(project, name), text);
  write("package.json", JSON.stringify({ name: "project", private: true, type: "module" }));
  write("app.ts", app);
  write("wrong.ts", `import { createEngine } from "vitrine";\ncreateEngine({ modle: "x" });\n`);
  write("tsconfig.json", JSON.stringify({ compilerOptions: { target: "ES2022", module: "ESNext", moduleResolution: "Bundler", lib: ["ES2023", "DOM", "DOM.Iterable"], types: [], strict: true, noEmit: true }, files: ["app.ts"] }));
  const npm = ["install", "--offline", "--no-audit", "--no-fund", "--cache", join(project, "cache"), resolve(`build/vitrine-${version}.tgz`)];
  execFileSync("npm", npm, { cwd: project });
  const check = (/** @type {string[]} */ ...args) => execFileSync(resolve("node_modules/.bin/tsc"), args, { cwd: project, encoding: "utf8" });
  expect(check("--project", ".")).toBe("");
  writeFileSync(join(project, "tsconfig.json"), readFileSync(join(project, "tsconfig.json"), "utf8").replace("app.ts", "wrong.ts"));
  expect(() => check("--project", "."), "what the types forbid").toThrow();

  execFileSync("go", ["run", "./tools/bundle", join(project, "app.ts"), "--bundle", "--format=esm", `--outdir=${site}`, "--log-level=warning"]);
  const installed = join(project, "node_modules/vitrine");
  cpSync(join(installed, "files"), site, { recursive: true }); // as its README says
  writeFileSync(join(site, "index.html"), '<!doctype html><link rel="icon" href="data:,"><body><script type="module" src="./app.js"></script>');
  const { url, stop } = await serve(site);
  await page.context().route("**/vitrine.js", (route) => route.abort()); // the bundle has the code
  await page.goto(url);
  await expect(page).toHaveTitle("done");
  await expect(page.locator("body")).toContainText("Paris");
  requests.length = 0; // the server is this test's own
  await stop();
});
