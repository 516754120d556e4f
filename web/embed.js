/** The elements, for any page: <script type="module" src=".../v1/embed.js"></script>. */
import { setScript } from "./elements/beside.js";
import { VitrinePipeline } from "./elements/pipeline.js";

setScript(import.meta.url);
// A page may load the script twice, in two versions: the first one's elements stay.
if (!customElements.get("vitrine-pipeline")) customElements.define("vitrine-pipeline", VitrinePipeline);
