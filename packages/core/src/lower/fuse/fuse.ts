import type { CanonicalGraph, GraphNode } from "../../graph/canonicalize.ts";
import { toExpr } from "../../scalar/expr.ts";
import { sizeOf, stridesOf } from "../../shape.ts";
import type { ConcatSource } from "../analysis/concat.ts";
import { isGemm } from "../analysis/gemm.ts";
import type { StridedView } from "../analysis/views.ts";
import { axesOf, loopKey, valueOnly } from "../ir/axes.ts";
import { buffersOf } from "../ir/buffers.ts";
import { flatIndex } from "../ir/index-map.ts";
import type { Buffer, Loop, Statement } from "../ir/kernel.ts";
import type { Kernel, Program, StridedOperand } from "../ir/program.ts";
import { eliminateDeadStores } from "../kernel-passes/dead-code.ts";
import { fissionStrips } from "../kernel-passes/strip-mine.ts";
import { gemmKernel } from "./gemm.ts";
import { cannotFuse, type InlineContext, Inliner } from "./inline.ts";
import { type Iteration, iterationOf, storeIndex } from "./iteration.ts";
import { chooseMaterialized, isLargeConcat, type Materialization } from "./materialize.ts";
import { NestBuilder } from "./nest-builder.ts";

/** A nest with more statements or words than this is left alone: long functions compile slowly, and engines bound them. */
const maxStatements = 32;
const maxOps = 4096;
/** Loops of so few points join a nest whatever it is about. */
const smallLoop = 64;

type KernelSlot = { readonly unit: NestBuilder } | { readonly kernel: Kernel };

/** Turns a structure into kernels, one item at a time, each joining the first nest that it fits. */
export class Fuser implements InlineContext {
  readonly items: readonly GraphNode[];
  readonly materialized: readonly boolean[];
  readonly ops: readonly number[];
  readonly slots: KernelSlot[] = [];
  readonly #views: Materialization["views"];
  readonly #parts: Materialization["parts"];
  readonly #all: Buffer[] = [];
  readonly #buffers = new Map<number, Buffer>();
  /** The slots of nests that may take more. */
  #open: number[] = [];
  /** After which slot an item's value is in memory; −1 from the start. */
  readonly #ready = new Map<number, number>();

  constructor(readonly structure: CanonicalGraph) {
    this.items = structure.items;
    const { materialized, ops, views, parts } = chooseMaterialized(structure);
    this.materialized = materialized;
    this.ops = ops;
    this.#views = views;
    this.#parts = parts;
  }

  buffer(i: number): Buffer {
    const known = this.#buffers.get(i) ?? this.rowBuffer(i);
    this.#buffers.set(i, known);
    return known;
  }

  rowBuffer(i: number): Buffer {
    const { dtype, shape } = this.items[i] as GraphNode;
    return this.#memory({ item: i, dtype, size: sizeOf(shape) });
  }

  #memory(of: Omit<Buffer, "id">): Buffer {
    const buffer = { id: this.#all.length, ...of };
    this.#all.push(buffer);
    return buffer;
  }

  run(): Program {
    this.items.forEach((item, i) => {
      if (item.input >= 0) this.#ready.set(i, -1);
      else if (this.materialized[i]) this.#emit(i, item);
    });
    const kernels = this.slots.flatMap((slot) => ("kernel" in slot ? [slot.kernel] : slot.unit.nests()));
    const inputs: Buffer[] = [];
    this.items.forEach((item, i) => {
      if (item.input >= 0) inputs[item.input] = this.buffer(i);
    });
    const outputs = this.structure.roots.map((r) => this.buffer(r));
    const kept = eliminateDeadStores(kernels, outputs).map((k) =>
      k.kind === "nest" ? fissionStrips(k, (dtype, size, item) => this.#memory({ item, dtype, size })) : k,
    );
    const buffers = [...this.#all];
    for (const b of kept.flatMap(buffersOf)) buffers[b.id] = b;
    return { items: this.items, kernels: kept, buffers, inputs, outputs };
  }

  #append(i: number, kernel: Kernel): void {
    this.#ready.set(i, this.slots.push({ kernel }) - 1);
  }

  #emit(i: number, item: GraphNode): void {
    const { op, shape } = item;
    if (op.family === "contraction" && isGemm(item, this.items))
      this.#append(
        i,
        gemmKernel(this.items, i, op, this.#views, (input) => this.buffer(input)),
      );
    else if (op.family === "recurrence")
      this.#append(i, {
        kind: "recur",
        reverse: op.reverse,
        skip: op.skip,
        out: this.buffer(i),
        a: this.#operand(item, 0),
        b: this.#operand(item, 1),
        shape,
        dim: op.dim,
      });
    else if (op.family === "indexing" && op.mode !== "gather") {
      const indexShape = (this.items[item.inputs[1] as number] as GraphNode).shape;
      const [x, index, src] = [0, 1, 2].map((k) => this.#operand(item, k)) as [
        StridedOperand,
        StridedOperand,
        StridedOperand,
      ];
      const { mode, dim } = op;
      this.#append(i, { kind: "scatter", mode, out: this.buffer(i), x, index, src, indexShape, shape, dim });
    } else if (op.family === "movement" && op.joins !== undefined && isLargeConcat(item)) {
      const dim = op.joins;
      const parts = (this.#parts.get(i) as readonly ConcatSource[]).map(({ source, offset, row }, k) => {
        const length = (this.items[item.inputs[k] as number] as GraphNode).shape[dim] as number;
        return { buffer: this.buffer(source), offset, row, length };
      });
      this.#append(i, { kind: "join", out: this.buffer(i), parts, shape, dim });
    } else this.#nest(iterationOf(this.items, i));
  }

  /** Where a kernel finds its operand number `k`. */
  #operand({ inputs }: GraphNode, k: number): StridedOperand {
    const { source, offset, strides } = this.#views.get(inputs[k] as number) as StridedView;
    return { buffer: this.buffer(source), offset, strides };
  }

  /** The items in memory that the formula of `i` reads. */
  #reads(i: number): number[] {
    const stack = [...(this.items[i] as GraphNode).inputs];
    const seen = new Set<number>();
    while (stack.length > 0) {
      const x = stack.pop() as number;
      if (seen.has(x)) continue;
      seen.add(x);
      if (!this.materialized[x]) stack.push(...(this.items[x] as GraphNode).inputs);
    }
    return [...seen].filter((x) => this.materialized[x]);
  }

  #nest(goal: Iteration): void {
    const reads = this.#reads(goal.item);
    const earliest = Math.max(0, ...reads.map((x) => this.#ready.get(x) as number));
    for (const s of this.#open) {
      if (s < earliest) continue;
      const { unit } = this.slots[s] as { readonly unit: NestBuilder };
      if (!canFuse(unit, goal, reads) || !this.#tryFuse(goal, unit, reads)) continue;
      this.#ready.set(goal.item, s);
      if (isFull(unit)) this.#open = this.#open.filter((open) => open !== s);
      return;
    }
    const { axes, coordinates } = axesOf("r", goal.outer);
    const unit = new NestBuilder(goal.outer, axes, coordinates);
    if (!this.#tryFuse(goal, unit, reads))
      throw new Error(`item ${goal.item} does not fit a nest of its own`);
    const slot = this.slots.push({ unit }) - 1;
    this.#ready.set(goal.item, slot);
    if (!isFull(unit)) this.#open.push(slot);
  }

  /** A loop that fills an item with zeros. */
  #zeros(i: number): Loop {
    const { shape, dtype } = this.items[i] as GraphNode;
    const { axes, coordinates } = axesOf("z", shape);
    const store = { buffer: this.buffer(i), index: flatIndex(coordinates, stridesOf(shape)) };
    return { axes, statements: [{ ...valueOnly, value: toExpr(0), type: dtype, store }] };
  }

  /** Adds the goal to the first loop of the unit where its formula can be worked out; says whether there is one. */
  #tryFuse(goal: Iteration, unit: NestBuilder, reads: readonly number[]): boolean {
    const { axes, coordinates } = axesOf("i", [...goal.outer, ...goal.inner].slice(unit.outerShape.length));
    const key = loopKey(axes);
    const all = [...unit.coordinates, ...coordinates];
    const [row, rest] = [all.slice(0, goal.outer.length), all.slice(goal.outer.length)];
    const store = { buffer: this.buffer(goal.item), index: storeIndex(this.items, goal, row, rest) };
    const type = (this.items[goal.item] as GraphNode).dtype;
    const accumulateInMemory = goal.innerKept > 0;
    /** Rows go through what is reduced: the result is there after the last of them. */
    const across = accumulateInMemory && unit.outerShape.length > goal.outer.length;
    const apart = accumulateInMemory && !across;
    const first = apart
      ? unit.loops.length
      : Math.max(0, ...reads.map((x) => unit.computed.get(x)?.loop ?? 0));
    for (let l = first; l <= unit.loops.length; l++) {
      if (l < unit.loops.length && unit.loops[l]?.key !== key) continue;
      const home = apart ? l + 1 : l;
      const formulas = new Inliner(this, unit, home, key);
      try {
        const value = goal.value(formulas, row, rest);
        const start: Statement = { ...valueOnly, value: toExpr(goal.reduce?.identity ?? 0), type, store };
        const kept = axes.slice(-goal.innerKept);
        if (across)
          unit.prologue.push({ axes: [...axesOf("r", goal.outer).axes, ...kept], statements: [start] });
        if (apart) unit.loopAt(unit.loops.length, kept).statements.push(start);
        if (goal.needsZeroFill) unit.prologue.push(this.#zeros(goal.item));
        const loop = unit.loopAt(home, axes);
        for (const { holds, item } of formulas.checks)
          unit.add(loop, { ...valueOnly, value: holds, type: "bool", check: item });
        const task: Statement = {
          value,
          type,
          store,
          reduce: goal.reduce,
          accumulateInMemory,
          check: undefined,
        };
        unit.add(loop, task);
        const element = goal.element(row, rest).map((x) => x.key);
        unit.computed.set(goal.item, {
          loop: across ? Number.POSITIVE_INFINITY : home,
          task,
          at: element,
          result: goal.reduce !== undefined && !accumulateInMemory,
        });
        return true;
      } catch (e) {
        if (e !== cannotFuse) throw e;
      }
    }
    return false;
  }
}

const isFull = (unit: NestBuilder): boolean => unit.statementCount >= maxStatements || unit.length >= maxOps;

/** Whether a nest has the goal's rows, and something to gain from it: it reads what the nest makes, or runs over the same points. */
function canFuse(unit: NestBuilder, goal: Iteration, reads: readonly number[]): boolean {
  const { outerShape, loops } = unit;
  const more = outerShape.length - goal.outer.length;
  const across = goal.innerKept > 0 && more > 0 && more <= goal.inner.length - goal.innerKept;
  if (goal.reduce && more !== 0 && !across) return false;
  const shape = [...goal.outer, ...goal.inner];
  if (!outerShape.every((n, k) => n === shape[k])) return false;
  if (sizeOf(shape) <= smallLoop || reads.some((x) => unit.computed.has(x))) return true;
  const key = loopKey(axesOf("i", shape.slice(outerShape.length)).axes);
  return loops.some((l) => l.key === key);
}
