import type { DType } from "../../dtype.ts";
import type { GraphNode } from "../../graph/canonicalize.ts";
import type { Host } from "../../graph/node.ts";
import type { Indexing, Recurrence, Skip } from "../../graph/op.ts";
import type { Shape } from "../../shape.ts";
import type { Buffer, Nest } from "./kernel.ts";

/** A buffer from `offset` on. */
export interface BufferView {
  readonly buffer: Buffer;
  readonly offset: number;
}

/** A tensor read with a stride along each of its axes. */
export interface StridedOperand extends BufferView {
  readonly strides: readonly number[];
}

/** An axis of a matrix product, with the strides of a, b and the result c along it. */
export interface GemmAxis {
  readonly size: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** c = Σ a·b over the `ks`, for every point of the batch axes, the `ms` (which b lacks) and the `ns` (which a lacks). */
export interface GemmKernel {
  readonly kind: "gemm";
  readonly out: Buffer;
  readonly a: BufferView;
  readonly b: BufferView;
  readonly batch: readonly GemmAxis[];
  readonly ms: readonly GemmAxis[];
  readonly ns: readonly GemmAxis[];
  readonly ks: readonly GemmAxis[];
  readonly skip: Skip;
}

/** out = a copy of x, in which elements of src are added to or replace those at the index. */
export interface ScatterKernel {
  readonly kind: "scatter";
  readonly mode: Indexing["mode"];
  readonly out: Buffer;
  readonly x: StridedOperand;
  readonly index: StridedOperand;
  readonly src: StridedOperand;
  readonly indexShape: readonly number[];
  readonly shape: readonly number[];
  readonly dim: number;
}

/** yᵢ = aᵢ·yᵢ₋₁ + bᵢ along one axis. */
export interface ScanKernel {
  readonly kind: "scan";
  readonly reverse: Recurrence["reverse"];
  readonly skip: Recurrence["skip"];
  readonly out: Buffer;
  readonly a: StridedOperand;
  readonly b: StridedOperand;
  readonly shape: readonly number[];
  readonly dim: number;
}

/** An operand of a concatenation: contiguous rows of `length` along its axis, `row` elements apart. */
export interface ConcatPart extends BufferView {
  readonly length: number;
  readonly row: number;
}

/** out = the parts, concatenated along one axis. */
export interface ConcatKernel {
  readonly kind: "concat";
  readonly out: Buffer;
  readonly parts: readonly ConcatPart[];
  readonly shape: readonly number[];
  readonly dim: number;
}

/** out = what the function of a host op computes from whole operands. */
export interface HostKernel {
  readonly kind: "host";
  readonly op: Host;
  readonly out: Buffer;
  readonly shape: Shape;
  readonly operands: readonly { readonly buffer: Buffer; readonly shape: Shape }[];
}

export type Kernel = Nest | GemmKernel | ScatterKernel | ScanKernel | ConcatKernel | HostKernel;

/** Where scratch buffers are: offsets into one block of `bytes`. */
export interface MemoryPlan {
  readonly offsets: ReadonlyMap<Buffer, number>;
  readonly bytes: number;
}

/** A graph as kernels over buffers, run in order. */
export interface Program {
  /** The nodes of the graph that it computes. */
  readonly items: readonly GraphNode[];
  readonly kernels: readonly Kernel[];
  /** All buffers, each at its id. */
  readonly buffers: readonly Buffer[];
  readonly inputs: readonly Buffer[];
  readonly outputs: readonly Buffer[];
  /** Empty until the last pass, `planMemory`. */
  readonly plan: MemoryPlan;
}

export const bytesOf: Record<DType, number> = { bool: 1, int32: 4, float32: 4, float64: 8 };
