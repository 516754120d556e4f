/**
 * Where everything stands: two ways for one diagram. Units are CSS pixels at scale 1.
 *
 * @typedef {{ x: number, y: number, width: number, height: number }} Box x and y are the top left corner
 * @typedef {{ x: number, y: number }} Point
 * @typedef {object} Places
 * @property {number} width
 * @property {number} height
 * @property {Record<string, Box>} boxes by node, subgraph, and for the loop's label by edge id
 * @property {Record<string, Point[]>} routes of the edges that do not simply run down to the next node
 */

const TITLE = 26; // height of a frame's title row

/**
 * Stacks boxes downwards.
 *
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} gap
 * @param {[id: string, height: number][]} rows
 */
function column(x, y, width, gap, rows) {
  /** @type {Record<string, Box>} */
  const boxes = {};
  for (const [id, height] of rows) {
    boxes[id] = { x, y, width, height };
    y += height + gap;
  }
  return boxes;
}

/** @param {Box} box */
const right = (box) => box.x + box.width;
/** @param {Box} box */
const bottom = (box) => box.y + box.height;
/** @param {Box} box */
const centre = (box) => ({ x: box.x + box.width / 2, y: box.y + box.height / 2 });

/**
 * The straight way down from one box to the next.
 *
 * @param {Box} from
 * @param {Box} to
 * @returns {Point[]}
 */
export function down(from, to) {
  const x = centre(from).x;
  return [{ x, y: bottom(from) }, { x, y: to.y }];
}

/**
 * Landscape: five columns, read like a newspaper, on one laptop screen.
 *
 * @returns {Places}
 */
export function wide() {
  /** @type {Record<string, Box>} */
  const boxes = {
    ...column(16, 6, 162, 20, [["A", 100], ["B", 104], ["C", 104], ["D", 105], ["E", 105]]),
    DecoderStack: { x: 198, y: 6, width: 390, height: 66 },
    Layer: { x: 198, y: 78, width: 390, height: 526 },
    ...column(205, 78 + TITLE, 180, 7, [["G0", 102], ["G1", 57], ["G2", 57], ["G3", 102], ["G4", 87], ["G5", 57]]),
    AttentionViz: { x: 403, y: 78 + TITLE, width: 178, height: 493 },
    ...column(409, 78 + 2 * TITLE, 166, 12, [["O1", 94], ["O2", 80], ["O6", 80], ["O4", 80], ["O3", 80]]),
    ...column(608, 6, 204, 7, [["F6", 88], ["H", 57], ["I", 44], ["J", 92], ["K", 187], ["L", 44], ["M", 44]]),
    Generation: { x: 828, y: 6, width: 164, height: 598 },
    ...column(834, 6 + TITLE, 152, 10, [
      ["N1", 61], ["N2", 45], ["N3", 61], ["N4", 45], ["N5", 61], ["N6", 45], ["N7", 61], ["N8", 45], ["N9", 61],
    ]),
  };
  Object.assign(boxes, column(614, boxes.K.y + TITLE, 192, 6, [["K1", 26], ["K2", 26], ["K3", 26], ["K4", 26], ["K5", 26]]));
  boxes["M>C"] = { x: 193, y: 608, width: 400, height: 20 };

  const { C, E, DecoderStack, Layer, F6, G1, AttentionViz, M } = boxes;
  const entry = centre(DecoderStack).y;
  const lane = 618; // the loop's way back, under everything
  return {
    width: 998,
    height: 629,
    boxes,
    routes: {
      "E>DecoderStack": [
        { x: right(E), y: centre(E).y },
        { x: 188, y: centre(E).y },
        { x: 188, y: entry },
        { x: DecoderStack.x, y: entry },
      ],
      "DecoderStack>F6": [{ x: right(DecoderStack), y: centre(F6).y }, { x: F6.x, y: centre(F6).y }],
      "DecoderStack>Layer": [{ x: centre(boxes.G0).x, y: bottom(DecoderStack) }, { x: centre(boxes.G0).x, y: Layer.y }],
      "G1>AttentionViz": [{ x: right(G1), y: centre(G1).y }, { x: AttentionViz.x, y: centre(G1).y }],
      "M>C": [
        { x: centre(M).x, y: bottom(M) },
        { x: centre(M).x, y: lane },
        { x: 6, y: lane },
        { x: 6, y: centre(C).y },
        { x: C.x, y: centre(C).y },
      ],
    },
  };
}

/**
 * Portrait: one column, for a phone as wide as it.
 *
 * @returns {Places}
 */
export function tall() {
  const gap = 18;
  /** @type {Record<string, Box>} */
  const boxes = column(22, 10, 316, gap, [["A", 76], ["B", 76], ["C", 76], ["D", 76], ["E", 87], ["DecoderStack", 72]]);
  const layer = bottom(boxes.DecoderStack) + gap;
  Object.assign(boxes, column(28, layer + TITLE, 304, gap, [["G0", 102], ["G1", 66], ["AttentionViz", 87 + 3 * 66 + 72 + 4 * 16 + TITLE + 10]]));
  boxes.AttentionViz.width = 282; // leaves a lane for G1 -> G2 on its right
  Object.assign(
    boxes,
    column(36, boxes.AttentionViz.y + TITLE, 266, 16, [["O1", 87], ["O2", 66], ["O6", 66], ["O4", 66], ["O3", 72]]),
    column(28, bottom(boxes.AttentionViz) + gap, 304, gap, [["G2", 66], ["G3", 102], ["G4", 87], ["G5", 66]]),
  );
  boxes.Layer = { x: 20, y: layer, width: 320, height: bottom(boxes.G5) + 10 - layer };
  Object.assign(boxes, column(22, bottom(boxes.Layer) + gap, 316, gap, [["F6", 88], ["H", 62], ["I", 62], ["J", 116], ["K", 252]]));
  Object.assign(boxes, column(30, boxes.K.y + TITLE, 300, 10, [["K1", 36], ["K2", 36], ["K3", 36], ["K4", 36], ["K5", 36]]));
  Object.assign(boxes, column(22, bottom(boxes.K) + gap, 316, gap, [["L", 62], ["M", 62], ["M>C", 24]]));
  boxes["M>C"] = { ...boxes["M>C"], x: 28, width: 306 };
  const generation = bottom(boxes["M>C"]) + gap;
  Object.assign(boxes, column(28, generation + TITLE, 304, 12, [
    ["N1", 62], ["N2", 46], ["N3", 62], ["N4", 46], ["N5", 62], ["N6", 46], ["N7", 62], ["N8", 46], ["N9", 62],
  ]));
  boxes.Generation = { x: 20, y: generation, width: 320, height: bottom(boxes.N9) + 10 - generation };

  const { C, Layer, F6, DecoderStack, G1, G2, AttentionViz, M } = boxes;
  const side = 325; // between the attention frame and the layer's
  const lane = centre(boxes["M>C"]).y;
  return {
    width: 352,
    height: bottom(boxes.Generation) + 10,
    boxes,
    routes: {
      "DecoderStack>Layer": down(DecoderStack, Layer),
      "DecoderStack>F6": [
        { x: right(DecoderStack), y: centre(DecoderStack).y },
        { x: 347, y: centre(DecoderStack).y },
        { x: 347, y: centre(F6).y },
        { x: right(F6), y: centre(F6).y },
      ],
      "G1>AttentionViz": [{ x: 168, y: bottom(G1) }, { x: 168, y: AttentionViz.y }],
      "G1>G2": [{ x: side, y: bottom(G1) }, { x: side, y: G2.y }],
      "M>C": [
        { x: centre(M).x, y: bottom(M) },
        { x: centre(M).x, y: lane },
        { x: 8, y: lane },
        { x: 8, y: centre(C).y },
        { x: C.x, y: centre(C).y },
      ],
    },
  };
}
