import type { DType } from "../../dtype.ts";
import type { GraphNode } from "../../graph/canonicalize.ts";
import type { Elementwise, Indexing, Movement, Source as SourceOp } from "../../graph/op.ts";
import { sourceFormula } from "../../ops/source.ts";
import { constantOf, type Expr, literal } from "../../scalar/expr.ts";
import { toFloat32, toFloat64, where } from "../../scalar/primitives.ts";
import { insertCasts } from "../../scalar/types.ts";
import { sameShape, stridesOf } from "../../shape.ts";
import { readsOf } from "../analysis/views.ts";
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
import type { Candidate } from "./candidate.ts";
import { elementwiseExpr } from "./elementwise.ts";

/** The facts of the whole graph that inlining needs. */
export interface InlineContext {
  readonly items: readonly GraphNode[];
  readonly materialized: readonly boolean[];
  readonly ops: readonly number[];
  readonly maxRecomputedRowOps: number;
  /** The buffer of a materialized node. */
  buffer(node: number): Buffer;
  /** A new buffer in which one nest keeps a node for itself. */
  rowBuffer(node: number): Buffer;
}

/** Where a loop gets an element of a node from. */
type ElementSource =
  /** The result of a reduction in an earlier loop of the row. */
  | { readonly kind: "register"; readonly statement: Statement }
  /** An expression that the same loop has at the same point. */
  | { readonly kind: "value"; readonly value: Expr }
  | { readonly kind: "memory"; readonly buffer: Buffer }
  /** The node's op, applied to elements of its inputs. */
  | { readonly kind: "inline" };

const inline: ElementSource = { kind: "inline" };

const elementKey = (node: number, at: readonly Index[], guard: Predicate): string =>
  `${node} ${at.map((x) => x.key).join()} ${predicateKey(guard)}`;

/** The results of `f`, or null at the first one that is null. */
export function mapOrNull<T>(list: readonly T[], f: (x: T) => Expr | null): Expr[] | null {
  const results: Expr[] = [];
  for (const x of list) {
    const e = f(x);
    if (!e) return null;
    results.push(e);
  }
  return results;
}

const toDType = (coordinates: Expr, dtype: DType): Expr =>
  dtype === "float32" ? toFloat32(coordinates) : dtype === "float64" ? toFloat64(coordinates) : coordinates;

/** Writes elements of nodes as expressions in one loop of a nest; null where the loop cannot compute them. */
export class Inliner {
  constructor(
    readonly context: InlineContext,
    readonly candidate: Candidate,
  ) {}

  /** The element of a node at these coordinates; 0 where the guard does not hold. */
  element(node: number, at: readonly Index[], guard: Predicate): Expr | null {
    const key = elementKey(node, at, guard);
    const known = this.candidate.expression(key);
    if (known) return known;
    const source = this.#sourceOf(node, at, guard);
    const e = source && this.#read(source, node, at, guard);
    if (e) this.candidate.setExpression(key, e);
    return e;
  }

  /** The best source of an element; null where it exists only after this loop, or in another row. */
  #sourceOf(node: number, at: readonly Index[], guard: Predicate): ElementSource | null {
    const { context, candidate } = this;
    const { nest, loop } = candidate;
    const isMaterialized = context.materialized[node];
    const computed = candidate.computed(node);
    if (!computed) {
      const rowBuffer = this.#reuseRow(node, at, guard);
      if (rowBuffer) return { kind: "memory", buffer: rowBuffer };
      return isMaterialized ? { kind: "memory", buffer: context.buffer(node) } : inline;
    }
    const { statement } = computed;
    const isEarlier = computed.loop < loop;
    const isSameElement = at.length === computed.at.length && at.every((x, k) => x.key === computed.at[k]);
    if (computed.isRegister && isSameElement) return isEarlier ? { kind: "register", statement } : null;
    const isSameLoop = computed.loop === loop && nest.loops[loop]?.key === candidate.loopKey;
    if (isSameLoop && isSameElement && !statement.reduce) return { kind: "value", value: statement.value };
    const isSameRow = nest.coordinates.every((c, k) => at[k]?.key === c.key && computed.at[k] === c.key);
    if (isEarlier && isSameRow)
      return { kind: "memory", buffer: statement.store?.buffer ?? context.buffer(node) };
    return isMaterialized ? null : inline;
  }

  #read(source: ElementSource, node: number, at: readonly Index[], guard: Predicate): Expr | null {
    switch (source.kind) {
      case "register":
        return this.#guarded(this.candidate.result(node, source.statement), guard);
      case "value":
        return this.#guarded(source.value, guard);
      case "memory":
        return this.candidate.load(
          source.buffer,
          flatIndex(at, stridesOf(this.context.items[node]!.shape)),
          guard,
        );
      case "inline":
        return this.inline(node, at, guard);
    }
  }

  /** Stores in a row buffer what an earlier loop over the same points of the row computes, if it is worth more than recomputing. */
  #reuseRow(node: number, at: readonly Index[], guard: Predicate): Buffer | undefined {
    const { context, candidate } = this;
    const { nest } = candidate;
    const { shape, dtype } = context.items[node]!;
    if (nest.outerAxes.length === 0 || context.ops[node]! <= context.maxRecomputedRowOps) return undefined;
    const rank = nest.outerShape.length;
    if (!sameShape(shape.slice(0, rank), nest.outerShape)) return undefined;
    const { axes, coordinates } = axesOf("i", shape.slice(rank));
    const ownKey = elementKey(node, [...nest.coordinates, ...coordinates], []);
    if (elementKey(node, at, guard) !== ownKey) return undefined;
    const loop = nest.loops.findIndex(
      ({ key }, k) => k < candidate.loop && key === loopKey(axes) && nest.expressions[k]?.has(ownKey),
    );
    if (loop < 0) return undefined;
    const buffer = context.rowBuffer(node);
    const value = nest.expressions[loop]!.get(ownKey)!;
    const store = { buffer, index: flatIndex(at, stridesOf(shape)) };
    const statement: Statement = { ...valueOnly, value, type: dtype, store };
    candidate.storeInRow(node, { loop, statement, at: at.map((x) => x.key), isRegister: false });
    return buffer;
  }

  /** The element of a node from elements of its inputs. */
  inline(node: number, at: readonly Index[], guard: Predicate): Expr | null {
    const item = this.context.items[node]!;
    const { op } = item;
    switch (op.family) {
      case "elementwise":
        return this.#elementwise(node, item, op, at, guard);
      case "movement":
        return this.#movement(item, op, at, guard);
      case "source":
        return this.#source(item, op, at, guard);
      case "indexing":
        return this.#gather(node, item, op, at, guard);
      default:
        throw new Error(`${op.name} has a kernel and no expression`);
    }
  }

  #elementwise(
    node: number,
    item: GraphNode,
    op: Elementwise,
    at: readonly Index[],
    guard: Predicate,
  ): Expr | null {
    const x = mapOrNull(item.inputs, (input) => this.element(input, at, guard));
    if (!x) return null;
    const types = item.inputs.map((input) => this.context.items[input]!.dtype);
    if (op.require) {
      const holds = insertCasts(op.require.holds(x), x, types, "bool");
      const isChecked = guard?.length === 0 ? holds : where(this.candidate.guard(guard), holds, 1);
      this.candidate.checks.push({ holds: isChecked, node });
    }
    return this.#guarded(elementwiseExpr(item, op, x, types), guard);
  }

  #movement(item: GraphNode, op: Movement, at: readonly Index[], guard: Predicate): Expr | null {
    const reads = readsOf(op, item, this.context.items);
    let value: Expr = literal(0, item.dtype);
    for (const read of [...reads].reverse()) {
      const { index, guard: valid } = indexOf(read.index, read.valid, at);
      const holds = conjunction(guard, valid);
      if (holds === null) continue;
      const input = item.inputs[read.input]!;
      const { shape } = this.context.items[input]!;
      const clamped = read.valid ? index.map((x, k) => clampTo(x, shape[k]!)) : index;
      const element = this.element(input, clamped, holds);
      if (!element) return null;
      value = reads.length === 1 ? element : where(this.candidate.guard(holds), element, value);
    }
    return value;
  }

  #source(item: GraphNode, op: SourceOp, at: readonly Index[], guard: Predicate): Expr | null {
    const coordinates = at.map((x) => this.candidate.index(x));
    const inputs = mapOrNull(item.inputs, (input) => this.element(input, [], []));
    if (!inputs) return null;
    const e = sourceFormula(op, item.shape, coordinates, inputs);
    const number = constantOf(e);
    return this.#guarded(number === undefined ? toDType(e, item.dtype) : literal(number, item.dtype), guard);
  }

  #gather(
    node: number,
    item: GraphNode,
    { dim }: Indexing,
    at: readonly Index[],
    guard: Predicate,
  ): Expr | null {
    const { context, candidate } = this;
    const { nest, loop } = candidate;
    const [x, index] = item.inputs as [number, number];
    const computed = candidate.computed(x);
    if (computed && (computed.loop >= loop || nest.outerAxes.length > 0)) return null;
    const { shape } = context.items[x]!;
    const position = this.element(index, at, guard);
    if (!position) return null;
    const strides = stridesOf(shape);
    const base = flatIndex(
      at,
      strides.map((stride, d) => (d === dim ? 0 : stride)),
    );
    const buffer = context.buffer(x);
    const key = `gather ${elementKey(node, at, guard)} loop ${loop}`;
    return candidate.argument(key, () => ({
      kind: "gather",
      type: buffer.dtype,
      buffer,
      index: expandClamped(base),
      guard: expandPredicate(guard),
      at: position,
      stride: strides[dim]!,
      size: shape[dim]!,
      item: node,
    }));
  }

  /** The expression, and 0 where the guard does not hold. Loads have guards of their own. */
  #guarded(e: Expr, guard: Predicate): Expr {
    return guard?.length === 0 ? e : where(this.candidate.guard(guard), e, 0);
  }
}
