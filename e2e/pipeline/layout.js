/**
 * A layout for Mermaid (registerLayoutLoaders): Mermaid parses the diagram and draws its shapes, frames, edges and
 * arrowheads; the places come from places.js instead of from dagre.
 *
 * @import { InternalHelpers, LayoutData, SVG } from "mermaid"
 * @import { Places } from "../../web/mermaid/pipeline/places.js"
 */
import { down } from "../../web/mermaid/pipeline/places.js";

/** @typedef {LayoutData["nodes"][number]} MermaidNode */

/**
 * @param {Places} places
 * @returns {{ render(data: LayoutData, svg: SVG, helpers: InternalHelpers): Promise<void> }}
 */
export function layoutOf(places) {
  return {
    async render(data, svg, helpers) {
      const canvas = svg.select("g");
      helpers.insertMarkers(canvas, data.markers, data.type, data.diagramId);
      const edges = canvas.insert("g").attr("class", "edgePaths");
      const nodes = canvas.insert("g").attr("class", "nodes");
      // Together: Mermaid measures each label in a frame of its own otherwise.
      await Promise.all(data.nodes.map((node) => insert(nodes, node)));
      await Promise.all(data.edges.map(connect));

      /**
       * @param {any} parent
       * @param {MermaidNode} node
       */
      async function insert(parent, node) {
        const { x, y, width, height } = places.boxes[node.id];
        Object.assign(node, { width, height, x: x + width / 2, y: y + height / 2, rx: 8, ry: 8, padding: 0 });
        const shape = node.isGroup
          ? (await helpers.insertCluster(parent, node)).cluster
          : await helpers.insertNode(parent, node, { config: data.config, dir: "TB" });
        shape.attr("data-id", node.id).attr("transform", `translate(${x}, ${y})`);
        // Set again: Mermaid widens a box whose label is longer, and places a frame from its centre.
        const rect = shape.select("rect").attr("x", 0).attr("y", 0).attr("rx", 8).attr("ry", 8);
        rect.attr("width", width).attr("height", height);
      }

      /** @param {LayoutData["edges"][number]} edge */
      async function connect(edge) {
        const id = `${edge.start}>${edge.end}`;
        const from = places.boxes[edge.start ?? ""];
        const to = places.boxes[edge.end ?? ""];
        const drawn = { ...edge, id, curve: "rounded", points: places.routes[id] ?? down(from, to) };
        helpers.insertEdge(edges, drawn, new Map(), data.type, {}, {}, data.diagramId, true);
        if (!edge.label) return;
        await helpers.insertEdgeLabel(nodes, drawn);
        nodes.select("g.edgeLabel:not([data-id])").attr("data-id", id);
      }
    },
  };
}
