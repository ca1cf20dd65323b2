import type { Signatures } from "../arguments.ts";
import { evaluate } from "../backend/evaluate.ts";
import { formatType, type TypedArray } from "../dtype.ts";
import { fail } from "../errors.ts";
import { longestAxis } from "../graph/build.ts";
import type { Node } from "../graph/node.ts";
import { elementsNow, type Value } from "../graph/value.ts";
import { arrangements, stack } from "../ops/arrange.ts";
import { broadcasting } from "../ops/broadcast.ts";
import { elementwiseOps } from "../ops/elementwise.ts";
import { repeatEach } from "../ops/grid.ts";
import { indexings } from "../ops/indexing.ts";
import { requireNode } from "../ops/row.ts";
import { data, scalar } from "../ops/source.ts";
import { axis, broadcast, formatShape, stridesOf } from "../shape.ts";

const { reshape, expand } = broadcasting;

/** The elements of a node, computed now for `op`. @throws where the backend reads only asynchronously. */
function elements(op: string, x: Node): TypedArray {
  evaluate([x]);
  return elementsNow(x.value as Value, op);
}

/** The flat places of the elements other than 0. */
const trueAt = (array: TypedArray): number[] => [...array.keys()].filter((i) => array[i] !== 0);

/** Ops whose result's shape depends on values: what they depend on is worked out at the call. */
export const selections = {
  /** Each element of x `repeats` times in a row along `dim`, one number for all or a vector with one for each; of the flattened tensor without `dim`. */
  repeatInterleave(x: Node, repeats: number | Node, dim?: number): Node {
    if (typeof repeats === "number") return repeatEach(x, repeats, dim);
    if (dim === undefined) return selections.repeatInterleave(arrangements.flatten(x), repeats, 0);
    const n = x.shape[axis("repeatInterleave", dim, x.shape.length)] as number;
    const times = elements("repeatInterleave", repeats);
    const whole = times.every((t) => Number.isInteger(t) && t >= 0);
    if (repeats.shape.length > 1 || (times.length !== n && times.length !== 1) || !whole)
      fail(
        "shape",
        "repeatInterleave",
        `repeats ${formatShape(repeats.shape)} must be ${n} whole numbers ≥ 0, one for each element along dim ${dim}`,
      );
    const timesOf = (i: number) => times[times.length === 1 ? 0 : i] as number;
    const total = times.length === 1 ? n * timesOf(0) : Array.from(times).reduce((sum, t) => sum + t, 0);
    if (total > longestAxis)
      fail("shape", "repeatInterleave", `an axis of ${total} elements; the longest has ${longestAxis}`);
    const places = new Int32Array(total);
    for (let i = 0, at = 0; i < n; at += timesOf(i), i++) places.fill(i, at, at + timesOf(i));
    return arrangements.indexSelect(x, dim, data(places, [total], "int32"));
  },

  /** The places where x is not 0, in row-major order: int32 of shape [n, rank]. */
  nonzero(x: Node): Node {
    const places = trueAt(elements("nonzero", x));
    const flat = data(Int32Array.from(places), [places.length], "int32");
    const strides = stridesOf(x.shape);
    const columns = x.shape.map((n, k) =>
      elementwiseOps.remainder(elementwiseOps.floorDivide(flat, strides[k] as number), n),
    );
    return columns.length === 0 ? data(new Int32Array(0), [places.length, 0], "int32") : stack(columns, 1);
  },

  /** The elements where `mask` holds, in row-major order, as a vector; x and mask are broadcast against each other. */
  maskedSelect(x: Node, mask: Node): Node {
    requireNode("maskedSelect", mask);
    if (mask.dtype !== "bool")
      fail("dtype", "maskedSelect", `the mask is ${mask.dtype}; it must be bool. Did you mean mask.ne(0)?`);
    const shape = broadcast("maskedSelect", [x.shape, mask.shape]);
    const flat = (t: Node) => reshape(expand(t, shape), [-1]);
    const places = trueAt(elements("maskedSelect", expand(mask, shape)));
    return arrangements.indexSelect(flat(x), 0, data(Int32Array.from(places), [places.length], "int32"));
  },

  /** How often each of 0, 1, … occurs in x, or the sum of `weights` where it does; at least `minlength` places. */
  bincount(x: Node, weights?: Node, { minlength = 0 }: { readonly minlength?: number } = {}): Node {
    if (x.dtype !== "int32" || x.shape.length !== 1)
      fail("dtype", "bincount", `${formatType(x)} must be an int32 vector`);
    const values = Int32Array.from(elements("bincount", x));
    if (values.some((i) => i < 0))
      fail("value", "bincount", "counts whole numbers ≥ 0, and was given a negative one");
    const src = weights ?? expand(scalar(1, "int32"), x.shape);
    const length = values.reduce((n, i) => Math.max(n, i + 1), minlength);
    return indexings.scatterAdd(expand(scalar(0, src.dtype), [length]), 0, x, src);
  },
};

export const selectionArguments = {
  repeatInterleave: { repeats: "integer or tensor", dim: "dim?" },
  nonzero: {},
  maskedSelect: { mask: "tensor" },
  bincount: { weights: "tensor?", options: { minlength: "size" } },
} as const satisfies Signatures<typeof selections>;
