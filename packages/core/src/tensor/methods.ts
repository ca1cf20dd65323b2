import type { Signatures } from "../arguments.ts";
import type { Node } from "../graph/node.ts";
import { activations } from "../ops/activations.ts";
import { formulaArguments } from "../ops/apply.ts";
import { arrangementArguments, arrangements } from "../ops/arrange.ts";
import { contractionArguments, contractions } from "../ops/contract.ts";
import { derived, derivedArguments } from "../ops/derived.ts";
import { elementwiseOps } from "../ops/elementwise.ts";
import { gridArguments, grids } from "../ops/grid.ts";
import { indexingArguments, indexings } from "../ops/indexing.ts";
import { movementArguments, movements } from "../ops/movement.ts";
import { normArguments, norms } from "../ops/norm.ts";
import { placementArguments, placements } from "../ops/places.ts";
import { productArguments, products } from "../ops/product.ts";
import { recurrenceArguments, recurrences } from "../ops/recurrence.ts";
import { reductionArguments, reductions } from "../ops/reduce.ts";
import { runningArguments, runnings } from "../ops/running.ts";
import { windowingArguments, windowings } from "../ops/windows.ts";
import { aliasArguments, aliases } from "./aliases.ts";
import { subscriptArguments, subscripts } from "./at.ts";
import { selectionArguments, selections } from "./select.ts";

/** `where` puts its condition first and is a function; the others read as methods of their first operand. */
const { where: _, ...elementwise } = elementwiseOps;

/** The tables by reference, so that published declarations keep the documentation of the rows. */
type MethodTable = Omit<typeof elementwiseOps, "where"> &
  typeof activations &
  typeof movements &
  typeof windowings &
  typeof reductions &
  typeof contractions &
  typeof indexings &
  typeof recurrences &
  typeof runnings &
  typeof derived &
  typeof norms &
  typeof arrangements &
  typeof grids &
  typeof products &
  typeof placements &
  typeof selections &
  typeof aliases &
  typeof subscripts;

/** Every method of a tensor that is an op: the rows of all tables, taking and giving nodes. */
export const methods: MethodTable = {
  ...elementwise,
  ...activations,
  ...movements,
  ...windowings,
  ...reductions,
  ...contractions,
  ...indexings,
  ...recurrences,
  ...runnings,
  ...derived,
  ...norms,
  ...arrangements,
  ...grids,
  ...products,
  ...placements,
  ...selections,
  ...aliases,
  ...subscripts,
};

/** What the methods take. */
export const methodArguments = {
  ...formulaArguments(elementwise),
  ...formulaArguments(activations),
  ...movementArguments,
  ...windowingArguments,
  ...reductionArguments,
  ...contractionArguments,
  ...indexingArguments,
  ...recurrenceArguments,
  ...runningArguments,
  ...derivedArguments,
  ...normArguments,
  ...arrangementArguments,
  ...gridArguments,
  ...productArguments,
  ...placementArguments,
  ...selectionArguments,
  ...aliasArguments,
  ...subscriptArguments,
} satisfies Signatures<typeof methods>;

/** A type with tensors `T` in the place of nodes. */
export type Lifted<X, T> = X extends Node
  ? T
  : X extends (infer E)[]
    ? Lifted<E, T>[]
    : X extends readonly (infer E)[]
      ? readonly Lifted<E, T>[]
      : X extends { readonly [key: string]: Node }
        ? { readonly [K in keyof X]: T }
        : X;
type LiftedAll<P extends readonly unknown[], T> = { [I in keyof P]: Lifted<P[I], T> };

/** A function on nodes as a function on tensors. */
export type LiftedFn<F, T> = F extends (...args: infer P) => infer R
  ? (...args: LiftedAll<P, T>) => Lifted<R, T>
  : never;

/** Whether a signature takes the elements of its list one by one too. */
type IsVariadic<S> = string extends keyof S
  ? false
  : Extract<S[keyof S], `${string}...`> extends never
    ? false
    : true;

/** Methods that gradients and other methods need, and that no editor need offer. */
export type Unlisted = "addAt" | "maxAlong" | "minAlong" | "padZeros";

/** Functions on nodes as methods of their first argument, their documentation kept. */
export type Methods<Table, Arguments extends Record<keyof Table, unknown>, T> = {
  readonly [K in keyof Table]: Table[K] extends (x: never, ...rest: infer P) => infer R
    ? IsVariadic<Arguments[K]> extends true
      ? { (...rest: LiftedAll<P, T>): Lifted<R, T>; (...list: readonly number[]): Lifted<R, T> }
      : (...rest: LiftedAll<P, T>) => Lifted<R, T>
    : never;
};
