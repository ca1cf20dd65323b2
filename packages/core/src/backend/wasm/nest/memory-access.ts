import type { DType } from "../../../dtype.ts";
import type { Index } from "../../../lower/ir/index-map.ts";
import type { Axis, Buffer } from "../../../lower/ir/kernel.ts";
import { bytesOf } from "../../../lower/ir/program.ts";
import { addScaled } from "../assembler/address.ts";
import type { FunctionBuilder } from "../assembler/assembler.ts";
import type { PushOperand } from "../instructions/context.ts";
import { extractLane, zeroBytes } from "../instructions/lanes.ts";
import { elementOps } from "../instructions/memory.ts";
import { laneOffsets, pushIndex, splitStride } from "./address.ts";
import type { NestContext } from "./context.ts";

/** An element of a buffer. */
export interface Access {
  readonly buffer: Buffer;
  readonly index: Index;
}

/** The offset of an unrolled iteration from the loop variables: along the innermost axis, and along the one around it. */
export interface PointOffset {
  readonly inner: number;
  readonly outer: number;
}

/** Loads and stores in the innermost of the loops over `axes`, through pointers where addresses advance by a constant. */
export class MemoryAccess {
  readonly #pointers = new Map<Access, { readonly local: number; readonly stride: number }>();

  constructor(
    readonly f: FunctionBuilder,
    readonly context: NestContext,
    readonly axes: readonly Axis[],
    readonly lanes: 1 | 2 | 4,
  ) {}

  get inner(): Axis {
    return this.axes.at(-1)!;
  }

  /** Emits, before the innermost loop, the addresses that are invariant in it. */
  hoistAddresses(accesses: readonly Access[]): void {
    for (const access of accesses) {
      const split = splitStride(access.index, this.inner.name, this.inner.size);
      if (!split) continue;
      const local = this.#pointers.get(access)?.local ?? this.f.local("i32");
      this.#pushAddress({ buffer: access.buffer, index: split.rest });
      this.f.set(local);
      this.#pointers.set(access, { local, stride: split.stride });
    }
  }

  /** Pushes an address, computed from the loop variables. */
  #pushAddress({ buffer, index }: Access): void {
    const { f, context } = this;
    f.get(context.base(buffer));
    pushIndex(f, index, context.variable);
    f.i32(bytesOf[buffer.dtype]).op("i32.mul").op("i32.add");
  }

  /** Pushes an address; returns the constant offset of the access from it. */
  push(access: Access, offset: PointOffset): number {
    const { f, context, inner, axes } = this;
    const pointer = this.#pointers.get(access);
    if (!pointer) {
      this.#pushAddress(access);
      return 0;
    }
    const bytes = bytesOf[access.buffer.dtype];
    f.get(pointer.local);
    if (pointer.stride !== 0) addScaled(f, () => f.get(context.variable(inner.name)), pointer.stride * bytes);
    const outer = axes.at(-2);
    const outerStride =
      offset.outer && outer ? (splitStride(access.index, outer.name, outer.size)?.stride ?? 0) : 0;
    return bytes * (offset.inner * pointer.stride + offset.outer * outerStride);
  }

  /** Loads the element at the address on the stack plus an offset. */
  loadAt(dtype: DType, offset: number): void {
    const { load, log2 } = elementOps[dtype];
    this.f.op(load, log2, offset);
  }

  load(access: Access, offset: PointOffset): void {
    this.loadAt(access.buffer.dtype, this.push(access, offset));
  }

  /** Loads a vector of consecutive elements; booleans become masks. */
  loadVector(access: Access, point: PointOffset): void {
    const { f, lanes } = this;
    const { dtype } = access.buffer;
    const offset = this.push(access, point);
    if (dtype !== "bool") {
      f.op("v128.load", elementOps[dtype].log2, offset);
      return;
    }
    if (lanes === 4) f.op("v128.load32_zero", 0, offset);
    else f.op("i32.load16_u", 0, offset).op("i32x4.splat");
    f.op("i16x8.extend_low_i8x16_u").op("i32x4.extend_low_i16x8_u");
    if (lanes === 2) f.op("i64x2.extend_low_i32x4_u");
    f.v128(zeroBytes).op(lanes === 4 ? "i32x4.ne" : "i64x2.ne");
  }

  /** The offset of each lane of a vector from the first; undefined where it varies. */
  laneOffsets(index: Index): readonly number[] | undefined {
    return laneOffsets(index, this.inner.name, this.lanes);
  }

  /** Loads a vector of elements at constant offsets: by two vector loads and a shuffle where they reach. */
  loadLanes(access: Access, point: PointOffset, offsets: readonly number[]): void {
    const { f, context, lanes } = this;
    const { dtype } = access.buffer;
    const bytes = bytesOf[dtype];
    const { log2 } = elementOps[dtype];
    const lowest = Math.min(...offsets);
    const address = context.scratch("i32", 9);
    const offset = this.push(access, point);
    f.i32(offset + lowest * bytes)
      .op("i32.add")
      .set(address);
    const fromLowest = offsets.map((n) => n - lowest);
    if (fromLowest.every((n) => n < 2 * lanes)) {
      const second = fromLowest.some((n) => n >= lanes) ? 16 : 0;
      const bytesOfLane = (n: number) => Array.from({ length: bytes }, (_, b) => n * bytes + b);
      f.get(address).op("v128.load", log2, 0).get(address).op("v128.load", log2, second);
      f.op("i8x16.shuffle", ...fromLowest.flatMap(bytesOfLane));
      return;
    }
    const vector = context.scratch("v128", 9);
    const [loadZero, loadLane] =
      bytes === 8
        ? (["v128.load64_zero", "v128.load64_lane"] as const)
        : (["v128.load32_zero", "v128.load32_lane"] as const);
    for (const [lane, n] of fromLowest.entries()) {
      f.get(address);
      if (lane === 0) f.op(loadZero, log2, n * bytes);
      else f.get(vector).op(loadLane, log2, n * bytes, lane);
      f.set(vector);
    }
    f.get(vector);
  }

  store(access: Access, point: PointOffset, push: PushOperand): void {
    const { store, log2 } = elementOps[access.buffer.dtype];
    const offset = this.push(access, point);
    push();
    this.f.op(store, log2, offset);
  }

  /** Stores an element outside the innermost loop. */
  storeOutside(access: Access, push: PushOperand): void {
    const { store, log2 } = elementOps[access.buffer.dtype];
    this.#pushAddress(access);
    push();
    this.f.op(store, log2, 0);
  }

  /** Stores a vector; elements that are not consecutive, and booleans, lane by lane. */
  storeVector(access: Access, point: PointOffset, push: PushOperand): void {
    const { f, context } = this;
    const { dtype } = access.buffer;
    if (this.#pointers.get(access)?.stride === 1 && dtype !== "bool") {
      const offset = this.push(access, point);
      push();
      f.op("v128.store", elementOps[dtype].log2, offset);
      return;
    }
    const vector = context.scratch("v128", 6);
    push();
    f.set(vector);
    this.eachLane((lane, lanes) =>
      this.store(access, point, () => {
        f.get(vector);
        extractLane(f, dtype, lanes, lane);
      }),
    );
  }

  /** Emits code for each lane, with the loop variable at that lane. */
  eachLane(body: (lane: number, lanes: 2 | 4) => void): void {
    const { f, lanes } = this;
    if (lanes === 1) throw new Error("a scalar loop has no lanes");
    const i = this.context.variable(this.inner.name);
    for (let lane = 0; lane < lanes; lane++) {
      body(lane, lanes);
      f.get(i).i32(1).op("i32.add").set(i);
    }
    f.get(i).i32(lanes).op("i32.sub").set(i);
  }
}
