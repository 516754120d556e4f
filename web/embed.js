/** The elements, for any page: <script type="module" src=".../v1/embed.js"></script>. */
import { mountAttention } from "./elements/attention.js";
import { setScript } from "./elements/beside.js";
import { blocksIn } from "./elements/blocks.js";
import { elementOf } from "./elements/element.js";
import { mountNext } from "./elements/next.js";
import { mountPipeline } from "./elements/pipeline.js";
import { sizeOf, sizeOfHead } from "./elements/size.js";
import { mountTokens } from "./elements/tokens.js";

setScript(import.meta.url);
const live = async () => (await import("./elements/live.js")).connectLive;
const elements = {
  "vitrine-pipeline": elementOf(mountPipeline, live, sizeOf),
  "vitrine-next": elementOf(mountNext, live, sizeOf),
  "vitrine-attention": elementOf(mountAttention, live, sizeOf),
  "vitrine-tokens": elementOf(mountTokens, async () => (await import("./elements/tokens-live.js")).connectTokens, sizeOfHead),
};
// A page may load the script twice, in two versions: the first one's elements stay.
for (const [name, element] of Object.entries(elements)) if (!customElements.get(name)) customElements.define(name, element);

// With data-upgrade on its tag, the page's own Mermaid diagrams become elements too.
if ([...document.scripts].some(({ src, dataset }) => src === import.meta.url && dataset.upgrade !== undefined)) {
  const texts = blocksIn(document).map(({ block, text }) => /** @type {const} */ ([block, text])); // now: a script that comes next may draw them
  import("./elements/upgrade.js").then(({ upgrade }) => upgrade(texts));
}
