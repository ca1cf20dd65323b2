import type { DType } from "../../../dtype.ts";
import type { Statement } from "../../../lower/ir/kernel.ts";
import type { FunctionBuilder } from "../assembler/assembler.ts";
import { emitContext, type PushOperand, type ScratchLocal } from "../instructions/context.ts";
import { emitOp } from "../instructions/instructions.ts";
import { extractLane, pushConstant, splatBytes, valTypes } from "../instructions/lanes.ts";

/** A reduction, and where its code stands. */
export interface ReduceContext {
  readonly f: FunctionBuilder;
  readonly reduce: NonNullable<Statement["reduce"]>;
  /** The dtype of its elements. */
  readonly type: DType;
  /** How many elements come at once: 1 where they come one by one. */
  readonly lanes: 1 | 2 | 4;
  /** Whether vectors come `vectorsAtOnce` at a time, as long as there are so many. */
  readonly copied: boolean;
  /** The innermost loop: its size, and the local that counts it. */
  readonly inner: { readonly size: number; readonly place: number } | undefined;
  /** Puts the address of `termBytes` bytes of memory on the stack. */
  readonly memory: PushOperand;
  readonly scratch: ScratchLocal;
}

/** How many vectors of terms are added as a tree before they meet the sum. */
export const vectorsPerTree = 8;
export const treeBufferBytes = 16 * vectorsPerTree;

/** What a reduction has come to while its loops run. */
export interface Accumulator {
  /** Combines one element. */
  one(push: PushOperand): void;
  /** Combines a vector of elements, or `vectorsAtOnce` of them. */
  vectors(pushes: readonly PushOperand[]): void;
  /** What is to be done when the innermost loop has ended. */
  endLine?(): void;
  /** Joins what is apart, in a fixed order; gives the local of the result. */
  finish(): number;
}

/** A local with a vector in it. */
export function vectorOf(f: FunctionBuilder, bytes: Uint8Array): number {
  const v = f.local("v128");
  f.v128(bytes).set(v);
  return v;
}

/** A vector whose lanes have seen nothing yet. */
export const vectorAccumulator = ({ f, reduce }: ReduceContext, type: DType, lanes: 2 | 4): number =>
  vectorOf(f, splatBytes(reduce.identity, type, lanes));

/** Combines what is in a local with what comes. */
export function combineInto(
  { f, reduce, scratch }: ReduceContext,
  local: number,
  type: DType,
  lanes: 1 | 2 | 4,
  push: PushOperand,
) {
  const site = emitContext(f, scratch, lanes === 1 ? "scalar" : "vector", type, lanes === 1 ? 4 : lanes);
  emitOp(reduce.op, site, [() => f.get(local), push]);
  f.set(local);
}

/** A number that has seen nothing yet. */
export function scalarAccumulator({ f, reduce }: ReduceContext, type: DType): number {
  const local = f.local(valTypes[type]);
  pushConstant(f, reduce.identity, type);
  f.set(local);
  return local;
}

/** Combines a number with the lanes of a vector, one after the other. */
export function horizontalReduce(
  at: ReduceContext,
  local: number,
  type: DType,
  vector: number,
  lanes: 2 | 4,
): void {
  for (let l = 0; l < lanes; l++)
    combineInto(at, local, type, 1, () => {
      at.f.get(vector);
      extractLane(at.f, type, lanes, l);
    });
}
