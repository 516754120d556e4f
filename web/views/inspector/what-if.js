/** @import { Comparison, Switch } from "../../vitrine.d.ts" */
/** @import { InspectorStrings } from "../../i18n/inspector-en.js" */
/** @import { Beside } from "./beside.js" */
/** @import { Take } from "./take.js" */
/** @import { Asks } from "./reading.js" */
import { el, send } from "../../kit/dom.js";
import { exact, percent, significant } from "../../kit/numbers.js";
import { messageOf } from "../../kit/text.js";
import { has, same } from "../../run/switched.js";
import { nameOf } from "./detail.js";
import { hide } from "./hide.js";
import { switchesAt, toggled } from "./switches.js";

/**
 * What if: parts of the model that can be switched at the stage, and the distribution before and after. The run is not
 * touched until it is asked for: then it sends "switched". Sends "focuslost" where the control goes that had the focus.
 *
 * @param {InspectorStrings["whatIf"]} strings
 * @param {{ take: Take, signal: AbortSignal }} options
 */
export function mountWhatIf(strings, { take, signal }) {
  const toggles = el("div", { class: "what-if-switches", role: "group", "aria-label": strings.title });
  const said = el("p", { class: "what-if-said", role: "status" });
  const table = el("table", { class: "stage-table what-if-table", hidden: true });
  const apply = el("button", { type: "button", class: "secondary", text: strings.apply });
  const root = el("section", { class: "what-if", hidden: true }, take.head(el("h3", { text: strings.title })), el("p", { class: "note", text: strings.what }), toggles, said, table, apply);
  /** @type {Asks | null} */
  let run = null;
  /** @type {Switch[]} what is tried */
  let trial = [];
  /** @type {Switch[]} */
  let offered = [];
  /** @type {object | null} */
  let last = null;
  let [stands, position, drawn, compared, busy] = [false, 0, "", "", false];

  toggles.addEventListener("click", onToggle, { signal });
  apply.addEventListener("click", onApply, { signal });

  /** @param {MouseEvent} event */
  function onToggle({ target }) {
    const index = target instanceof Element ? target.closest("button")?.dataset.index : undefined;
    if (index === undefined || !stands) return;
    trial = toggled(trial, offered[Number(index)]);
    draw();
  }

  async function onApply() {
    if (apply.ariaDisabled === "true" || !run) return;
    try {
      await run.setSwitches(trial);
      send(root, "switched");
    } catch (error) {
      fail(error);
    }
  }

  /** @param {unknown} error */
  function fail(error) {
    table.hidden = true;
    said.textContent = messageOf(error);
  }

  function draw() {
    const changed = run !== null && !same(trial, run.switches);
    apply.ariaDisabled = String(!changed || !stands);
    apply.textContent = trial.length || !changed ? strings.apply : strings.takeBack;
    const key = JSON.stringify([offered, trial, stands]);
    if (key !== drawn) {
      drawn = key;
      const index = toggles.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement).dataset.index : undefined;
      toggles.replaceChildren(...offered.map((one, i) =>
        el("button", { type: "button", class: "quiet", "data-index": i, "aria-pressed": String(has(trial, one)), "aria-disabled": String(!stands), text: strings.name(one) })));
      const again = index !== undefined && toggles.querySelector(`[data-index="${index}"]`);
      if (again instanceof HTMLElement) again.focus();
      else if (index !== undefined) send(root, "focuslost");
    }
    compare(changed);
  }

  /** Compares what is tried with the run as it is, the newest trial last. @param {boolean} changed */
  async function compare(changed) {
    const key = JSON.stringify([position, trial, run?.switches]);
    if (!changed || !stands || !run) {
      [compared, table.hidden, said.textContent] = ["", true, ""];
      return;
    }
    if (busy || key === compared) return;
    [compared, busy] = [key, true];
    said.textContent = strings.comparing;
    try {
      const comparison = await run.compare({ switches: trial, position });
      if (!signal.aborted && key === compared) show(comparison);
    } catch (error) {
      if (!signal.aborted && key === compared) fail(error);
    } finally {
      busy = false;
      if (!signal.aborted) draw();
    }
  }

  /** @param {Comparison} comparison */
  function show({ before, after, kl, final }) {
    said.textContent = strings.said(significant(kl, 3), nameOf(final), percent(final.before), percent(final.after));
    said.title = exact(kl);
    table.hidden = false;
    const cell = (/** @type {Comparison["before"][number] | undefined} */ one) =>
      one ? [el("td", { text: nameOf(one) }), el("td", { class: "figure", title: exact(one.probability), text: percent(one.probability) })] : [el("td"), el("td")];
    table.replaceChildren(
      el("caption", { class: "visually-hidden", text: strings.title }),
      el("thead", {}, el("tr", {}, ...[strings.before, strings.after].map((text) => el("th", { scope: "colgroup", colspan: 2, text })))),
      el("tbody", {}, ...before.map((one, i) => el("tr", {}, ...cell(one), ...cell(after[i])))),
    );
  }

  return {
    root,
    /** The machine does not stand any more. */
    rest() {
      if (!stands) return;
      stands = false;
      if (!root.hidden) draw();
    },
    /** @param {Beside} now */
    show({ stage, place, head, info, run: next, stands: on, last: newest }) {
      if (newest !== last) [last, compared] = [newest, ""];
      if (next !== run) [run, trial, compared] = [next, next?.switches ?? [], ""];
      const here = place ? switchesAt(stage, { layer: place.layer, head }, info) : [];
      offered = [...here, ...trial.filter((one) => !has(here, one)), ...(run?.switches ?? []).filter((one) => !has([...here, ...trial], one))];
      hide(root, offered.length === 0 || run === null);
      stands = on;
      position = place ? place.start + place.rows - 1 : 0;
      if (!root.hidden) draw();
    },
  };
}
