/** The elements, for any page: <script type="module" src=".../v1/embed.js"></script>. */
import { mountAttention } from "./elements/attention.js";
import { setScript } from "./elements/beside.js";
import { elementOf } from "./elements/element.js";
import { mountNext } from "./elements/next.js";
import { mountPipeline } from "./elements/pipeline.js";

setScript(import.meta.url);
for (const [name, mount] of Object.entries({ "vitrine-pipeline": mountPipeline, "vitrine-next": mountNext, "vitrine-attention": mountAttention })) {
  // A page may load the script twice, in two versions: the first one's elements stay.
  if (!customElements.get(name)) customElements.define(name, elementOf(mount));
}

// With data-upgrade on its tag, the page's own Mermaid diagrams become elements too.
if ([...document.scripts].some(({ src, dataset }) => src === import.meta.url && dataset.upgrade !== undefined)) import("./elements/upgrade.js").then(({ upgrade }) => upgrade());
