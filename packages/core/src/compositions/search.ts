import type { Signatures } from "../arguments.ts";
import type { TypedArray } from "../dtype.ts";
import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { elementwise } from "../ops/apply.ts";
import { broadcasting } from "../ops/broadcast.ts";
import { elementwiseOps } from "../ops/elementwise.ts";
import { requireNode } from "../ops/row.ts";
import { data } from "../ops/source.ts";
import * as w from "../scalar/primitives.ts";
import { stridesOf } from "../shape.ts";
import { shapes } from "./shape.ts";
import { stack } from "./stack.ts";
import { valuesOf } from "./values.ts";

/** The flat indices of the elements other than 0. */
export const nonzeroIndices = (elements: TypedArray): Int32Array =>
  Int32Array.from([...elements.keys()].filter((i) => elements[i] !== 0));

/** Whether s comes before v in an ascending sequence; NaN comes after every number. */
const isBefore = elementwise("before", {
  f: (s, v) => w.or(w.lt(s, v), w.and(w.eq(s, s), w.xor(w.eq(v, v), 1))),
  types: "compare",
});

/** Whether s comes before v or is equal to it; NaN equals NaN. */
const isNotAfter = elementwise("notBehind", {
  f: (s, v) => w.or(w.le(s, v), w.xor(w.eq(v, v), 1)),
  types: "compare",
});

/** Indices of elements found by their values. */
export const searches = {
  /**
   * The indices of the elements other than 0, in row-major order. The tensor is read at the call.
   *
   * @returns An int32 tensor of shape [n, rank].
   *
   * @example
   * console.log(tensor([[0, 5], [6, 0]]).nonzero().toArray()); //=> [ [ 0, 1 ], [ 1, 0 ] ]
   */
  nonzero(x: Node): Node {
    const indices = nonzeroIndices(valuesOf("nonzero", x));
    const flat = data(indices, [indices.length], "int32");
    const strides = stridesOf(x.shape);
    const columns = x.shape.map((n, k) =>
      elementwiseOps.remainder(elementwiseOps.floorDivide(flat, strides[k]!), n),
    );
    return columns.length === 0 ? data(new Int32Array(0), [indices.length, 0], "int32") : stack(columns, 1);
  },

  /**
   * The indices (int32) at which values can be inserted into this ascending sequence to keep it sorted. NaN comes after all
   * numbers.
   *
   * @param values A tensor whose outer axes agree with those of the sequence, which is the last axis; of any shape if the
   * sequence is a vector.
   * @param options.right Insert after equal elements; false by default, which inserts before them.
   *
   * @example
   * console.log(tensor([1, 3, 5]).searchSorted(tensor([3, 4])).toArray()); //=> [ 1, 2 ]
   */
  searchSorted(sequence: Node, values: Node, { right = false }: { readonly right?: boolean } = {}): Node {
    requireNode("searchSorted", values);
    if (sequence.shape.length === 0) fail("shape", "searchSorted", "a scalar is not a sequence");
    const v = shapes.unsqueeze(values, values.shape.length);
    const s = sequence.shape.length === 1 ? sequence : shapes.unsqueeze(sequence, -2);
    return broadcasting.sum((right ? isNotAfter : isBefore)(s, v), -1);
  },
};

export const searchArguments = {
  nonzero: {},
  searchSorted: { values: "tensor", options: { right: "boolean" } },
} as const satisfies Signatures<typeof searches>;
