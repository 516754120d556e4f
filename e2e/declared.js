// Holds values against the declarations of web/vitrine.d.ts.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * What is wrong with values of the declared types, as the TypeScript compiler says it.
 *
 * @param {{ type: string, value: string }[]} values
 * @param {string} folder to work in
 * @returns {{ line: number, message: string }[]} line: the value's index
 */
export function complaints(values, folder) {
  const lines = values.map(({ type, value }, i) => `export const v${i}: ${type} = ${value};`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "values.ts"), [`import type * as V from "./vitrine.js";`, ...lines].join("\n"));
  copyFileSync("web/vitrine.d.ts", join(folder, "vitrine.d.ts"));
  const flags = ["--strict", "--noEmit", "--pretty", "false", "--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler", "--types", "", "values.ts"];
  const tsc = join(process.cwd(), "node_modules/typescript/bin/tsc");
  const { stdout, stderr, status, error } = spawnSync(process.execPath, [tsc, ...flags], { cwd: folder, encoding: "utf8", maxBuffer: 1 << 28 });
  if (error) throw error;
  const found = [...stdout.matchAll(/^values\.ts\((\d+),\d+\): (.*)$/gm)].map(([, line, message]) => ({ line: Number(line) - 2, message }));
  if ((status === 0) !== (found.length === 0)) throw new Error(`the compiler ended with ${status} and said: ${stdout.slice(0, 1000)}${stderr.slice(0, 1000)}`);
  return found;
}

/** A value as it is written in TypeScript; typed arrays may come as such, or as { floats } and { bytes }, which JSON knows. */
export function literal(value) {
  if (value instanceof Float32Array) return `Float32Array.of(${value.join(", ")})`;
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (value && typeof value === "object") {
    if (value.floats) return `Float32Array.of(${value.floats.join(", ")})`;
    if (value.bytes && Object.keys(value).length === 1) return `Uint8Array.of(${value.bytes.join(", ")})`;
    return `{ ${Object.entries(value).map(([name, one]) => `${name}: ${literal(one)}`).join(", ")} }`;
  }
  return JSON.stringify(value)?.replace(/[\u2028\u2029]/g, (end) => `\\u${end.charCodeAt(0).toString(16)}`); // TypeScript counts these as ends of lines
}
