/** @import { Choices } from "../run/forms.js" */
/** @import { ShareStrings } from "../i18n/share-en.js" */
import { el, send } from "../kit/dom.js";
import { icon } from "../kit/icons.js";
import { heights, isHeight, parts } from "../run/forms.js";

/** @typedef {Choices & { stop: boolean }} Shared `stop`: whether the link has the place where the run stands */

/**
 * What somebody chooses of what is given away: whether the run opens where it stands, what an embed hides, its height and its
 * theme. Sends "sharechoice" Shared.
 *
 * @param {HTMLElement} root
 * @param {{ strings: ShareStrings["choices"], signal: AbortSignal }} options
 */
export function mountShareChoices(root, { strings, signal }) {
  const stop = check("stop", strings.stop);
  const hidden = parts.map((name) => check(name, strings.parts[name]));
  const height = el("input", { type: "text", id: "share-height", inputmode: "numeric", autocomplete: "off", placeholder: strings.usualHeight, "aria-describedby": "share-height-error" });
  const wrong = el("p", { class: "error", id: "share-height-error" });
  const theme = el("select", { id: "share-theme" }, ...Object.entries(strings.themes).map(([value, text]) => el("option", { value, text })));
  root.append(
    stop.label,
    el(
      "details",
      { class: "share-embed" },
      el("summary", {}, icon("down"), el("span", { text: strings.embed })),
      el("div", { class: "share-parts", role: "group", "aria-label": strings.hide }, el("span", { class: "share-legend", "aria-hidden": "true", text: strings.hide }), ...hidden.map(({ label }) => label)),
      el("div", { class: "share-look" }, el("div", { class: "field" }, el("label", { for: height.id, text: strings.height }), height, wrong), el("div", { class: "field" }, el("label", { for: theme.id, text: strings.theme }), theme)),
    ),
  );
  root.addEventListener("input", tell, { signal });

  /** @param {string} value @param {string} text */
  function check(value, text) {
    const input = el("input", { type: "checkbox", value });
    return { input, label: el("label", { class: "share-check" }, input, el("span", { text })) };
  }

  function tell() {
    const right = height.value.trim() === "" || isHeight(height.value);
    wrong.textContent = right ? "" : strings.heightError(heights.min, heights.max);
    height.ariaInvalid = String(!right);
    send(root, "sharechoice", now());
  }

  /** @returns {Shared} */
  function now() {
    return {
      stop: stop.input.checked,
      hide: parts.filter((_, i) => hidden[i].input.checked),
      height: isHeight(height.value) ? Number(height.value) : undefined,
      theme: /** @type {Choices["theme"]} */ (theme.value),
    };
  }

  stop.input.checked = true;
  return {
    now,
    /** @param {readonly string[]} hide what is hidden @param {boolean} ran whether there is a run */
    show(hide, ran) {
      stop.label.hidden = !ran;
      for (const { input } of hidden) input.checked = hide.includes(input.value);
    },
  };
}
