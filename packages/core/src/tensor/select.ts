import { evaluate } from "../backend/evaluate.ts";
import type { TypedArray } from "../dtype.ts";
import { fail } from "../errors.ts";
import type { Node, Value } from "../graph/node.ts";
import { arrangements } from "../ops/arrange.ts";
import { repeatEach } from "../ops/grid.ts";
import { data } from "../ops/source.ts";
import { axis, formatShape } from "../shape.ts";

/** The elements of a node, worked out now. */
function elements(x: Node): TypedArray {
  evaluate([x]);
  return (x.value as Value).array;
}

/** Ops whose result's shape depends on values: what they depend on is worked out at the call. */
export const selections = {
  /** Each element of x `repeats` times in a row along `dim`, one number for all or a vector with one for each; of the flattened tensor without `dim`. */
  repeatInterleave(x: Node, repeats: number | Node, dim?: number): Node {
    if (typeof repeats === "number") return repeatEach(x, repeats, dim);
    if (dim === undefined) return selections.repeatInterleave(arrangements.flatten(x), repeats, 0);
    const n = x.shape[axis("repeatInterleave", dim, x.shape.length)] as number;
    const times = elements(repeats);
    if (repeats.shape.length > 1 || (times.length !== n && times.length !== 1) || times.some((t) => t < 0))
      fail(
        "shape",
        "repeatInterleave",
        `repeats ${formatShape(repeats.shape)} must be ${n} whole numbers ≥ 0, one for each element along dim ${dim}`,
      );
    const places = Array.from({ length: n }, (_, i) => i).flatMap((i) =>
      new Array<number>(times[times.length === 1 ? 0 : i] as number).fill(i),
    );
    return arrangements.indexSelect(x, dim, data(Int32Array.from(places), [places.length], "int32"));
  },
};
