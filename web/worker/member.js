import { Program } from "./program.js";
import { TeamImports } from "./team.js";

/**
 * One member of a team: loads its part of the model from the chunks that the leader passes on, then computes until
 * the worker is closed. See members.js for the messages.
 *
 * @param {{ part: number, parts: number, module: WebAssembly.Module, size: number }} member
 */
export async function runMember({ part, parts, module, size }) {
  /** @type {(Uint8Array | null)[]} */
  const chunks = [];
  let arrived = () => {};
  const team = new TeamImports();
  const program = new Program();
  self.onmessage = ({ data }) => {
    if (data.shared) {
      team.join(data.shared);
      void program.call("serve", []); // never returns: from here on the worker only computes
      return;
    }
    chunks.push(data.chunk);
    arrived();
  };
  const pull = async () => {
    while (chunks.length === 0) await new Promise((resolve) => (arrived = () => resolve(undefined)));
    self.postMessage({ taken: true });
    return chunks.shift();
  };
  try {
    await program.start(module, team, (failure) => {
      team.fail();
      self.postMessage(failure);
    });
    await program.call("load", [pull, size, "", part, parts]);
    self.postMessage({ loaded: true });
  } catch (error) {
    const { code = "internal", message } = /** @type {import("../engine/error.js").VitrineError} */ (error);
    self.postMessage({ code, message });
  }
}
