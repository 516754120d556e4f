import { Team } from "./team.js";

/**
 * A member of a team: an instance of the engine's module on the leader's memory. It runs no Go program, only the
 * functions that the leader's jobs name, until the worker is closed.
 *
 * @param {{ module: WebAssembly.Module, memory: WebAssembly.Memory, control: Int32Array }} member
 */
export async function runMember({ module, memory, control }) {
  /** @type {WebAssembly.Imports} */
  const imports = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    (imports[from] ??= {})[name] = kind === "memory" ? memory : () => {};
  }
  const team = new Team(control);
  team.enter((await WebAssembly.instantiate(module, imports)).exports);
  self.postMessage("ready");
  await team.serve();
}
