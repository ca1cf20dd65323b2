import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import type { Movement } from "../graph/op.ts";
import { add, and, eq, sub } from "../scalar/primitives.ts";
import { axis, type Shape } from "../shape.ts";
import { inRange, type MovementRule, move } from "./movement-rule.ts";
import { permutations } from "./permute.ts";
import { row } from "./row.ts";
import { slices } from "./slice.ts";

/** The axes of a shape other than those of the diagonal. */
const otherAxes = (shape: Shape, { dim1, dim2 }: Movement<"diagonal">): number[] =>
  shape.map((_, i) => i).filter((i) => i !== dim1 && i !== dim2);

const diagonalRule: MovementRule<Movement<"diagonal">> = {
  shape(op, [x]) {
    const [down, right] = [Math.max(0, -op.offset), Math.max(0, op.offset)];
    const length = Math.max(0, Math.min(x![op.dim1]! - down, x![op.dim2]! - right));
    return [...otherAxes(x!, op).map((i) => x![i]!), length];
  },
  reads(op, [x], out) {
    const { offset, dim1, dim2 } = op;
    const [down, right] = [Math.max(0, -offset), Math.max(0, offset)];
    const others = otherAxes(x!, op);
    const i = out.at(-1)!;
    const index = x!.map((_, k) =>
      k === dim1 ? add(i, down) : k === dim2 ? add(i, right) : out[others.indexOf(k)]!,
    );
    return [{ input: 0, index }];
  },
  transpose(op, [x], ȳ) {
    const { offset, dim1, dim2 } = op;
    const full = diagonals.diagEmbed(ȳ, offset);
    const [moreRows, moreColumns] = [x![dim1]! - full.shape.at(-2)!, x![dim2]! - full.shape.at(-1)!];
    const padded = slices.padZeros(full, [0, moreColumns, 0, moreRows]);
    const [others, rank] = [otherAxes(x!, op), x!.length];
    return [
      permutations.permute(
        padded,
        x!.map((_, k) => (k === dim1 ? rank - 2 : k === dim2 ? rank - 1 : others.indexOf(k))),
      ),
    ];
  },
  drops: () => true,
};

const diagEmbedRule: MovementRule<Movement<"diagEmbed">> = {
  shape({ offset }, [x]) {
    const n = x!.at(-1)! + Math.abs(offset);
    return [...x!.slice(0, -1), n, n];
  },
  reads({ offset }, [x], out) {
    const [r, c] = [out.at(-2)!, out.at(-1)!];
    const i = sub(r, Math.max(0, -offset));
    const valid = and(eq(sub(c, r), offset), inRange(i, x!.at(-1)!));
    return [{ input: 0, index: [...out.slice(0, -2), i], valid }];
  },
  transpose: ({ offset }, _, ȳ) => [diagonals.diagonal(ȳ, offset, -2, -1)],
};

export const diagonalRules = { diagonal: diagonalRule, diagEmbed: diagEmbedRule };

/** Movements from and to diagonals. */
export const diagonals = {
  /**
   * The diagonal of axes dim1 and dim2, as the last axis: y[…, i] = x[…, i, i + offset].
   *
   * @param offset Above the main diagonal if positive, below it if negative; 0 by default.
   * @param dim1 The axis of rows; 0 by default.
   * @param dim2 The axis of columns; 1 by default.
   * @throws if both axes are the same.
   *
   * @example
   * console.log(tensor([[1, 2], [3, 4]]).diagonal().toArray()); //=> [ 1, 4 ]
   */
  diagonal: row(
    (x: Node, offset = 0, dim1 = 0, dim2 = 1): Node => {
      const rank = x.shape.length;
      const [d1, d2] = [axis("diagonal", dim1, rank), axis("diagonal", dim2, rank)];
      if (d1 === d2) fail("dim", "diagonal", `dim1 and dim2 are both ${d1}; a diagonal needs two axes`);
      return move(diagonalRule, { family: "movement", name: "diagonal", offset, dim1: d1, dim2: d2 }, [x]);
    },
    [[3, 4]],
    [[3, 4, 2], 1, 2, 0],
    [[2, 4], -1],
  ),

  /**
   * Matrices with the last axis of x on their diagonal and zeros elsewhere: y[…, i, i + offset] = x[…, i].
   *
   * @param offset Above the main diagonal if positive, below it if negative; 0 by default.
   * @throws for a 0-d tensor.
   *
   * @example
   * console.log(tensor([1, 2]).diagEmbed().toArray()); //=> [ [ 1, 0 ], [ 0, 2 ] ]
   */
  diagEmbed: row(
    (x: Node, offset = 0): Node => {
      if (x.shape.length === 0)
        fail("shape", "diagEmbed", "a scalar has no axis to lay on a diagonal. Did you mean x.reshape([1])?");
      return move(diagEmbedRule, { family: "movement", name: "diagEmbed", offset }, [x]);
    },
    [[3]],
    [[2, 3], 1],
    [[2], -2],
  ),
};
