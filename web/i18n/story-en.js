/** What authors read on the console of a data-vitrine-step that is wrong, in English. */
const whole = (/** @type {string} */ name) => `"${name}" is not a whole number from 0 on.`;

export const story = {
  notJSON: "This is not JSON.",
  noObject: "This is not an object with a stage in it.",
  noStage: "The stage is missing.",
  wrong: {
    stage: 'Vitrine has no such stage: "stage" is not one of its names.',
    layer: whole("layer"),
    head: whole("head"),
    position: whole("position"),
  },
  /** @param {string} name */
  unknown: (name) => `${JSON.stringify(name)} is not a field of a step.`,
  /** @param {string} text @param {string[]} problems */
  problems: (text, problems) => `data-vitrine-step='${text}': ${problems.join(" ")}`,
};
