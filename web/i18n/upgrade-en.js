/** What authors read on the console where a diagram of their page stays as it is, in English. */
export const upgrade = {
  /** @param {number} n of the diagram, from 1 */
  closed: (n) => `Vitrine: the page's script has put Mermaid diagram ${n} where other scripts cannot reach it, and the text is not in the page. Write the diagram in a <vitrine-pipeline> element instead.`,
  /** @param {string} problems */
  directive: (problems) => `Vitrine: a diagram stays as it is. No line with "%% vitrine:" in it names an element and a stage. ${problems}`,
  again: "Vitrine: the page's script draws a diagram anew each time it comes alive. The diagram stays as it is. Write it in a <vitrine-pipeline> element instead.",
};
