import type { Signatures } from "../arguments.ts";
import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { beside } from "../ops/apply.ts";
import { broadcasting } from "../ops/broadcast.ts";
import { cat } from "../ops/cat.ts";
import { elementwiseOps } from "../ops/elementwise.ts";
import { movements } from "../ops/movement.ts";
import { scalar } from "../ops/source.ts";
import { formatShape, range } from "../shape.ts";
import { splice } from "./shape.ts";

const { expand } = broadcasting;
const { flip, padZeros, slice } = movements;

type PadMode = "reflect" | "replicate" | "circular";

/** Options of `pad`. */
export interface PadOptions {
  /** The elements of the border: `value` (the default), the mirror image of x, its edge, or its opposite end. */
  readonly mode?: "constant" | PadMode;
  /** The elements of a constant border; 0 by default. */
  readonly value?: number;
}

/** The borders before and after `x` along `dim`. */
type Borders = (x: Node, dim: number, before: number, after: number) => readonly [Node, Node];

const borders: Record<PadMode, Borders> = {
  reflect: (x, d, before, after) => {
    const n = x.shape[d]!;
    return [flip(slice(x, d, 1, 1 + before), d), flip(slice(x, d, n - 1 - after, n - 1), d)];
  },
  replicate: (x, d, before, after) => {
    const repeat = (edge: Node, times: number) => expand(edge, splice(x.shape, d, 1, times));
    return [repeat(slice(x, d, 0, 1), before), repeat(slice(x, d, -1), after)];
  },
  circular: (x, d, before, after) => {
    const n = x.shape[d]!;
    return [slice(x, d, n - before, n), slice(x, d, 0, after)];
  },
};

/** The largest border that each mode can fill from an axis of size n. */
const maxBorder: Record<PadMode, (n: number) => number> = {
  reflect: (n) => n - 1,
  replicate: (n) => (n > 0 ? Number.POSITIVE_INFINITY : 0),
  circular: (n) => n,
};

export const pads = {
  /**
   * Adds a border.
   *
   * @param pads (before, after) pairs of widths, from the last axis on, as in PyTorch; in constant mode negative numbers crop.
   * @param options.mode "constant" (the default), "reflect", "replicate" or "circular".
   * @param options.value The elements of a constant border; 0 by default.
   * @throws if the axis is too small for the border.
   *
   * @example
   * console.log(tensor([1, 2, 3]).pad([1, 2]).toArray()); //=> [ 0, 1, 2, 3, 0, 0 ]
   * console.log(tensor([1, 2, 3]).pad([1, 2], { mode: "reflect" }).toArray()); //=> [ 2, 1, 2, 3, 2, 1 ]
   */
  pad(x: Node, pads: readonly number[], { mode = "constant", value = 0 }: PadOptions = {}): Node {
    if (mode === "constant") {
      const padded = padZeros(x, pads);
      if (value === 0) return padded;
      const inside = padZeros(expand(scalar(true, "bool"), x.shape), pads);
      return elementwiseOps.where(inside, padded, beside(x, value));
    }
    if (!(mode in borders))
      fail("value", "pad", `there is no mode ${mode}; it is constant, ${Object.keys(borders).join(", ")}`);
    if (pads.length % 2 !== 0 || !pads.every(Number.isInteger))
      fail("shape", "pad", `${formatShape(pads)} must be (before, after) pairs of integers`);
    return range(pads.length / 2).reduce((y, k) => {
      const d = x.shape.length - 1 - k;
      const [before, after] = [pads[2 * k]!, pads[2 * k + 1]!];
      const width = Math.max(before, after);
      if (width === 0 && d >= 0) return y;
      if (d < 0 || before < 0 || after < 0 || width > maxBorder[mode](x.shape[d]!))
        fail(
          "shape",
          "pad",
          `${mode} padding of ${before}, ${after} does not fit dim ${d} of ${formatShape(x.shape)}`,
        );
      const [front, back] = borders[mode](y, d, before, after);
      return cat([front, y, back], d);
    }, x);
  },
};

export const padArguments = {
  pad: { pads: "integers", options: { mode: ["constant", ...Object.keys(borders)], value: "number" } },
} as const satisfies Signatures<typeof pads>;
