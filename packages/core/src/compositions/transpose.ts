import type { Signatures } from "../arguments.ts";
import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { movements } from "../ops/movement.ts";
import { axis, axisOrNone, formatShape, range } from "../shape.ts";

const { flip, permute } = movements;

/** Axes in another order. */
export const transposes = {
  /**
   * Exchanges two axes.
   *
   * @param dim0 The first of them; −2 by default.
   * @param dim1 The second; −1 by default.
   *
   * @example
   * console.log(tensor([[1, 2], [3, 4]]).transpose().toArray()); //=> [ [ 1, 3 ], [ 2, 4 ] ]
   */
  transpose(x: Node, dim0 = -2, dim1 = -1): Node {
    const rank = x.shape.length;
    const [a, b] = [axisOrNone("transpose", dim0, rank), axisOrNone("transpose", dim1, rank)];
    return permute(
      x,
      range(rank).map((i) => (i === a ? b : i === b ? a : i)),
    );
  },

  /**
   * Moves axes to other positions; the others keep their order.
   *
   * @param source One axis, or several.
   * @param destination Where each of them is in the result.
   * @throws if the two lists differ in length, or one names an axis twice.
   *
   * @example
   * console.log(zeros(2, 3, 4).movedim(0, -1).shape); //=> [ 3, 4, 2 ]
   */
  movedim(x: Node, source: number | readonly number[], destination: number | readonly number[]): Node {
    const rank = x.shape.length;
    const from = [source].flat().map((d) => axisOrNone("movedim", d, rank));
    const to = [destination].flat().map((d) => axisOrNone("movedim", d, rank));
    if (from.length !== to.length || [from, to].some((list) => new Set(list).size !== list.length))
      fail(
        "dim",
        "movedim",
        `axes ${formatShape(from)} do not map one to one to positions ${formatShape(to)}`,
      );
    const rest = range(rank).filter((i) => !from.includes(i));
    return permute(
      x,
      range(rank).map((i) => (to.includes(i) ? from[to.indexOf(i)]! : rest.shift()!)),
    );
  },

  /**
   * Rotates by quarter turns in the plane of two axes, from the first towards the second.
   *
   * @param k The number of quarter turns; 1 by default, and negative for the other direction.
   * @param dims The two axes; [0, 1] by default.
   * @throws if both axes are the same.
   *
   * @example
   * console.log(tensor([[1, 2], [3, 4]]).rot90().toArray()); //=> [ [ 2, 4 ], [ 1, 3 ] ]
   */
  rot90(x: Node, k = 1, dims: readonly [number, number] = [0, 1]): Node {
    const [a, b] = dims.map((d) => axis("rot90", d, x.shape.length)) as [number, number];
    if (a === b) fail("dim", "rot90", `both dims are ${a}; a plane has two axes`);
    if (!Number.isInteger(k)) fail("value", "rot90", `${k} turns; give an integer`);
    const turns = [
      () => x,
      () => flip(transposes.transpose(x, a, b), a),
      () => flip(x, [a, b]),
      () => transposes.transpose(flip(x, a), a, b),
    ];
    return turns[((k % 4) + 4) % 4]!();
  },
};

export const transposeArguments = {
  transpose: { dim0: "dim?", dim1: "dim?" },
  movedim: { source: "dim or dims", destination: "dim or dims" },
  rot90: { k: "integer?", dims: "dims?" },
} as const satisfies Signatures<typeof transposes>;
