import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import type { Movement } from "../graph/op.ts";
import type { Scalar } from "../scalar/expr.ts";
import { floorDivide, mul, sub } from "../scalar/primitives.ts";
import { axis, formatShape } from "../shape.ts";
import { broadcasting } from "./broadcast.ts";
import { type MovementRule, move, withIndex } from "./movement-rule.ts";
import { row } from "./row.ts";

const inverse = (order: readonly number[]): number[] => order.map((_, i) => order.indexOf(i));

const permuteRule: MovementRule<Movement<"permute">> = {
  shape: ({ dims }, [x]) => dims.map((d) => x![d]!),
  reads: ({ dims }, _, out) => [{ input: 0, index: inverse(dims).map((i) => out[i]!) }],
  transpose: ({ dims }, _, ȳ) => [permutations.permute(ȳ, inverse(dims))],
};

const rollRule: MovementRule<Movement<"roll">> = {
  shape: (_, [x]) => x!,
  reads({ shifts, dims }, [x], out) {
    const index = dims.reduce<readonly Scalar[]>((index, d, k) => {
      const n = x![d]!;
      const from = sub(index[d]!, shifts[k]!);
      return withIndex(index, d, sub(from, mul(floorDivide(from, n), n)));
    }, out);
    return [{ input: 0, index }];
  },
  transpose: ({ shifts, dims }, _, ȳ) => [
    permutations.roll(
      ȳ,
      shifts.map((n) => -n),
      dims,
    ),
  ],
};

export const permutationRules = { permute: permuteRule, roll: rollRule };

/** Movements that read each element once. */
export const permutations = {
  /**
   * The axes in another order: axis i of the result is axis dims[i] of x.
   *
   * @param dims Each axis once.
   * @throws if `dims` is not a permutation of the axes.
   *
   * @example
   * console.log(zeros(2, 3, 4).permute([2, 0, 1]).shape); //=> [ 4, 2, 3 ]
   */
  permute: row(
    (x: Node, dims: readonly number[]): Node => {
      const from = x.shape;
      const order = dims.map((d) => axis("permute", d, from.length));
      if (order.length !== from.length || new Set(order).size !== order.length)
        fail(
          "dim",
          "permute",
          `dims ${formatShape(dims)} must name each of the ${from.length} axes of ${formatShape(from)} once`,
        );
      if (order.every((d, i) => d === i)) return x;
      return move(permuteRule, { family: "movement", name: "permute", dims: order }, [x]);
    },
    [
      [2, 3, 4],
      [2, 0, 1],
    ],
    [
      [2, 3],
      [-1, 0],
    ],
  ),

  /**
   * The elements shifted along `dims`; those that pass the end enter at the front.
   *
   * @param shifts How far, or for each of `dims` how far.
   * @param dims The axes; by default the flattened tensor is shifted.
   *
   * @example
   * console.log(tensor([1, 2, 3]).roll(1).toArray()); //=> [ 3, 1, 2 ]
   */
  roll: row(
    (x: Node, shifts: number | readonly number[], dims?: number | readonly number[]): Node => {
      if (![shifts].flat().every(Number.isInteger))
        fail("value", "roll", `shifts ${[shifts].flat()} must be integers`);
      if (dims === undefined)
        return broadcasting.reshape(permutations.roll(broadcasting.reshape(x, [-1]), shifts, 0), x.shape);
      const by = [shifts].flat();
      const { shape } = x;
      const along = [dims].flat().map((d) => axis("roll", d, shape.length));
      if (by.length !== along.length)
        fail("value", "roll", `${by.length} shifts for ${along.length} dims; give one for each`);
      return move(rollRule, { family: "movement", name: "roll", shifts: by, dims: along }, [x]);
    },
    [[5], 2, 0],
    [[2, 3], -1],
    [
      [2, 3],
      [1, 2],
      [0, 1],
    ],
  ),
};
