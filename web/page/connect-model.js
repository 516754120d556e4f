/** @import {EngineInfo, ErrorCode, Progress} from "../vitrine.js" */
/** @import {Strings} from "../i18n/en.js" */
/** @import {Views} from "../app.js" */
/** @import {Session, Source} from "../run/session.js" */
import { failureOf } from "../client/failure.js";
import { listen } from "../kit/dom.js";
import { label } from "../kit/text.js";

/**
 * Loading, replacing and losing the model, as the page shows it.
 *
 * @param {Session} session
 * @param {Views} views
 * @param {Strings} strings
 * @param {AbortSignal} signal
 */
export function connectModel(session, views, strings, signal) {
  const { page, model, recent, stored, hub, notice, loading, status, diagram, inspector, tools, prompt, controls } = views;

  /** @type {Source} */
  let newest; // that was tried
  let phase = ""; // of loading, as it was announced last
  const useDefault = { label: strings.errors.useDefault, does: () => open(undefined) };
  const again = { label: strings.errors.reopen, does: reopen };

  showStored();

  /** @param {Source | null} source null: an address that the page may not fetch */
  function open(source) {
    if (source === null) return refuse();
    newest = source;
    phase = "";
    notice.hide();
    loading.start(session.info !== null || source !== undefined);
    model.setState(session.info ? strings.model.loadingOther : strings.model.loading);
    if (!session.running) status.say(strings.loading.prepare);
    status.announce(strings.loading.prepare);
    if (!session.info) diagram.say("");
    showStored();
    session.open(source);
  }

  /** The model that the page has, or was to have. */
  function reopen() {
    open(session.info ? session.source : newest);
  }

  /** An address that cannot even be tried. */
  function refuse() {
    notice.show("argument", [strings.errors.modelUrl], [useDefault]);
    showEnd();
  }

  /**
   * What to do after a failure.
   *
   * @param {ErrorCode} code
   * @param {Source} source
   */
  function remedy(code, source) {
    const retry = { label: strings.errors.retry, does: () => open(source) };
    if (code === "environment" || code === "engine.load" || code === "engine.file") return [{ label: strings.errors.reload, does: () => location.reload() }];
    if (source === undefined) return [retry];
    const back = session.info && source !== session.source ? again : useDefault; // where no engine is alive
    if (code === "model.incomplete" && typeof source === "object") {
      return [{ label: strings.errors.openFiles, does: model.pick }, ...(session.alive ? [] : [back])];
    }
    const other = session.alive ? { label: strings.errors.openFile, does: model.pick } : back;
    return code === "network" ? [other, retry] : [other];
  }

  /** @param {{ source: Source, error: unknown }} failure */
  function onFailure({ source, error }) {
    const { code, why } = failureOf(error);
    const kept = session.info && session.alive ? [strings.errors.kept(label(session.info.name))] : [];
    notice.show(code, [why, ...kept], remedy(code, source));
  }

  /** @param {Progress} progress */
  function onProgress(progress) {
    const words = loading.show(progress);
    if (progress.phase !== phase) status.announce(strings.loading[progress.phase]);
    phase = progress.phase;
    if (!session.info || !session.running) status.say(words); // else the stages of the run have the line
  }

  /** @param {EngineInfo} info */
  function onEngine(info) {
    model.setInfo(info, session.quantized);
    recent.add(label(info.name), session.source);
    tools.setInfo(info);
    controls.setLayers(info.layers);
    prompt.setSpecial(info.addedTokens);
    diagram.setModel(info, session.state);
    inspector.show(session.state);
  }

  function showStored() {
    stored.show();
    hub.show();
  }

  function showEnd() {
    loading.end();
    showStored();
    if (session.info) model.setInfo(session.info, session.quantized);
    else {
      model.setState(strings.model.none);
      diagram.say(strings.diagram.failed);
    }
    if (session.running) return;
    const words = session.info && !session.alive ? strings.status.lost : session.quantized ? strings.status.quantized : session.info ? strings.status.idle : strings.status.noModel;
    status.say(words);
    status.announce(words);
  }

  listen(session, "progress", onProgress, signal);
  listen(session, "engine", onEngine, signal);
  listen(session, "loadfailure", onFailure, signal);
  listen(session, "loadend", showEnd, signal);
  listen(page, "model", open, signal);
  listen(page, "defaultmodel", () => open(undefined), signal);
  listen(page, "cancelload", () => session.cancelLoad(), signal);
  listen(page, "storedchange", showStored, signal);
  listen(page, "retryload", () => open(newest), signal);
  return { open, reopen };
}
