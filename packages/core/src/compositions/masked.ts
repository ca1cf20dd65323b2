import type { Signatures } from "../arguments.ts";
import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { beside, elementwise } from "../ops/apply.ts";
import { broadcasting } from "../ops/broadcast.ts";
import { elementwiseOps } from "../ops/elementwise.ts";
import { indexings } from "../ops/indexing.ts";
import { recurrences } from "../ops/recurrence.ts";
import { type Operand, requireNode } from "../ops/row.ts";
import { data, scalar } from "../ops/source.ts";
import * as w from "../scalar/primitives.ts";
import { broadcast, sizeOf } from "../shape.ts";
import { indexLists } from "./index-list.ts";
import { nonzeroIndices } from "./search.ts";
import { valuesOf } from "./values.ts";

const { sub, where } = elementwiseOps;
const { reshape, expand } = broadcasting;

function requireMask(op: string, mask: Node): void {
  requireNode(op, mask);
  if (mask.dtype !== "bool")
    fail("dtype", op, `the mask is ${mask.dtype}; it must be bool. Did you mean mask.ne(0)?`);
}

/** The index of a masked element in the source, which has `count` elements; 0 for elements outside the mask. */
const sourceIndex = elementwise("maskedScatter", {
  f: (index, masked) => w.where(w.eq(masked, 0), 0, index),
  types: "number",
  require: {
    holds: (index, masked, count) => w.or(w.eq(masked, 0), w.lt(index, count)),
    message: "the source has fewer elements than the mask selects",
  },
}) as (index: Operand, masked: Operand, count: Operand) => Node;

/** Reading and writing the elements that a bool mask selects. */
export const maskOps = {
  /**
   * x with `value` where a mask holds.
   *
   * @param mask A bool tensor, which is broadcast to x.
   * @param value A number, or a tensor that is broadcast to x.
   *
   * @example
   * const x = tensor([-1, 2, -3]);
   * console.log(x.maskedFill(x.lt(0), 0).toArray()); //=> [ 0, 2, 0 ]
   */
  maskedFill(x: Node, mask: Node, value: Operand): Node {
    requireMask("maskedFill", mask);
    return where(mask, beside(x, value), x);
  },

  /**
   * x with the elements of `source`, in row-major order, where a mask holds.
   *
   * @param mask A bool tensor, which is broadcast to x.
   * @param source The elements to write, in any shape.
   * @throws if the source has fewer elements than the mask selects.
   *
   * @example
   * const x = tensor([-1, 2, -3]);
   * console.log(x.maskedScatter(x.lt(0), tensor([10, 20])).toArray()); //=> [ 10, 2, 20 ]
   */
  maskedScatter(x: Node, mask: Node, source: Node): Node {
    requireNode("maskedScatter", source);
    requireMask("maskedScatter", mask);
    const masked = expand(mask, x.shape);
    const flat = reshape(masked, [-1]);
    const count = sizeOf(source.shape);
    const index = sourceIndex(sub(recurrences.cumsum(flat, 0), 1), flat, count);
    const elements = count === 0 ? expand(scalar(0, source.dtype), [1]) : reshape(source, [-1]);
    return where(masked, reshape(indexings.gather(elements, 0, index), x.shape), x);
  },

  /**
   * The elements where a mask holds, in row-major order, as a vector. The mask is read at the call.
   *
   * @param mask A bool tensor; it and x are broadcast against each other.
   *
   * @example
   * const x = tensor([-1, 2, 3]);
   * console.log(x.maskedSelect(x.gt(0)).toArray()); //=> [ 2, 3 ]
   */
  maskedSelect(x: Node, mask: Node): Node {
    requireMask("maskedSelect", mask);
    const shape = broadcast("maskedSelect", [x.shape, mask.shape]);
    const flat = (t: Node) => reshape(expand(t, shape), [-1]);
    const indices = nonzeroIndices(valuesOf("maskedSelect", expand(mask, shape)));
    return indexLists.indexSelect(flat(x), 0, data(indices, [indices.length], "int32"));
  },
};

export const maskArguments = {
  maskedFill: { mask: "tensor", value: "operand" },
  maskedScatter: { mask: "tensor", source: "tensor" },
  maskedSelect: { mask: "tensor" },
} as const satisfies Signatures<typeof maskOps>;
