import { isFloat } from "../../../dtype.ts";
import type { Arg, Axis, Loop, Statement } from "../../../lower/ir/kernel.ts";
import { vectorsPerTree } from "../reduce/accumulator.ts";
import { splitStride } from "./address.ts";
import type { PlacedValues } from "./loop-depth.ts";
import type { Access } from "./memory-access.ts";

/** How many vectors of the innermost loop, and how many iterations of the loop around it, one iteration computes. */
export interface UnrollFactors {
  readonly inner: number;
  readonly outer: number;
}

const notUnrolled: UnrollFactors = { inner: 1, outer: 1 };

/** Bodies of more ops are not unrolled: they already have enough independent instructions. */
const maxOps = 12;

const isSumOrProduct = ({ reduce }: Statement): boolean =>
  reduce !== undefined && !reduce.isArgReduction && (reduce.op === "add" || reduce.op === "mul");

/** Whether a statement accumulates a sum or product in locals. */
export const isSum = (t: Statement): boolean => isSumOrProduct(t) && !t.accumulateInMemory;

/** The part of a loop that unrolling copies. */
interface Body {
  readonly loop: Loop;
  readonly ops: number;
  readonly reads: readonly Arg[];
}

/** Whether each access advances along an axis by a stride that `accepts`. */
function canUnroll(
  { loop, reads }: Body,
  axis: Axis,
  accepts: (stride: number | undefined) => boolean,
): boolean {
  const strideOf = ({ index }: Access) => splitStride(index, axis.name, axis.size)?.stride;
  const stores = loop.statements
    .filter((t) => !t.reduce || t.accumulateInMemory)
    .flatMap((t) => t.store ?? []);
  return (
    reads.every((x) => x.kind === "load" && x.guard?.length === 0 && accepts(strideOf(x))) &&
    stores.every((access) => accepts(strideOf(access)))
  );
}

/** Unrolling of the innermost loop breaks the dependency chain of a sum: eight vectors make a tree. */
const innerFactor = (inner: Axis, lanes: 1 | 2 | 4): number =>
  lanes > 1 && inner.size >= vectorsPerTree * lanes ? vectorsPerTree : 1;

/** Unroll-and-jam of the loop around loads and stores each accumulator in memory once for several of its iterations. */
function outerFactor(body: Body, outer: Axis): number {
  const { statements } = body.loop;
  const accumulatesInMemory =
    statements.some((t) => t.accumulateInMemory) &&
    statements.every((t) => !t.reduce || (t.accumulateInMemory && isSumOrProduct(t)));
  const factor = 2 * body.ops > maxOps ? 4 : 8;
  const isWorthwhile = accumulatesInMemory && outer.size >= factor;
  return isWorthwhile && canUnroll(body, outer, (stride) => stride !== undefined && stride >= 0) ? factor : 1;
}

/** Chooses the unroll factors of a loop; `depth` is the number of all its loop variables. */
export function unrollFactors(
  loop: Loop,
  values: PlacedValues,
  args: readonly Arg[],
  lanes: 1 | 2 | 4,
  depth: number,
): UnrollFactors {
  const [outer, inner] = [loop.axes.at(-2), loop.axes.at(-1)];
  const innermost = [...values.values()].filter((value) => value.depth === depth);
  const ops = innermost.filter(({ expr }) => expr.kind === "apply").length;
  const reads = innermost.flatMap(({ expr }) => (expr.kind === "arg" ? [args[expr.index]!] : []));
  const body: Body = { loop, ops, reads };
  if (!inner || ops > maxOps || !canUnroll(body, inner, (stride) => stride === 1)) return notUnrolled;
  if (loop.statements.some((t) => isSum(t) && isFloat(t.type)))
    return { inner: innerFactor(inner, lanes), outer: 1 };
  return { inner: 1, outer: outer ? outerFactor(body, outer) : 1 };
}
