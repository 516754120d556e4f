/// <reference path="./files.d.ts" />
/** @import { EngineInfo, StageName } from "../vitrine.d.ts" */
/** @import { Settings } from "../run/settings.js" */
import bytes from "../../build/recording.bin";
import manifest from "../../models/manifest.json";
import { decodeEvents } from "../client/events.js";
import { createRunState } from "../run/state.js";

/**
 * The run that tools/record has recorded when the site was built: what an element shows before anything runs. Its file is
 * stated there.
 */
export function readRecording() {
  const [length] = new Uint32Array(bytes.buffer, 0, 1);
  /** @type {{ info: EngineInfo & { stages: StageName[] }, settings: Settings }} */
  const { info: { stages, ...known }, settings } = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const [{ name, url, bytes: size }] = manifest.models; // of which it is
  const info = { ...known, name, url, bytes: size, threads: 1 };
  const events = decodeEvents(bytes.subarray(4 + length), stages);
  const state = createRunState();
  state.info = info;
  const utf8 = new TextEncoder();
  for (const event of events) {
    if (event.type === "failed") throw new Error(event.message); // it is of a run that ended well
    if (event.type === "stage" && event.stage === "tokenize") {
      state.pieces = event.detail.pieces.map(({ bytes, ...piece }) => ({ ...piece, bytes: bytes ? Uint8Array.from(bytes) : utf8.encode(piece.text) }));
    }
    state.add(event);
  }
  state.settings = settings;
  return { info, state, prompt: state.of("prompt")?.detail.text ?? "" };
}
