import type { CanonicalGraph, GraphNode } from "../../graph/canonicalize.ts";
import type { Host } from "../../graph/node.ts";
import type { Contraction, Indexing, Movement, Recurrence } from "../../graph/op.ts";
import { toExpr } from "../../scalar/expr.ts";
import { sizeOf, stridesOf } from "../../shape.ts";
import { isGemm } from "../analysis/gemm.ts";
import { axesOf, loopKey, valueOnly } from "../ir/axes.ts";
import { flatIndex, type Index } from "../ir/index-map.ts";
import type { Axis, Buffer, Loop, Statement } from "../ir/kernel.ts";
import type { Kernel, Program, StridedOperand } from "../ir/program.ts";
import type { Target } from "../target.ts";
import { Candidate } from "./candidate.ts";
import { gemmKernel } from "./gemm.ts";
import { type InlineContext, Inliner } from "./inline.ts";
import { type Iteration, innerKept, iterationOf } from "./iteration.ts";
import { concatAxis, isLargeConcat, type Materialization } from "./materialize.ts";
import { NestBuilder } from "./nest-builder.ts";

type KernelSlot = { readonly nest: NestBuilder } | { readonly kernel: Kernel };

/** Where a node's values accumulate. */
type Accumulation =
  /** In a register, if at all: the result is complete at the end of its loop. */
  | "register"
  /** In memory within each row, which a loop before initializes. */
  | "row"
  /** In memory across the rows, which the prologue initializes: the result is complete after the last row. */
  | "acrossRows";

function accumulationOf(iteration: Iteration, nest: NestBuilder): Accumulation {
  if (innerKept(iteration) === 0) return "register";
  return nest.outerShape.length > iteration.outer ? "acrossRows" : "row";
}

const sizesOf = ({ axes }: Iteration): number[] => axes.map(({ size }) => size);

/** The loops of an iteration inside a nest, and the coordinates of a point. */
function loopsWithin(nest: NestBuilder, iteration: Iteration): { axes: Axis[]; point: Index[] } {
  const { axes, coordinates } = axesOf("i", sizesOf(iteration).slice(nest.outerShape.length));
  return { axes, point: [...nest.coordinates, ...coordinates] };
}

/**
 * Whether a nest has the rows of an iteration, and something is gained by joining it: the iteration is small, reads what the
 * nest computes, or runs over the points of one of its loops.
 */
function canFuse(
  nest: NestBuilder,
  iteration: Iteration,
  reads: readonly number[],
  { maxSmallLoop }: Target,
): boolean {
  const sizes = sizesOf(iteration);
  const kept = innerKept(iteration);
  const moreOuter = nest.outerShape.length - iteration.outer;
  const inner = sizes.length - iteration.outer;
  const accumulatesAcross = kept > 0 && moreOuter > 0 && moreOuter <= inner - kept;
  if (iteration.reduce && moreOuter !== 0 && !accumulatesAcross) return false;
  if (!nest.outerShape.every((n, k) => n === sizes[k])) return false;
  if (sizeOf(sizes) <= maxSmallLoop || reads.some((x) => nest.computed.has(x))) return true;
  const key = loopKey(loopsWithin(nest, iteration).axes);
  return nest.loops.some((loop) => loop.key === key);
}

/** Greedy fusion: each materialized node joins the first nest that can compute it, or starts a new one. */
class Fuser implements InlineContext {
  readonly items: readonly GraphNode[];
  readonly materialized: readonly boolean[];
  readonly ops: readonly number[];
  readonly maxRecomputedRowOps: number;
  readonly #slots: KernelSlot[] = [];
  readonly #allBuffers: Buffer[] = [];
  readonly #buffers = new Map<number, Buffer>();
  /** The slots of nests that are not full. */
  #open: number[] = [];
  /** The slot after which a node is in memory; −1 for inputs. */
  readonly #readyAfter = new Map<number, number>();

  constructor(
    readonly graph: CanonicalGraph,
    readonly choice: Materialization,
    readonly target: Target,
  ) {
    this.items = graph.items;
    this.materialized = choice.materialized;
    this.ops = choice.ops;
    this.maxRecomputedRowOps = target.maxRecomputedRowOps;
  }

  buffer(node: number): Buffer {
    const buffer = this.#buffers.get(node) ?? this.rowBuffer(node);
    this.#buffers.set(node, buffer);
    return buffer;
  }

  rowBuffer(node: number): Buffer {
    const { dtype, shape } = this.items[node]!;
    const buffer = { id: this.#allBuffers.length, item: node, dtype, size: sizeOf(shape) };
    this.#allBuffers.push(buffer);
    return buffer;
  }

  run(): Program {
    this.items.forEach((item, i) => {
      if (item.input >= 0) this.#readyAfter.set(i, -1);
      else if (this.materialized[i]) this.#emit(i, item);
    });
    const kernels = this.#slots.flatMap((slot) => ("kernel" in slot ? [slot.kernel] : slot.nest.nests()));
    const inputs: Buffer[] = [];
    this.items.forEach(({ input }, i) => {
      if (input >= 0) inputs[input] = this.buffer(i);
    });
    const outputs = this.graph.roots.map((r) => this.buffer(r));
    const plan = { offsets: new Map<Buffer, number>(), bytes: 0 };
    return { items: this.items, kernels, buffers: this.#allBuffers, inputs, outputs, plan };
  }

  #emit(node: number, item: GraphNode): void {
    const kernel = this.#kernelOf(node, item);
    if (kernel) this.#readyAfter.set(node, this.#slots.push({ kernel }) - 1);
    else this.#fuse(iterationOf(this.items, node, this.target.numerics));
  }

  /** The kernel of a node that is not computed by a nest. */
  #kernelOf(node: number, item: GraphNode): Kernel | null {
    const { op } = item;
    switch (op.family) {
      case "contraction":
        return isGemm(item, this.items, this.target.numerics) ? this.#gemm(node, op) : null;
      case "recurrence":
        return this.#scan(node, item, op);
      case "indexing":
        return op.mode === "gather" ? null : this.#scatter(node, item, op);
      case "movement":
        return isLargeConcat(item, this.target) ? this.#concat(node, item, op) : null;
      case "host":
        return this.#host(node, item, op);
      default:
        return null;
    }
  }

  #gemm(node: number, op: Contraction): Kernel {
    return gemmKernel(this.items, node, op, this.choice.views, (input) => this.buffer(input));
  }

  #scan(node: number, { inputs, shape }: GraphNode, { reverse, skip, dim }: Recurrence): Kernel {
    const [a, b] = inputs.map((x) => this.#operand(x)) as [StridedOperand, StridedOperand];
    return { kind: "scan", reverse, skip, out: this.buffer(node), a, b, shape, dim };
  }

  #scatter(node: number, { inputs, shape }: GraphNode, { mode, dim }: Indexing): Kernel {
    const operands = inputs.map((input) => this.#operand(input));
    const [x, index, src] = operands as [StridedOperand, StridedOperand, StridedOperand];
    const indexShape = this.items[inputs[1]!]!.shape;
    return { kind: "scatter", mode, out: this.buffer(node), x, index, src, indexShape, shape, dim };
  }

  #concat(node: number, { inputs, shape }: GraphNode, op: Movement): Kernel {
    const dim = concatAxis(op)!;
    const parts = this.choice.concatSources.get(node)!.map(({ source, offset, row }, k) => {
      const length = this.items[inputs[k]!]!.shape[dim]!;
      return { buffer: this.buffer(source), offset, row, length };
    });
    return { kind: "concat", out: this.buffer(node), parts, shape, dim };
  }

  #host(node: number, { inputs, shape }: GraphNode, op: Host): Kernel {
    const operands = inputs.map((x) => ({ buffer: this.buffer(x), shape: this.items[x]!.shape }));
    return { kind: "host", op, out: this.buffer(node), shape, operands };
  }

  #operand(node: number): StridedOperand {
    const { source, offset, strides } = this.choice.views.get(node)!;
    return { buffer: this.buffer(source), offset, strides };
  }

  /** The materialized nodes that the expression of a node reads. */
  #readsOf(node: number): number[] {
    const stack = [...this.items[node]!.inputs];
    const seen = new Set<number>();
    for (let x = stack.pop(); x !== undefined; x = stack.pop()) {
      if (seen.has(x)) continue;
      seen.add(x);
      if (!this.materialized[x]) stack.push(...this.items[x]!.inputs);
    }
    return [...seen].filter((x) => this.materialized[x]);
  }

  /** Adds an iteration to the first open nest that runs late enough and can compute it, or to a new one. */
  #fuse(iteration: Iteration): void {
    const { node, outer } = iteration;
    const reads = this.#readsOf(node);
    const earliest = Math.max(0, ...reads.map((x) => this.#readyAfter.get(x)!));
    for (const s of this.#open) {
      if (s < earliest) continue;
      const { nest } = this.#slots[s] as { readonly nest: NestBuilder };
      if (!canFuse(nest, iteration, reads, this.target) || !this.#tryFuse(iteration, nest, reads)) continue;
      this.#readyAfter.set(node, s);
      if (nest.isFull(this.target)) this.#open = this.#open.filter((open) => open !== s);
      return;
    }
    const nest = new NestBuilder(sizesOf(iteration).slice(0, outer));
    if (!this.#tryFuse(iteration, nest, reads))
      throw new Error(`node ${node} does not fit a nest of its own`);
    const slot = this.#slots.push({ nest }) - 1;
    this.#readyAfter.set(node, slot);
    if (!nest.isFull(this.target)) this.#open.push(slot);
  }

  /** Adds an iteration to the first loop of the nest that can compute it; whether there is one. */
  #tryFuse(iteration: Iteration, nest: NestBuilder, reads: readonly number[]): boolean {
    const accumulation = accumulationOf(iteration, nest);
    const { axes, point } = loopsWithin(nest, iteration);
    const key = loopKey(axes);
    const count = nest.loops.length;
    const type = this.items[iteration.node]!.dtype;
    const store = { buffer: this.buffer(iteration.node), index: this.#storeIndex(iteration, point) };
    const afterReads = Math.max(0, ...reads.map((x) => nest.computed.get(x)?.loop ?? 0));
    for (let l = accumulation === "row" ? count : afterReads; l <= count; l++) {
      if (l < count && nest.loops[l]!.key !== key) continue;
      /** A row's accumulators are initialized by a loop of their own, which comes first. */
      const loop = accumulation === "row" ? l + 1 : l;
      const candidate = new Candidate(nest, loop, key);
      const value = iteration.value(new Inliner(this, candidate), point);
      if (!value) continue;
      candidate.commit();
      if (accumulation !== "register") this.#initialize(iteration, nest, accumulation, axes, { type, store });
      if (iteration.needsZeroFill) nest.prologue.push(this.#zeroFill(iteration.node));
      const { statements } = nest.loopAt(loop, axes);
      for (const { holds, node } of candidate.checks)
        nest.add({ statements }, { ...valueOnly, value: holds, type: "bool", check: node });
      const { reduce } = iteration;
      const accumulateInMemory = accumulation !== "register";
      const statement: Statement = { value, type, store, reduce, accumulateInMemory, check: undefined };
      nest.add({ statements }, statement);
      nest.computed.set(iteration.node, {
        loop: accumulation === "acrossRows" ? Number.POSITIVE_INFINITY : loop,
        statement,
        at: iteration.element(point).map((x) => x.key),
        isRegister: reduce !== undefined && !accumulateInMemory,
      });
      return true;
    }
    return false;
  }

  #storeIndex({ node, element }: Iteration, point: readonly Index[]): Index {
    return flatIndex(element(point), stridesOf(this.items[node]!.shape));
  }

  /** Stores the identity of a reduction where its results accumulate: in each row, or before the first. */
  #initialize(
    iteration: Iteration,
    nest: NestBuilder,
    accumulation: "row" | "acrossRows",
    axes: readonly Axis[],
    { type, store }: Pick<Statement, "type" | "store">,
  ): void {
    const statement = { ...valueOnly, value: toExpr(iteration.reduce!.identity), type, store };
    const kept = axes.slice(-innerKept(iteration));
    if (accumulation === "row") {
      nest.loopAt(nest.loops.length, kept).statements.push(statement);
      return;
    }
    const rows = axesOf("r", sizesOf(iteration).slice(0, iteration.outer));
    nest.prologue.push({ axes: [...rows.axes, ...kept], statements: [statement] });
    nest.accumulateAcross(iteration.outer);
  }

  /** A loop that fills the buffer of a node with zeros. */
  #zeroFill(node: number): Loop {
    const { shape, dtype } = this.items[node]!;
    const { axes, coordinates } = axesOf("z", shape);
    const store = { buffer: this.buffer(node), index: flatIndex(coordinates, stridesOf(shape)) };
    return { axes, statements: [{ ...valueOnly, value: toExpr(0), type: dtype, store }] };
  }
}

/** Turns a graph into kernels: those of single nodes, and nests that compute several. */
export const fuse = (graph: CanonicalGraph, choice: Materialization, target: Target): Program =>
  new Fuser(graph, choice, target).run();
