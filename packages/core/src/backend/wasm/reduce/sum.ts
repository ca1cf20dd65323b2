import type { FloatDType } from "../../../dtype.ts";
import { emitContext, type PushOperand } from "../instructions/context.ts";
import { emitOp } from "../instructions/instructions.ts";
import {
  type Accumulator,
  combineInto,
  horizontalReduce,
  type ReduceContext,
  scalarAccumulator,
  treeBufferBytes,
  vectorAccumulator,
  vectorsPerTree,
} from "./accumulator.ts";

/** The types of a sum. A float32 sum has a float64 accumulator; a product keeps its dtype. */
interface SumTypes {
  readonly term: FloatDType;
  readonly accumulator: FloatDType;
}

/** Elements of a vector of each dtype. */
const lanesOf = { float32: 4, float64: 2 } as const;

/** The part of the innermost loop that fills blocks of `size` elements. */
const filled = ({ inner }: ReduceContext, size: number): number =>
  inner ? inner.size - (inner.size % size) : 0;

/**
 * A sum or product of floats, in an order fixed by the length of the innermost loop alone: blocks of eight vectors as a tree
 * into a vector accumulator, leftover vectors one by one, the tail as scalars.
 */
export function sumAccumulator(context: ReduceContext, term: FloatDType): Accumulator {
  const types: SumTypes = { term, accumulator: context.reduce.op === "add" ? "float64" : term };
  const lanes = lanesOf[term];
  if (filled(context, lanes) === 0) return new ScalarSum(context, types);
  const comesInBlocks = context.unrolled || filled(context, vectorsPerTree * lanes) === 0;
  return context.lanes > 1 && comesInBlocks
    ? new TreeSum(context, types)
    : new BufferedTreeSum(context, types);
}

/** Adds elements one by one. */
class ScalarSum implements Accumulator {
  readonly #sum: number;

  constructor(
    protected readonly context: ReduceContext,
    protected readonly types: SumTypes,
  ) {
    this.#sum = scalarAccumulator(context, types.accumulator);
  }

  protected get isWidened(): boolean {
    return this.types.term !== this.types.accumulator;
  }

  scalar(push: PushOperand): void {
    const { f } = this.context;
    combineInto(this.context, this.#sum, this.types.accumulator, 1, () => {
      push();
      if (this.isWidened) f.op("f64.promote_f32");
    });
  }

  vectors(_pushes: readonly PushOperand[]): void {
    throw new Error("this sum is shorter than a vector");
  }

  /** Adds the lanes of a vector in order. */
  protected addLanes(vector: number): void {
    const { accumulator } = this.types;
    horizontalReduce(this.context, this.#sum, accumulator, vector, lanesOf[accumulator]);
  }

  finish(): number {
    if (!this.isWidened) return this.#sum;
    const { f } = this.context;
    const result = f.local("f32");
    f.get(this.#sum).op("f32.demote_f64").set(result);
    return result;
  }
}

/** Adds each tree of vectors to a vector accumulator; two of float64 lanes where a float32 sum is widened. */
class TreeSum extends ScalarSum {
  readonly #low: number;
  readonly #high: number | undefined;

  constructor(context: ReduceContext, types: SumTypes) {
    super(context, types);
    const vector = () => vectorAccumulator(context, types.accumulator, lanesOf[types.accumulator]);
    this.#low = vector();
    this.#high = this.isWidened ? vector() : undefined;
  }

  override vectors(pushes: readonly PushOperand[]): void {
    this.addTree(pushes);
  }

  protected addTree(terms: readonly PushOperand[]): void {
    const { f } = this.context;
    const { accumulator } = this.types;
    const push = this.#tree(terms);
    if (this.#high === undefined)
      return combineInto(this.context, this.#low, accumulator, lanesOf[accumulator], push);
    const x = f.local("v128");
    push();
    f.set(x).get(this.#low).get(x).op("f64x2.promote_low_f32x4").op("f64x2.add").set(this.#low);
    f.get(this.#high).get(x).get(x);
    f.op("i8x16.shuffle", 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
    f.op("f64x2.promote_low_f32x4").op("f64x2.add").set(this.#high);
  }

  /** The terms combined in pairs, the pairs in pairs, and so on. */
  #tree(terms: readonly PushOperand[]): PushOperand {
    if (terms.length === 1) return terms[0]!;
    const { f, scratch, reduce } = this.context;
    const { term } = this.types;
    const half = terms.length / 2;
    const context = emitContext(f, scratch, "vector", term, lanesOf[term]);
    return () =>
      emitOp(reduce.op, context, [this.#tree(terms.slice(0, half)), this.#tree(terms.slice(half))]);
  }

  override finish(): number {
    this.addLanes(this.#low);
    if (this.#high !== undefined) this.addLanes(this.#high);
    return super.finish();
  }
}

/**
 * Buffers terms in memory until they fill a tree: where they come as scalars, and where code for eight vectors at once would
 * be long.
 */
class BufferedTreeSum extends TreeSum {
  readonly #buffer: number;
  readonly #lanes: 2 | 4;
  readonly #bytes: 4 | 8;

  constructor(context: ReduceContext, types: SumTypes) {
    super(context, types);
    this.#lanes = lanesOf[types.term];
    this.#bytes = types.term === "float32" ? 4 : 8;
    this.#buffer = context.f.local("i32");
    context.pushTreeBuffer();
    context.f.set(this.#buffer);
  }

  override scalar(push: PushOperand): void {
    const { f, inner, lanes } = this.context;
    const inVectors = filled(this.context, this.#lanes);
    const add = () => super.scalar(push);
    const buffer = () => this.#bufferTerms(1, push);
    if (!inner || lanes > 1) add();
    else if (inVectors === inner.size) buffer();
    else f.get(inner.index).i32(inVectors).op("i32.lt_s").if(buffer, add);
  }

  override vectors(pushes: readonly PushOperand[]): void {
    for (const push of pushes) this.#bufferTerms(this.#lanes, push);
  }

  endInnerLoop(): void {
    const inTrees = filled(this.context, vectorsPerTree * this.#lanes);
    const leftover = (filled(this.context, this.#lanes) - inTrees) / this.#lanes;
    for (let k = 0; k < leftover; k++) this.addTree([this.#load(k)]);
  }

  #load(vector: number): PushOperand {
    return () => this.context.f.get(this.#buffer).op("v128.load", 2, 16 * vector);
  }

  /** Stores one scalar or one vector at its position in the tree, and adds the tree when that is the last. */
  #bufferTerms(count: number, push: PushOperand): void {
    const { f, inner } = this.context;
    const perTree = vectorsPerTree * this.#lanes;
    const log2 = Math.log2(this.#bytes);
    f.get(this.#buffer).get(inner!.index).i32(log2).op("i32.shl");
    f.i32(treeBufferBytes - 1)
      .op("i32.and")
      .op("i32.add");
    push();
    f.op(count > 1 ? "v128.store" : this.#bytes === 4 ? "f32.store" : "f64.store", log2, 0);
    if (filled(this.context, perTree) === 0) return;
    f.get(inner!.index)
      .i32(perTree - 1)
      .op("i32.and")
      .i32(perTree - count)
      .op("i32.eq");
    f.if(() => this.addTree(Array.from({ length: vectorsPerTree }, (_, k) => this.#load(k))));
  }
}
