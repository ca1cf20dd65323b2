import type { DType } from "../../dtype.ts";
import type { GraphNode } from "../../graph/canonicalize.ts";
import type { Contraction, Reduction, Skip } from "../../graph/op.ts";
import { movementRule } from "../../ops/movement-rules.ts";
import { type Combination, combinationOf } from "../../ops/reduction-rules.ts";
import { arg, type Expr, type Scalar } from "../../scalar/expr.ts";
import { eq, mul, or, toInt32, where } from "../../scalar/primitives.ts";
import { innermost } from "../../shape.ts";
import { unrolledTerms, unrollReduce } from "../analysis/small-reduction.ts";
import { constantIndex, type Index, indexOf } from "../ir/index-map.ts";
import type { Statement } from "../ir/kernel.ts";
import type { Numerics } from "../target.ts";
import { type Inliner, mapOrNull } from "./inline.ts";

/** An axis of an iteration domain: `parallel` axes are axes of the result, `reduction` axes are combined. */
export interface IterationAxis {
  readonly size: number;
  readonly role: "parallel" | "reduction";
}

/** How loops compute a node: for each point of the domain a value, which is stored or combined into an element. */
export interface Iteration {
  readonly node: number;
  /** The axes in the order of the loops. */
  readonly axes: readonly IterationAxis[];
  /** How many leading axes make up a row: a reduction runs over each row on its own. */
  readonly outer: number;
  /** The value at a point; null where the loop of the inliner cannot compute it. */
  readonly value: (inliner: Inliner, point: readonly Index[]) => Expr | null;
  /** The coordinates of the element that a point contributes to. */
  readonly element: (point: readonly Index[]) => readonly Index[];
  readonly reduce: Statement["reduce"];
  /** Whether elements that no point stores are 0. */
  readonly needsZeroFill: boolean;
}

/** How many axes of the result run inside reduction axes: if any, results accumulate in memory. */
export const innerKept = ({ axes, outer, reduce }: Iteration): number =>
  reduce ? axes.slice(outer).filter(({ role }) => role === "parallel").length : 0;

/** The coordinates of a point by the names of its axes. */
type Point = (axis: string) => Index;

/** A reduction or contraction: named axes, and what is combined at each point. */
interface Domain {
  /** First the axes of the result, then those that are reduced. */
  readonly axes: readonly (IterationAxis & { readonly name: string })[];
  /** The axes of the result by name; null is an axis of size 1 that reduction leaves. */
  readonly result: readonly (string | null)[];
  readonly term: (inliner: Inliner, at: Point) => Expr | null;
  readonly op: Combination;
  /** The dtype of the terms. */
  readonly dtype: DType;
}

const parallel = (size: number): IterationAxis => ({ size, role: "parallel" });

/**
 * A loop over the reduction axes for each point of the others or, with `accumulateInMemory`, of all others but the last,
 * which then runs innermost: the elements along it are contiguous.
 */
function loopOver(node: number, { axes, result, term, op }: Domain, accumulateInMemory: boolean): Iteration {
  const kept = axes.filter(({ role }) => role === "parallel");
  const reduced = axes.filter(({ role }) => role === "reduction");
  const outer = accumulateInMemory ? kept.length - 1 : kept.length;
  const order = [...kept.slice(0, outer), ...reduced, ...kept.slice(outer)];
  const pointOf = (point: readonly Index[]): Point => {
    const coordinates = new Map(order.map(({ name }, k) => [name, point[k]!]));
    return (axis) => coordinates.get(axis)!;
  };
  return {
    node,
    axes: order,
    outer,
    value: (inliner, point) => term(inliner, pointOf(point)),
    element: (point) => {
      const at = pointOf(point);
      return result.map((axis) => (axis === null ? constantIndex(0) : at(axis)));
    },
    reduce: { op: op.combine, identity: op.identity, isArgReduction: op.isArgReduction },
    needsZeroFill: false,
  };
}

/** A loop over the results, each of which is one expression of all its terms. */
function unrolled(
  node: number,
  shape: readonly number[],
  { axes, result, term, op, dtype }: Domain,
): Iteration {
  /** The points of the domain that are combined into an element. */
  const pointsOf = (element: readonly Index[]): Point[] => {
    let points = [new Map<string, Index>()];
    for (const { name, size, role } of axes) {
      const coordinates =
        role === "parallel"
          ? [element[result.indexOf(name)]!]
          : Array.from({ length: size }, (_, i) => constantIndex(i));
      points = points.flatMap((point) => coordinates.map((x) => new Map(point).set(name, x)));
    }
    return points.map((point) => (axis) => point.get(axis)!);
  };
  return {
    node,
    axes: shape.map(parallel),
    outer: 0,
    value: (inliner, element) => {
      const terms = mapOrNull(pointsOf(element), (at) => term(inliner, at));
      return terms && unrollReduce(op, terms, dtype);
    },
    element: (element) => element,
    reduce: undefined,
    needsZeroFill: false,
  };
}

/** Bools are counted as integers. */
const widened = (e: Expr, from: DType, to: DType): Expr =>
  from === "bool" && to === "int32" ? toInt32(e) : e;

function reductionDomain(items: readonly GraphNode[], node: GraphNode, op: Reduction): Domain {
  const x = node.inputs[0]!;
  const { shape, dtype } = items[x]!;
  const combination = combinationOf(op, dtype);
  const isReduced = (d: number) => op.dims.includes(d);
  const axes = shape.map((size, d) => ({ name: `${d}`, size, isReduced: isReduced(d) }));
  const named = (reduced: boolean, role: IterationAxis["role"]) =>
    axes.filter((axis) => axis.isReduced === reduced).map(({ name, size }) => ({ name, size, role }));
  const hasUnitAxes = node.shape.length === shape.length;
  return {
    axes: [...named(false, "parallel"), ...named(true, "reduction")],
    result: axes.flatMap(({ name, isReduced }) => (isReduced ? (hasUnitAxes ? [null] : []) : [name])),
    term: (inliner, at) => {
      const coordinates = axes.map(({ name }) => at(name));
      const e = inliner.element(x, coordinates, []);
      return e && widened(e, dtype, combination.isArgReduction ? dtype : node.dtype);
    },
    op: combination,
    dtype,
  };
}

/** a·b, and 0 where one of the operands in `skip` is 0. */
function product(skip: Skip, a: Expr, b: Expr): Expr {
  const zeros = [...skip].map((operand) => eq(operand === "a" ? a : b, 0));
  if (zeros.length === 0) return mul(a, b);
  const isZero = zeros.reduce((x, y) => or(x, y));
  return where(isZero, 0, mul(a, b));
}

function contractionDomain(items: readonly GraphNode[], node: GraphNode, op: Contraction): Domain {
  const [a, b] = node.inputs as [number, number];
  const sizesIn = (letters: string, x: number) =>
    [...letters].map((letter, d) => [letter, items[x]!.shape[d]!] as const);
  const sizes = new Map([...sizesIn(op.b, b), ...sizesIn(op.a, a)]);
  const letters = [...new Set(op.out + op.a + op.b)];
  return {
    axes: letters.map((name) => ({
      name,
      size: sizes.get(name)!,
      role: op.out.includes(name) ? "parallel" : "reduction",
    })),
    result: [...op.out],
    term: (inliner, at) => {
      const factors = mapOrNull(
        [
          [a, op.a],
          [b, op.b],
        ] as const,
        ([x, letters]) => inliner.element(x, [...letters].map(at), []),
      );
      return factors && product(op.skip, factors[0]!, factors[1]!);
    },
    op: { combine: "add", identity: 0, isArgReduction: false },
    dtype: node.dtype,
  };
}

/** Whether a reduction keeps the innermost axis of its operand: then rows of results accumulate in memory. */
function keepsInnermost({ dims }: Reduction, { op }: Domain, shape: readonly number[]): boolean {
  const last = innermost(shape);
  const kept = shape.map((_, d) => d).filter((d) => !dims.includes(d));
  return last >= 0 && kept.at(-1) === last && dims.length > 0 && !op.isArgReduction;
}

/** Whether the last axis of the result is the last of an operand, and so contiguous in both. */
function keepsLastLetter({ a, b, out }: Contraction, { axes }: Domain): boolean {
  const last = axes.find(({ name }) => name === out.at(-1));
  const isReducing = axes.some(({ role }) => role === "reduction");
  return last !== undefined && isReducing && last.size > 1 && [a, b].some((x) => x.at(-1) === last.name);
}

/** A movement that stores each element of its operand where it goes, into zeros. */
function scatterIteration(
  items: readonly GraphNode[],
  node: number,
  scatterIndex: (from: readonly Expr[]) => readonly Scalar[],
): Iteration {
  const x = items[node]!.inputs[0]!;
  const { shape } = items[x]!;
  const index = scatterIndex(shape.map((_, d) => arg(d)));
  return {
    node,
    axes: shape.map(parallel),
    outer: 0,
    value: (inliner, point) => inliner.element(x, point, []),
    element: (point) => indexOf(index, undefined, point).index,
    reduce: undefined,
    needsZeroFill: true,
  };
}

const elementwiseIteration = (node: number, shape: readonly number[]): Iteration => ({
  node,
  axes: shape.map(parallel),
  outer: 0,
  value: (inliner, point) => inliner.inline(node, point, []),
  element: (point) => point,
  reduce: undefined,
  needsZeroFill: false,
});

/** How loops compute a node. */
export function iterationOf(items: readonly GraphNode[], node: number, numerics: Numerics): Iteration {
  const item = items[node]!;
  const { op, shape } = item;
  if (op.family === "movement") {
    const { scatterIndex } = movementRule(op);
    if (scatterIndex) return scatterIteration(items, node, (from) => scatterIndex(op, from));
  }
  if (op.family !== "reduction" && op.family !== "contraction") return elementwiseIteration(node, shape);
  const domain =
    op.family === "reduction" ? reductionDomain(items, item, op) : contractionDomain(items, item, op);
  if (unrolledTerms(item, items, numerics) > 0) return unrolled(node, shape, domain);
  const accumulateInMemory =
    op.family === "reduction"
      ? keepsInnermost(op, domain, items[item.inputs[0]!]!.shape)
      : keepsLastLetter(op, domain);
  return loopOver(node, domain, accumulateInMemory);
}
