import type { DType } from "../../../dtype.ts";
import type { Statement } from "../../../lower/ir/kernel.ts";
import type { FunctionBuilder } from "../assembler/assembler.ts";
import { emitContext, type PushOperand, type ScratchLocal } from "../instructions/context.ts";
import { emitOp } from "../instructions/instructions.ts";
import { extractLane, pushConstant, splatBytes, valTypes } from "../instructions/lanes.ts";

/** A reduction, and the loop that its code is part of. */
export interface ReduceContext {
  readonly f: FunctionBuilder;
  readonly reduce: NonNullable<Statement["reduce"]>;
  /** The dtype of the elements. */
  readonly type: DType;
  /** How many elements the loop computes at once; 1 in scalar code. */
  readonly lanes: 1 | 2 | 4;
  /** Whether the loop is unrolled by `vectorsPerTree`. */
  readonly unrolled: boolean;
  /** The innermost loop: its size, and the local of its index. */
  readonly inner: { readonly size: number; readonly index: number } | undefined;
  /** Pushes the address of `treeBufferBytes` bytes of memory. */
  readonly pushTreeBuffer: PushOperand;
  readonly scratch: ScratchLocal;
}

/** How many vectors a sum adds as a tree before it adds them to its accumulator. */
export const vectorsPerTree = 8;
export const treeBufferBytes = 16 * vectorsPerTree;

/** The code of a reduction while its loops run. */
export interface Accumulator {
  /** Combines one element. */
  scalar(push: PushOperand): void;
  /** Combines one vector of elements, or `vectorsPerTree` of them. */
  vectors(pushes: readonly PushOperand[]): void;
  /** Emits what follows the innermost loop. */
  endInnerLoop?(): void;
  /** Combines all partial results, in a fixed order, and returns the local of the result. */
  finish(): number;
}

/** A local that holds a vector constant at first. */
export function vectorLocal(f: FunctionBuilder, bytes: Uint8Array): number {
  const v = f.local("v128");
  f.v128(bytes).set(v);
  return v;
}

/** A vector whose lanes are the identity of the reduction. */
export const vectorAccumulator = ({ f, reduce }: ReduceContext, type: DType, lanes: 2 | 4): number =>
  vectorLocal(f, splatBytes(reduce.identity, type, lanes));

/** A scalar that is the identity of the reduction. */
export function scalarAccumulator({ f, reduce }: ReduceContext, type: DType): number {
  const local = f.local(valTypes[type]);
  pushConstant(f, reduce.identity, type);
  f.set(local);
  return local;
}

/** `local ← local ∘ operand`. */
export function combineInto(
  { f, reduce, scratch }: ReduceContext,
  local: number,
  type: DType,
  lanes: 1 | 2 | 4,
  push: PushOperand,
): void {
  const context = emitContext(f, scratch, lanes === 1 ? "scalar" : "vector", type, lanes === 1 ? 4 : lanes);
  emitOp(reduce.op, context, [() => f.get(local), push]);
  f.set(local);
}

/** Combines a scalar with the lanes of a vector, in order. */
export function horizontalReduce(
  context: ReduceContext,
  local: number,
  type: DType,
  vector: number,
  lanes: 2 | 4,
): void {
  for (let lane = 0; lane < lanes; lane++)
    combineInto(context, local, type, 1, () => {
      context.f.get(vector);
      extractLane(context.f, type, lanes, lane);
    });
}
