import type { Movement, MovementName } from "../graph/op.ts";
import { type Expr, toExpr } from "../scalar/expr.ts";
import { add, and, lt, mul } from "../scalar/primitives.ts";
import { broadcastRules } from "./broadcast.ts";
import { catRules } from "./cat.ts";
import { diagonalRules } from "./diagonal.ts";
import { inRange, type MovementRule } from "./movement-rule.ts";
import { permutationRules } from "./permute.ts";
import { sliceRules } from "./slice.ts";
import { windowRules } from "./windows.ts";

const padRule: MovementRule<Movement<"pad">> = {
  shape: ({ before, after }, [x]) => x!.map((n, d) => before[d]! + n + after[d]!),
  reads({ before }, [x], out) {
    const index = out.map((i, d) => add(i, -before[d]!));
    return [{ input: 0, index, valid: index.map((i, d) => inRange(i, x![d]!)).reduce((a, b) => and(a, b)) }];
  },
  scatterIndex: ({ before }, from) => from.map((i, d) => add(i, before[d]!)),
};

const splitRule: MovementRule<Movement<"split">> = {
  shape: ({ dim, size }, [x]) => [
    ...x!.slice(0, dim),
    Math.ceil(x![dim]! / size),
    size,
    ...x!.slice(dim + 1),
  ],
  reads({ dim, size }, [x], out) {
    const i = add(mul(out[dim]!, size), out[dim + 1]!);
    const index = [...out.slice(0, dim), i, ...out.slice(dim + 2)];
    return [{ input: 0, index, valid: x![dim]! % size === 0 ? undefined : lt(i, x![dim]!) }];
  },
};

const viewRule: MovementRule<Movement<"view">> = {
  shape: ({ shape }) => shape,
  reads({ offset, strides }, _, out) {
    const index = offset.map((start, d) =>
      out.reduce<Expr>((sum, i, k) => add(sum, mul(i, strides[d]![k]!)), toExpr(start)),
    );
    return [{ input: 0, index }];
  },
};

/** The rule of each movement. */
export const movementRules: { readonly [K in MovementName]: MovementRule<Movement<K>> } = {
  ...broadcastRules,
  ...permutationRules,
  ...sliceRules,
  ...diagonalRules,
  ...catRules,
  ...windowRules,
  pad: padRule,
  split: splitRule,
  view: viewRule,
};

/** The rule of a movement. */
export const movementRule = (op: Movement): MovementRule<Movement> =>
  movementRules[op.name] as MovementRule<Movement>;
