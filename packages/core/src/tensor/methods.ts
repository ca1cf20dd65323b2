import type { Signatures } from "../arguments.ts";
import { type Compositions, compositionArguments, compositions } from "../compositions/table.ts";
import type { Node } from "../graph/node.ts";
import { type Rows, rowArguments, rows } from "../ops/table.ts";
import type { OpName } from "../rewrites/pattern.ts";
import { withRewrites } from "../rewrites/rewrite.ts";

/** The ops by reference to their tables, so that published declarations keep the documentation of the rows. */
type MethodTable = Omit<Rows, "where"> & Compositions;

/**
 * Every method of a tensor that is an op, taking and giving nodes. The row `where`, whose first operand is the condition, is
 * a function; the method takes the condition second.
 */
export const methods: MethodTable = { ...rows, ...compositions };

/** The methods as tensors have them: compositions are rewritten. */
export const rewritingMethods = Object.fromEntries(
  (Object.entries(methods) as [OpName, (...args: never[]) => unknown][]).map(([name, f]) => [
    name,
    withRewrites(name, f),
  ]),
) as MethodTable;

/** The signatures of the methods. */
export const methodArguments = { ...rowArguments, ...compositionArguments } satisfies Signatures<
  typeof methods
>;

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
