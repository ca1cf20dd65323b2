import { type DType, promote } from "../../dtype.ts";
import type { GraphNode } from "../../graph/canonicalize.ts";
import type { Elementwise } from "../../graph/node.ts";
import { arg, constantOf, type Expr, literal } from "../../scalar/expr.ts";
import { toFloat32, toFloat64, where } from "../../scalar/primitives.ts";
import { insertCasts } from "../../scalar/types.ts";
import { sameShape, stridesOf } from "../../shape.ts";
import { readsOf } from "../analysis/reads.ts";
import { axesOf, loopKey, valueOnly } from "../ir/axes.ts";
import {
  clampTo,
  conjunction,
  expandClamped,
  expandPredicate,
  flatIndex,
  type Index,
  indexOf,
  type Predicate,
  predicateKey,
} from "../ir/index-map.ts";
import type { Buffer, Statement } from "../ir/kernel.ts";
import { expandFunctions } from "./expand.ts";
import { exprCost } from "./materialize.ts";
import type { Computed, NestBuilder } from "./nest-builder.ts";

/** What formulas need to know of the whole graph. */
export interface InlineContext {
  readonly items: readonly GraphNode[];
  readonly materialized: readonly boolean[];
  readonly ops: readonly number[];
  /** Where an item lies in memory. */
  buffer(item: number): Buffer;
  /** Memory in which one nest keeps an item for itself. */
  rowBuffer(item: number): Buffer;
}

/** What an earlier loop of the row worked out is kept for the row if its formula is longer than this. */
const recomputeLimit = 8;

/** Thrown when a formula cannot be worked out within the loop that was tried. */
export const cannotFuse = new Error("the formula does not fit");

const settling = new WeakMap<Elementwise, Map<string, boolean>>();

/** Whether the formula of an op has a dtype for every word as it is. */
function isSettled(op: Elementwise, types: readonly DType[], result: DType): boolean {
  const answers = settling.get(op) ?? new Map<string, boolean>();
  settling.set(op, answers);
  const key = `${types}→${result}`;
  const x = types.map((_, i) => arg(i));
  const formula = answers.has(key) ? undefined : op.f(x);
  if (formula) answers.set(key, insertCasts(formula, x, types, result) === formula);
  return answers.get(key) as boolean;
}

const keyOf = (i: number, at: readonly Index[], guard: Predicate): string =>
  `${i} ${at.map((x) => x.key).join()} ${predicateKey(guard)}`;

/** Writes formulas of items over the arguments of one unit, within one of its loops. */
export class Inliner {
  readonly checks: { readonly holds: Expr; readonly item: number }[] = [];
  readonly #known: Map<string, Expr>;

  constructor(
    readonly lowering: InlineContext,
    readonly unit: NestBuilder,
    readonly loop: number,
    readonly loopAxes: string,
  ) {
    unit.expressions[loop] ??= new Map();
    this.#known = unit.expressions[loop];
  }

  /** The element of item `i` at these coordinates; 0 where the guard does not hold. */
  element(i: number, at: readonly Index[], guard: Predicate): Expr {
    const key = keyOf(i, at, guard);
    const known = this.#known.get(key);
    if (known) return known;
    const e = this.#inline(i, at, guard);
    this.#known.set(key, e);
    return e;
  }

  #inline(i: number, at: readonly Index[], guard: Predicate): Expr {
    const { lowering, unit } = this;
    const item = lowering.items[i] as GraphNode;
    const local = unit.computed.get(i);
    if (local) {
      const isMade = at.length === local.at.length && at.every((x, k) => x.key === local.at[k]);
      if (local.result && isMade) {
        if (local.loop >= this.loop) throw cannotFuse;
        return guarded(unit.result(i, local.task), guard, unit);
      }
      const same =
        local.loop === this.loop &&
        !local.task.reduce &&
        isMade &&
        unit.loops[local.loop]?.key === this.loopAxes;
      if (same) return guarded(local.task.value, guard, unit);
      const inRow = unit.coordinates.every((c, k) => at[k]?.key === c.key && local.at[k] === c.key);
      if (local.loop >= this.loop || !inRow) {
        if (!lowering.materialized[i]) return this.expand(i, at, guard);
        throw cannotFuse;
      }
    }
    const from = local ?? this.#reuseRow(i, at, guard);
    if (!from && !lowering.materialized[i]) return this.expand(i, at, guard);
    const buffer = from?.task.store?.buffer ?? lowering.buffer(i);
    return unit.load(buffer, flatIndex(at, stridesOf(item.shape)), guard);
  }

  /** What an earlier loop over the same points of the row worked out of an item, which it then keeps for the row. */
  #reuseRow(i: number, at: readonly Index[], guard: Predicate): Computed | undefined {
    const { lowering, unit } = this;
    const { shape, dtype } = lowering.items[i] as GraphNode;
    if (unit.outerAxes.length === 0 || (lowering.ops[i] as number) <= recomputeLimit) return undefined;
    const { length } = unit.outerShape;
    if (!sameShape(shape.slice(0, length), unit.outerShape)) return undefined;
    const { axes, coordinates } = axesOf("i", shape.slice(length));
    const own = keyOf(i, [...unit.coordinates, ...coordinates], []);
    const loop = unit.loops.findIndex(
      (l, k) => k < this.loop && l.key === loopKey(axes) && unit.expressions[k]?.has(own),
    );
    if (loop < 0 || keyOf(i, at, guard) !== own) return undefined;
    const value = unit.expressions[loop]?.get(own) as Expr;
    const store = { buffer: lowering.rowBuffer(i), index: flatIndex(at, stridesOf(shape)) };
    const task: Statement = { ...valueOnly, value, type: dtype, store };
    const local = { loop, task, at: at.map((x) => x.key), result: false };
    unit.add(unit.loops[loop] as NestBuilder["loops"][number], task);
    unit.computed.set(i, local);
    return local;
  }

  /** The element of item `i` from the elements that it is made of. */
  expand(i: number, at: readonly Index[], guard: Predicate): Expr {
    const { lowering, unit } = this;
    const item = lowering.items[i] as GraphNode;
    switch (item.op.family) {
      case "elementwise": {
        const x = item.inputs.map((input) => this.element(input, at, guard));
        this.#check(i, item.op, x, guard);
        const types = this.#typesOf(item);
        const formula = item.op.f(x);
        const y = isSettled(item.op, types, item.dtype)
          ? formula
          : insertCasts(formula, x, types, item.dtype);
        return guarded(
          exprCost(item).callsFunction ? expandFunctions(y, x, types.reduce(promote)) : y,
          guard,
          unit,
        );
      }
      case "movement": {
        const reads = readsOf(item.op, at.length);
        return reads.reduceRight<Expr>(
          (otherwise, read) => {
            const moved = indexOf(read.index, read.valid, at);
            const holds = conjunction(guard, moved.guard);
            if (holds === null) return otherwise;
            const input = item.inputs[read.input] as number;
            const { shape } = lowering.items[input] as GraphNode;
            const within = read.valid
              ? moved.index.map((x, k) => clampTo(x, shape[k] as number))
              : moved.index;
            const value = this.element(input, within, holds);
            return reads.length === 1 ? value : where(unit.guard(holds), value, otherwise);
          },
          literal(0, item.dtype),
        );
      }
      case "source": {
        if (!item.op.f) throw new Error(`${item.op.name} has no formula`);
        const places = at.map((x) => unit.index(x));
        const inputs = item.inputs.map((input) => this.element(input, [], []));
        const e = item.op.f(places, inputs);
        const number = constantOf(e);
        if (number !== undefined) return guarded(literal(number, item.dtype), guard, unit);
        return guarded(toDType(e, item.dtype), guard, unit);
      }
      case "indexing":
        return this.#gather(i, item, at, guard);
      default:
        throw new Error(`${item.op.name} is worked out in memory`);
    }
  }

  #typesOf({ inputs }: GraphNode): DType[] {
    return inputs.map((x) => (this.lowering.items[x] as GraphNode).dtype);
  }

  #check(item: number, op: Elementwise, x: readonly Expr[], guard: Predicate): void {
    if (!op.require) return;
    const types = this.#typesOf(this.lowering.items[item] as GraphNode);
    const holds = insertCasts(op.require.holds(x), x, types, "bool");
    this.checks.push({ holds: guard?.length === 0 ? holds : where(this.unit.guard(guard), holds, 1), item });
  }

  #gather(i: number, item: GraphNode, at: readonly Index[], guard: Predicate): Expr {
    const { lowering, unit } = this;
    if (item.op.family !== "indexing") throw cannotFuse;
    const { dim } = item.op;
    const [x, index] = item.inputs as [number, number];
    const made = unit.computed.get(x);
    if (made && (made.loop >= this.loop || unit.outerAxes.length > 0)) throw cannotFuse;
    const { shape } = lowering.items[x] as GraphNode;
    const size = shape[dim] as number;
    const place = this.element(index, at, guard);
    const strides = stridesOf(shape);
    const base = flatIndex(
      at,
      strides.map((s, d) => (d === dim ? 0 : s)),
    );
    const buffer = lowering.buffer(x);
    const stride = strides[dim] as number;
    const key = `gather ${i} ${at.map((c) => c.key).join()} ${predicateKey(guard)} loop ${this.loop}`;
    return unit.argument(key, () => ({
      kind: "gather",
      type: buffer.dtype,
      buffer,
      index: expandClamped(base),
      guard: expandPredicate(guard),
      at: place,
      stride,
      size,
      item: i,
    }));
  }
}

/** Whole numbers from coordinates, in the dtype that is asked for. */
const toDType = (e: Expr, dtype: DType): Expr =>
  dtype === "float32" ? toFloat32(e) : dtype === "float64" ? toFloat64(e) : e;

/** An expression, and 0 where a guard does not hold. Loads see to that themselves. */
function guarded(e: Expr, guard: Predicate, unit: NestBuilder): Expr {
  return guard?.length === 0 ? e : where(unit.guard(guard), e, 0);
}
