import type { CanonicalGraph, GraphNode } from "../../graph/canonicalize.ts";
import { toExpr } from "../../scalar/expr.ts";
import { sizeOf, stridesOf } from "../../shape.ts";
import type { JoinPart } from "../analysis/concat.ts";
import { isMatrixProduct } from "../analysis/gemm.ts";
import type { Strided } from "../analysis/views.ts";
import { axesOf, blank, loopKey } from "../ir/axes.ts";
import { buffersOf } from "../ir/buffers.ts";
import { flatIndex } from "../ir/index-map.ts";
import type { Buffer, Loop, Task } from "../ir/kernel.ts";
import type { Kernel, Operand, Program } from "../ir/program.ts";
import { prune } from "../kernel-passes/dead-code.ts";
import { inStrips } from "../kernel-passes/strip-mine.ts";
import { productOf } from "./gemm.ts";
import { Formulas, type Ground, misfit } from "./inline.ts";
import { type Goal, goalOf, placeOf } from "./iteration.ts";
import { type Choice, choose, isLongJoin } from "./materialize.ts";
import { Unit } from "./nest-builder.ts";

/** A nest with more tasks or words than this is left alone: long functions compile slowly, and engines bound them. */
const mostTasks = 32;
const mostWords = 4096;
/** Loops of so few points join a nest whatever it is about. */
const fewPoints = 64;

type Slot = { readonly unit: Unit } | { readonly kernel: Kernel };

/** Turns a structure into kernels, one item at a time, each joining the first nest that it fits. */
export class Lowering implements Ground {
  readonly items: readonly GraphNode[];
  readonly inMemory: readonly boolean[];
  readonly words: readonly number[];
  readonly slots: Slot[] = [];
  readonly #views: Choice["views"];
  readonly #parts: Choice["parts"];
  readonly #all: Buffer[] = [];
  readonly #buffers = new Map<number, Buffer>();
  /** The slots of nests that may take more. */
  #open: number[] = [];
  /** After which slot an item's value is in memory; −1 from the start. */
  readonly #ready = new Map<number, number>();

  constructor(readonly structure: CanonicalGraph) {
    this.items = structure.items;
    const { inMemory, words, views, parts } = choose(structure);
    this.inMemory = inMemory;
    this.words = words;
    this.#views = views;
    this.#parts = parts;
  }

  buffer(i: number): Buffer {
    const known = this.#buffers.get(i) ?? this.spare(i);
    this.#buffers.set(i, known);
    return known;
  }

  spare(i: number): Buffer {
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
      else if (this.inMemory[i]) this.#schedule(i, item);
    });
    const kernels = this.slots.flatMap((slot) => ("kernel" in slot ? [slot.kernel] : slot.unit.nests()));
    const inputs: Buffer[] = [];
    this.items.forEach((item, i) => {
      if (item.input >= 0) inputs[item.input] = this.buffer(i);
    });
    const outputs = this.structure.roots.map((r) => this.buffer(r));
    const kept = prune(kernels, outputs).map((k) =>
      k.kind === "nest" ? inStrips(k, (dtype, size, item) => this.#memory({ item, dtype, size })) : k,
    );
    const buffers = [...this.#all];
    for (const b of kept.flatMap(buffersOf)) buffers[b.id] = b;
    return { items: this.items, kernels: kept, buffers, inputs, outputs };
  }

  #append(i: number, kernel: Kernel): void {
    this.#ready.set(i, this.slots.push({ kernel }) - 1);
  }

  #schedule(i: number, item: GraphNode): void {
    const { op, shape } = item;
    if (op.family === "contraction" && isMatrixProduct(item, this.items))
      this.#append(
        i,
        productOf(this.items, i, op, this.#views, (input) => this.buffer(input)),
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
      const [x, index, src] = [0, 1, 2].map((k) => this.#operand(item, k)) as [Operand, Operand, Operand];
      const { mode, dim } = op;
      this.#append(i, { kind: "scatter", mode, out: this.buffer(i), x, index, src, indexShape, shape, dim });
    } else if (op.family === "movement" && op.joins !== undefined && isLongJoin(item)) {
      const dim = op.joins;
      const parts = (this.#parts.get(i) as readonly JoinPart[]).map(({ base, start, row }, k) => {
        const length = (this.items[item.inputs[k] as number] as GraphNode).shape[dim] as number;
        return { buffer: this.buffer(base), start, row, length };
      });
      this.#append(i, { kind: "join", out: this.buffer(i), parts, shape, dim });
    } else this.#nest(goalOf(this.items, i));
  }

  /** Where a kernel finds its operand number `k`. */
  #operand({ inputs }: GraphNode, k: number): Operand {
    const { base, start, steps } = this.#views.get(inputs[k] as number) as Strided;
    return { buffer: this.buffer(base), start, steps };
  }

  /** The items in memory that the formula of `i` reads. */
  #reads(i: number): number[] {
    const stack = [...(this.items[i] as GraphNode).inputs];
    const seen = new Set<number>();
    while (stack.length > 0) {
      const x = stack.pop() as number;
      if (seen.has(x)) continue;
      seen.add(x);
      if (!this.inMemory[x]) stack.push(...(this.items[x] as GraphNode).inputs);
    }
    return [...seen].filter((x) => this.inMemory[x]);
  }

  #nest(goal: Goal): void {
    const reads = this.#reads(goal.item);
    const earliest = Math.max(0, ...reads.map((x) => this.#ready.get(x) as number));
    for (const s of this.#open) {
      if (s < earliest) continue;
      const { unit } = this.slots[s] as { readonly unit: Unit };
      if (!joins(unit, goal, reads) || !this.#place(goal, unit, reads)) continue;
      this.#ready.set(goal.item, s);
      if (isFull(unit)) this.#open = this.#open.filter((open) => open !== s);
      return;
    }
    const { axes, coordinates } = axesOf("r", goal.row);
    const unit = new Unit(goal.row, axes, coordinates);
    if (!this.#place(goal, unit, reads)) throw new Error(`item ${goal.item} does not fit a nest of its own`);
    const slot = this.slots.push({ unit }) - 1;
    this.#ready.set(goal.item, slot);
    if (!isFull(unit)) this.#open.push(slot);
  }

  /** A loop that fills an item with zeros. */
  #zeros(i: number): Loop {
    const { shape, dtype } = this.items[i] as GraphNode;
    const { axes, coordinates } = axesOf("z", shape);
    const store = { buffer: this.buffer(i), index: flatIndex(coordinates, stridesOf(shape)) };
    return { axes, tasks: [{ ...blank, value: toExpr(0), type: dtype, store }] };
  }

  /** Adds the goal to the first loop of the unit where its formula can be worked out; says whether there is one. */
  #place(goal: Goal, unit: Unit, reads: readonly number[]): boolean {
    const { axes, coordinates } = axesOf("i", [...goal.row, ...goal.rest].slice(unit.rowShape.length));
    const key = loopKey(axes);
    const all = [...unit.coordinates, ...coordinates];
    const [row, rest] = [all.slice(0, goal.row.length), all.slice(goal.row.length)];
    const store = { buffer: this.buffer(goal.item), index: placeOf(this.items, goal, row, rest) };
    const type = (this.items[goal.item] as GraphNode).dtype;
    const inMemory = goal.kept > 0;
    /** Rows go through what is reduced: the result is there after the last of them. */
    const across = inMemory && unit.rowShape.length > goal.row.length;
    const apart = inMemory && !across;
    const first = apart ? unit.loops.length : Math.max(0, ...reads.map((x) => unit.locals.get(x)?.loop ?? 0));
    for (let l = first; l <= unit.loops.length; l++) {
      if (l < unit.loops.length && unit.loops[l]?.key !== key) continue;
      const home = apart ? l + 1 : l;
      const formulas = new Formulas(this, unit, home, key);
      try {
        const value = goal.value(formulas, row, rest);
        const start: Task = { ...blank, value: toExpr(goal.reduce?.identity ?? 0), type, store };
        const kept = axes.slice(-goal.kept);
        if (across) unit.before.push({ axes: [...axesOf("r", goal.row).axes, ...kept], tasks: [start] });
        if (apart) unit.loopAt(unit.loops.length, kept).tasks.push(start);
        if (goal.sparse) unit.before.push(this.#zeros(goal.item));
        const loop = unit.loopAt(home, axes);
        for (const { holds, item } of formulas.checks)
          unit.add(loop, { ...blank, value: holds, type: "bool", check: item });
        const task: Task = { value, type, store, reduce: goal.reduce, inMemory, check: undefined };
        unit.add(loop, task);
        const element = goal.element(row, rest).map((x) => x.key);
        unit.locals.set(goal.item, {
          loop: across ? Number.POSITIVE_INFINITY : home,
          task,
          at: element,
          result: goal.reduce !== undefined && !inMemory,
        });
        return true;
      } catch (e) {
        if (e !== misfit) throw e;
      }
    }
    return false;
  }
}

const isFull = (unit: Unit): boolean => unit.taskCount >= mostTasks || unit.length >= mostWords;

/** Whether a nest has the goal's rows, and something to gain from it: it reads what the nest makes, or runs over the same points. */
function joins(unit: Unit, goal: Goal, reads: readonly number[]): boolean {
  const { rowShape, loops } = unit;
  const more = rowShape.length - goal.row.length;
  const across = goal.kept > 0 && more > 0 && more <= goal.rest.length - goal.kept;
  if (goal.reduce && more !== 0 && !across) return false;
  const shape = [...goal.row, ...goal.rest];
  if (!rowShape.every((n, k) => n === shape[k])) return false;
  if (sizeOf(shape) <= fewPoints || reads.some((x) => unit.locals.has(x))) return true;
  const key = loopKey(axesOf("i", shape.slice(rowShape.length)).axes);
  return loops.some((l) => l.key === key);
}
