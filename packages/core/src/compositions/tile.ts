import type { Signatures } from "../arguments.ts";
import { fail } from "../errors.ts";
import { longestAxis } from "../graph/build.ts";
import type { Node } from "../graph/node.ts";
import { broadcasting } from "../ops/broadcast.ts";
import { data } from "../ops/source.ts";
import { axis, formatShape } from "../shape.ts";
import { indexLists } from "./index-list.ts";
import { shapes } from "./shape.ts";
import { valuesOf } from "./values.ts";

const { reshape, expand } = broadcasting;

const ones = (n: number): number[] => new Array<number>(n).fill(1);

/** Each element `times` times in a row along axis `d`. */
function repeatEach(x: Node, times: number, d: number): Node {
  const expanded = x.shape.flatMap((n, i) => (i === d ? [n, times] : [n]));
  return reshape(
    expand(shapes.unsqueeze(x, d + 1), expanded),
    x.shape.map((n, i) => (i === d ? n * times : n)),
  );
}

/** Copies of a tensor, and of its elements. */
export const tiles = {
  /**
   * Copies of the tensor along each axis; leading axes may be added.
   *
   * @param repeats The number of copies for each axis of the result.
   * @throws if there are fewer numbers than axes.
   *
   * @example
   * console.log(tensor([1, 2]).repeat(2, 2).toArray()); //=> [ [ 1, 2, 1, 2 ], [ 1, 2, 1, 2 ] ]
   */
  repeat: (x: Node, repeats: readonly number[]): Node => {
    const added = repeats.length - x.shape.length;
    if (added < 0)
      fail(
        "shape",
        "repeat",
        `${formatShape(repeats)} needs a number for each axis of ${formatShape(x.shape)}`,
      );
    const shape = [...ones(added), ...x.shape];
    const interleaved = reshape(
      x,
      shape.flatMap((n) => [1, n]),
    );
    return reshape(
      expand(
        interleaved,
        shape.flatMap((n, i) => [repeats[i]!, n]),
      ),
      shape.map((n, i) => n * repeats[i]!),
    );
  },

  /**
   * `repeat`, where missing leading numbers are 1, as in NumPy.
   *
   * @param dims The number of copies for each of the last axes.
   *
   * @example
   * console.log(tensor([[1], [2]]).tile(2).toArray()); //=> [ [ 1, 1 ], [ 2, 2 ] ]
   */
  tile: (x: Node, dims: readonly number[]): Node =>
    tiles.repeat(x, [...ones(Math.max(0, x.shape.length - dims.length)), ...dims]),

  /**
   * Each element repeated, next to its copies. A tensor of numbers is read at the call.
   *
   * @param repeats A number for all elements, or a vector with a number for each.
   * @param dim The axis; by default that of the flattened tensor.
   * @throws if a number is not an integer ≥ 0, or the vector has another length than the axis.
   *
   * @example
   * console.log(tensor([1, 2]).repeatInterleave(2).toArray()); //=> [ 1, 1, 2, 2 ]
   */
  repeatInterleave(x: Node, repeats: number | Node, dim?: number): Node {
    if (dim === undefined) return tiles.repeatInterleave(shapes.flatten(x), repeats, 0);
    const d = axis("repeatInterleave", dim, x.shape.length);
    if (typeof repeats === "number") {
      if (!Number.isInteger(repeats) || repeats < 0)
        fail("value", "repeatInterleave", `${repeats} repeats; give an integer ≥ 0`);
      return repeatEach(x, repeats, d);
    }
    const n = x.shape[d]!;
    const times = valuesOf("repeatInterleave", repeats);
    const valid = times.every((t) => Number.isInteger(t) && t >= 0);
    if (repeats.shape.length > 1 || (times.length !== n && times.length !== 1) || !valid)
      fail(
        "shape",
        "repeatInterleave",
        `repeats ${formatShape(repeats.shape)} must be ${n} integers ≥ 0, one for each element along dim ${dim}`,
      );
    const timesOf = (i: number) => times[times.length === 1 ? 0 : i]!;
    const total = times.length === 1 ? n * timesOf(0) : Array.from(times).reduce((sum, t) => sum + t, 0);
    if (total > longestAxis)
      fail("shape", "repeatInterleave", `an axis of ${total} elements; the longest has ${longestAxis}`);
    const index = new Int32Array(total);
    for (let i = 0, start = 0; i < n; start += timesOf(i), i++) index.fill(i, start, start + timesOf(i));
    return indexLists.indexSelect(x, dim, data(index, [total], "int32"));
  },
};

export const tileArguments = {
  repeat: { repeats: "shape..." },
  tile: { dims: "shape..." },
  repeatInterleave: { repeats: "integer or tensor", dim: "dim?" },
} as const satisfies Signatures<typeof tiles>;
