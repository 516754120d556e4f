import { VitrineError } from "../client/error.js";
import { startWorker } from "../client/start-worker.js";

/**
 * Starts the members of a team: workers like the one that leads it.
 *
 * @param {string} script their address
 * @param {number} count
 * @param {{ module: WebAssembly.Module, memory: WebAssembly.Memory, control: Int32Array }} member
 * @param {(failure: VitrineError) => void} onEnd told when one has ended, which none ever should
 * @returns {Promise<void>} settles when all are ready
 */
export async function startMembers(script, count, member, onEnd) {
  await Promise.all(
    Array.from({ length: count }, () => {
      const worker = startWorker(script);
      return new Promise((resolve, reject) => {
        worker.onmessage = resolve;
        worker.onerror = ({ message }) => {
          const failure = new VitrineError("engine.error", `a worker of the engine could not go on: ${message || "no reason given"}. Load the model again, or choose fewer threads`);
          reject(failure);
          onEnd(failure);
        };
        worker.postMessage({ member });
      });
    }),
  );
}
