import type { DType } from "../../dtype.ts";
import type { GraphNode } from "../../graph/canonicalize.ts";
import type { Contraction, Movement, Reduction, Skip } from "../../graph/node.ts";
import { arg, type Expr } from "../../scalar/expr.ts";
import { eq, mul, or, toInt32, where } from "../../scalar/primitives.ts";
import { innermost, stridesOf } from "../../shape.ts";
import { type Unrolled, unrolledTerms, unrollReduce } from "../analysis/small-reduction.ts";
import { constantIndex, flatIndex, type Index, indexOf } from "../ir/index-map.ts";
import type { Statement } from "../ir/kernel.ts";
import type { Inliner } from "./inline.ts";

/** An item to work out in loops: for each point of `row`, over all points of `rest`. */
export interface Iteration {
  readonly item: number;
  readonly outer: readonly number[];
  readonly inner: readonly number[];
  readonly value: (formulas: Inliner, row: readonly Index[], rest: readonly Index[]) => Expr;
  /** The coordinates of the element that a point belongs to. */
  readonly element: (row: readonly Index[], rest: readonly Index[]) => readonly Index[];
  readonly reduce: Statement["reduce"];
  /** How many of the last axes of `rest` the result keeps, when it is combined in memory. */
  readonly innerKept: number;
  /** Whether there are elements that belong to no point, which are 0. */
  readonly needsZeroFill?: boolean;
}

const at = <T>(list: readonly T[], places: readonly number[]): T[] => places.map((p) => list[p] as T);

/** Σ-like goal over axes: those of `kept` stay. Where the last axis stays the results are combined in memory, row by row. */
function combination(
  item: number,
  sizes: readonly number[],
  kept: readonly number[],
  reduced: readonly number[],
  lastStays: boolean,
  reduce: NonNullable<Statement["reduce"]>,
  value: TermOf,
): Iteration {
  const row = lastStays ? kept.slice(0, -1) : kept;
  const rest = lastStays ? [...reduced, ...kept.slice(-1)] : reduced;
  const order = [...row, ...rest];
  return {
    item,
    outer: at(sizes, row),
    inner: at(sizes, rest),
    value: (formulas, r, i) => {
      const coordinates = [...r, ...i];
      return value(
        formulas,
        sizes.map((_, k) => coordinates[order.indexOf(k)] as Index),
      );
    },
    element: (r, i) => [...r, ...i.slice(reduced.length)],
    reduce,
    innerKept: lastStays ? 1 : 0,
  };
}

function reductionIteration(items: readonly GraphNode[], i: number, op: Reduction): Iteration {
  const x = (items[i] as GraphNode).inputs[0] as number;
  const item = items[i] as GraphNode;
  const { shape, dtype } = items[x] as GraphNode;
  const kept = shape.map((_, k) => k).filter((k) => !op.dims.includes(k));
  const value: TermOf = (f, at) =>
    widened(f.element(x, at, []), dtype, op.isArgReduction ? dtype : item.dtype);
  if (unrolledTerms(item, items) > 0) return unrolledIteration(item, i, shape, kept, op, dtype, value);
  const last = innermost(shape);
  const lastStays = last >= 0 && kept.at(-1) === last && op.dims.length > 0 && !op.isArgReduction;
  const reduce = { op: op.combine, identity: op.identity, isArgReduction: op.isArgReduction };
  const goal = combination(i, shape, kept, op.dims, lastStays, reduce, value);
  if (item.shape.length === kept.length) return goal;
  return { ...goal, element: (r, rest) => spreadOver(item.shape.length, kept, goal.element(r, rest)) };
}

/** What a reduction combines, at the coordinates of one of its points. */
type TermOf = (formulas: Inliner, coordinates: readonly Index[]) => Expr;

/** Each result as a formula of its few terms, which stand along the axes other than `kept`. */
function unrolledIteration(
  item: GraphNode,
  i: number,
  sizes: readonly number[],
  kept: readonly number[],
  op: Unrolled,
  dtype: DType,
  value: TermOf,
): Iteration {
  const places = item.shape.length === kept.length ? kept.map((_, k) => k) : kept;
  const terms = (at: readonly Index[]): Index[][] =>
    sizes.reduce<Index[][]>(
      (points, n, k) => {
        const place = kept.indexOf(k);
        const along =
          place >= 0
            ? [at[places[place] as number] as Index]
            : Array.from({ length: n }, (_, j) => constantIndex(j));
        return points.flatMap((p) => along.map((j) => [...p, j]));
      },
      [[]],
    );
  return {
    item: i,
    outer: [],
    inner: item.shape,
    value: (f, _, rest) =>
      unrollReduce(
        op,
        terms(rest).map((at) => value(f, at)),
        dtype,
      ),
    element: (_, rest) => rest,
    reduce: undefined,
    innerKept: 0,
  };
}

/** Truth values are counted as integers. */
const widened = (e: Expr, from: DType, to: DType): Expr =>
  from === "bool" && to === "int32" ? toInt32(e) : e;

/** Coordinates of the kept axes among axes of size 1. */
function spreadOver(rank: number, kept: readonly number[], coordinates: readonly Index[]): Index[] {
  return Array.from({ length: rank }, (_, k) =>
    kept.includes(k) ? (coordinates[kept.indexOf(k)] as Index) : constantIndex(0),
  );
}

/** a·b, and 0 where one of the operands whose zeros win is 0. */
function term(skip: Skip, a: Expr, b: Expr): Expr {
  const zeros = [...skip].map((operand) => eq(operand === "a" ? a : b, 0));
  return zeros.length > 0
    ? where(
        zeros.reduce((x, y) => or(x, y)),
        0,
        mul(a, b),
      )
    : mul(a, b);
}

function contractionIteration(items: readonly GraphNode[], i: number, op: Contraction): Iteration {
  const [a, b] = (items[i] as GraphNode).inputs as [number, number];
  const letters = [...new Set(op.out + op.a + op.b)];
  const size = (l: string): number =>
    ((op.a.includes(l)
      ? (items[a] as GraphNode).shape[op.a.indexOf(l)]
      : (items[b] as GraphNode).shape[op.b.indexOf(l)]) ?? 1) as number;
  const sizes = letters.map(size);
  const kept = [...op.out].map((_, k) => k);
  const reduced = letters.map((_, k) => k).slice(kept.length);
  const value: TermOf = (f, at) => {
    const operand = (x: number, own: string) =>
      f.element(
        x,
        [...own].map((l) => at[letters.indexOf(l)] as Index),
        [],
      );
    return term(op.skip, operand(a, op.a), operand(b, op.b));
  };
  const sum = { combine: "add", identity: 0, isArgReduction: false } as const;
  const item = items[i] as GraphNode;
  if (unrolledTerms(item, items) > 0) return unrolledIteration(item, i, sizes, kept, sum, item.dtype, value);
  const lastOut = op.out.at(-1);
  const lastStays =
    lastOut !== undefined &&
    reduced.length > 0 &&
    size(lastOut) > 1 &&
    (op.b.at(-1) === lastOut || op.a.at(-1) === lastOut);
  const reduce = { op: sum.combine, identity: sum.identity, isArgReduction: false };
  return combination(i, sizes, kept, reduced, lastStays, reduce, value);
}

/** What is moved, put where it goes. */
function scatterIteration(
  items: readonly GraphNode[],
  i: number,
  puts: NonNullable<Movement["puts"]>,
): Iteration {
  const x = (items[i] as GraphNode).inputs[0] as number;
  const { shape } = items[x] as GraphNode;
  const places = puts(shape.map((_, k) => arg(k)));
  return {
    item: i,
    outer: [],
    inner: shape,
    value: (f, _, rest) => f.element(x, rest, []),
    element: (_, rest) => indexOf(places, undefined, rest).index,
    reduce: undefined,
    innerKept: 0,
    needsZeroFill: true,
  };
}

/** How an item is worked out in loops. */
export function iterationOf(items: readonly GraphNode[], i: number): Iteration {
  const { op, shape } = items[i] as GraphNode;
  if (op.family === "movement" && op.puts) return scatterIteration(items, i, op.puts);
  if (op.family === "reduction") return reductionIteration(items, i, op);
  if (op.family === "contraction") return contractionIteration(items, i, op);
  const all = (row: readonly Index[], rest: readonly Index[]) => [...row, ...rest];
  return {
    item: i,
    outer: [],
    inner: shape,
    value: (f, r, rest) => f.expand(i, all(r, rest), []),
    element: all,
    reduce: undefined,
    innerKept: 0,
  };
}

/** The place in memory of the element that a point belongs to. */
export const storeIndex = (
  items: readonly GraphNode[],
  goal: Iteration,
  row: readonly Index[],
  rest: readonly Index[],
): Index => flatIndex(goal.element(row, rest), stridesOf((items[goal.item] as GraphNode).shape));
