import { checkSweep } from "./options.js";

/** @import {EngineInfo, Run, Sweep} from "../vitrine.d.ts" */

/**
 * Switches off one part of the model after the other, each beside what the run has switched, and compares. Each is one
 * command: the run answers others in between.
 *
 * @param {Run} run
 * @param {EngineInfo} info
 * @param {NonNullable<Parameters<Run["sweep"]>[0]>} options
 * @returns {Promise<Sweep>}
 */
export async function sweep(run, { layers, heads }, options) {
  const what = checkSweep(options);
  const { signal, onProgress } = options;
  const each = what === "head" ? heads : 1;
  const switches = run.switches;
  let { position } = options;
  /** @type {Sweep["final"] | undefined} */
  let final;
  /** @type {Sweep["effects"]} */
  const effects = [];
  const total = layers * each;
  for (let done = 0; done < total; done++) {
    signal?.throwIfAborted();
    const [layer, head] = [Math.floor(done / each), done % each];
    const off = what === "head" ? { off: what, layer, head } : { off: what, layer };
    const compared = await run.compare({ switches: [...switches, off], position });
    ({ position } = compared);
    const { before, after, ...token } = compared.final;
    final = { ...token, before };
    effects.push({ layer, head: what === "head" ? head : -1, kl: compared.kl, after, change: after - before });
    onProgress?.({ done: done + 1, total, final, effect: effects[done] });
  }
  signal?.throwIfAborted();
  return { what, position: Number(position), final: /** @type {Sweep["final"]} */ (final), effects };
}
