import type { DType } from "../../../dtype.ts";
import type { Index } from "../../../lower/ir/index-map.ts";
import type { Axis, Buffer } from "../../../lower/ir/kernel.ts";
import { bytesOf } from "../../../lower/ir/program.ts";
import type { FunctionBuilder, OpName } from "../assembler/assembler.ts";
import { type PushOperand, prefixes } from "../instructions/context.ts";
import { extractLane } from "../instructions/lanes.ts";
import { laneOffsets, pushIndex, splitStride } from "./address.ts";
import type { NestContext } from "./context.ts";

/** Where an element lies. */
export interface Access {
  readonly buffer: Buffer;
  readonly index: Index;
}

/** How far a point lies ahead of the loop variables: along the innermost axis, and along the one around it. */
export interface PointOffset {
  readonly along: number;
  readonly down: number;
}

/** The elements that lie in memory, in the innermost of the loops over `axes`: pointers to them where they advance evenly. */
export class MemoryAccess {
  readonly #pointers = new Map<Access, { readonly local: number; readonly step: number }>();

  constructor(
    readonly f: FunctionBuilder,
    readonly around: NestContext,
    readonly axes: readonly Axis[],
    readonly lanes: 1 | 2 | 4,
  ) {}

  get inner(): Axis {
    return this.axes.at(-1) as Axis;
  }

  /** Works out, before the innermost loop starts, where its first elements lie. */
  prepare(places: readonly Access[]): void {
    for (const place of places) {
      const split = splitStride(place.index, this.inner.name, this.inner.size);
      if (!split) continue;
      const local = this.#pointers.get(place)?.local ?? this.f.local("i32");
      this.pushAddress({ buffer: place.buffer, index: split.rest });
      this.f.set(local);
      this.#pointers.set(place, { local, step: split.step });
    }
  }

  /** How many elements a place advances with the innermost variable; undefined where that varies. */
  stepOf(place: Access): number | undefined {
    return this.#pointers.get(place)?.step;
  }

  /** Puts an address on the stack, from the loop variables alone. */
  pushAddress({ buffer, index }: Access): void {
    const { f, around } = this;
    f.get(around.base(buffer));
    pushIndex(f, index, around.variable);
    f.i32(bytesOf[buffer.dtype]).op("i32.mul").op("i32.add");
  }

  /** Puts an address on the stack; gives the bytes that are to be added to it. */
  push(place: Access, lead: PointOffset): number {
    const { f, around, inner, axes } = this;
    const pointer = this.#pointers.get(place);
    if (!pointer) {
      this.pushAddress(place);
      return 0;
    }
    const bytes = bytesOf[place.buffer.dtype];
    f.get(pointer.local);
    if (pointer.step !== 0)
      f.get(around.variable(inner.name))
        .i32(pointer.step * bytes)
        .op("i32.mul")
        .op("i32.add");
    const outer = axes.at(-2);
    const down = lead.down && outer ? (splitStride(place.index, outer.name, outer.size)?.step ?? 0) : 0;
    return bytes * (lead.along * pointer.step + lead.down * down);
  }

  /** Loads the element whose address is on the stack, but for some bytes. */
  loadAt(dtype: DType, offset: number): void {
    const op = `${prefixes.scalar[dtype]}.load${dtype === "bool" ? "8_u" : ""}` as OpName;
    this.f.op(op, Math.log2(bytesOf[dtype]), offset);
  }

  load(place: Access, lead: PointOffset): void {
    this.loadAt(place.buffer.dtype, this.push(place, lead));
  }

  /** A vector of elements that lie side by side; truth values become masks. */
  loadVector(place: Access, lead: PointOffset): void {
    const { f, lanes } = this;
    const { dtype } = place.buffer;
    const offset = this.push(place, lead);
    if (dtype !== "bool") {
      f.op("v128.load", Math.log2(bytesOf[dtype]), offset);
      return;
    }
    if (lanes === 4) f.op("v128.load32_zero", 0, offset);
    else f.op("i32.load16_u", 0, offset).op("i32x4.splat");
    f.op("i16x8.extend_low_i8x16_u").op("i32x4.extend_low_i16x8_u");
    if (lanes === 2) f.op("i64x2.extend_low_i32x4_u");
    f.v128(new Uint8Array(16)).op(lanes === 4 ? "i32x4.ne" : "i64x2.ne");
  }

  /** How far the elements of a vector are ahead of its first; undefined where that varies. */
  aheadOf(index: Index): readonly number[] | undefined {
    return laneOffsets(index, this.inner.name, this.lanes);
  }

  /** A vector of numbers that are so far `ahead` of its first: two whole vectors, shuffled, where that is enough. */
  loadLanes(place: Access, lead: PointOffset, ahead: readonly number[]): void {
    const { f, around, lanes } = this;
    const { dtype } = place.buffer;
    const [bytes, least] = [bytesOf[dtype], Math.min(...ahead)];
    const [log2, at] = [Math.log2(bytes), around.scratch("i32", 9)];
    const offset = this.push(place, lead);
    f.i32(offset + least * bytes)
      .op("i32.add")
      .set(at);
    const from = ahead.map((n) => n - least);
    if (from.every((n) => n < 2 * lanes)) {
      const second = from.some((n) => n >= lanes) ? 16 : 0;
      f.get(at).op("v128.load", log2, 0).get(at).op("v128.load", log2, second);
      f.op("i8x16.shuffle", ...from.flatMap((n) => Array.from({ length: bytes }, (_, b) => n * bytes + b)));
      return;
    }
    const filled = around.scratch("v128", 9);
    for (const [l, n] of from.entries()) {
      const [whole, lane] = [`v128.load${8 * bytes}_zero`, `v128.load${8 * bytes}_lane`];
      f.get(at);
      if (l === 0) f.op(whole as OpName, log2, n * bytes);
      else f.get(filled).op(lane as OpName, log2, n * bytes, l);
      f.set(filled);
    }
    f.get(filled);
  }

  /** Stores an element; without a lead when the innermost loop is over. */
  store(place: Access, lead: PointOffset | undefined, push: PushOperand): void {
    const { dtype } = place.buffer;
    let offset = 0;
    if (lead) offset = this.push(place, lead);
    else this.pushAddress(place);
    push();
    const op = `${prefixes.scalar[dtype]}.store${dtype === "bool" ? "8" : ""}` as OpName;
    this.f.op(op, Math.log2(bytesOf[dtype]), offset);
  }

  /** Elements that do not lie side by side are stored one after the other, the loop variable counting along. */
  storeVector(place: Access, lead: PointOffset, push: PushOperand): void {
    const { f, around } = this;
    const { dtype } = place.buffer;
    if (this.stepOf(place) === 1 && dtype !== "bool") {
      const offset = this.push(place, lead);
      push();
      f.op("v128.store", Math.log2(bytesOf[dtype]), offset);
      return;
    }
    const kept = around.scratch("v128", 6);
    push();
    f.set(kept);
    this.eachLane((lane) =>
      this.store(place, lead, () => {
        f.get(kept);
        extractLane(f, dtype, this.lanes as 2 | 4, lane);
      }),
    );
  }

  /** Writes code for one lane after the other, the loop variable counting along. */
  eachLane(body: (lane: number) => void): void {
    const { f, lanes } = this;
    const i = this.around.variable(this.inner.name);
    for (let l = 0; l < lanes; l++) {
      body(l);
      f.get(i).i32(1).op("i32.add").set(i);
    }
    f.get(i).i32(lanes).op("i32.sub").set(i);
  }
}
