import type { Predicate } from "../../../lower/ir/index-map.ts";
import type { Arg } from "../../../lower/ir/kernel.ts";
import { bytesOf } from "../../../lower/ir/program.ts";
import { recordFault } from "../abi/table.ts";
import { addScaled } from "../assembler/address.ts";
import type { FunctionBuilder, ValType } from "../assembler/assembler.ts";
import type { PushOperand } from "../instructions/context.ts";
import { pushConstant, replaceLane, valTypes, zeroBytes } from "../instructions/lanes.ts";
import { predicateUses, pushIndex, pushPredicate } from "./address.ts";
import type { NestContext } from "./context.ts";
import type { MemoryAccess, PointOffset } from "./memory-access.ts";

/** Pushes the arguments of expressions. */
export class ArgumentEmitter {
  constructor(
    readonly f: FunctionBuilder,
    readonly context: NestContext,
    readonly memory: MemoryAccess,
  ) {}

  /** Pushes one element; `pushGatherIndex` pushes the index of a gather. */
  scalar(x: Arg, point: PointOffset, pushGatherIndex: PushOperand): void {
    const { f, context } = this;
    if (x.kind === "index") return pushIndex(f, x.index, context.variable);
    if (x.kind === "guard") return pushPredicate(f, x.guard, context.variable);
    if (x.kind === "result") {
      f.get(context.result(x.statement));
      return;
    }
    const load = () =>
      x.kind === "gather" ? this.#gather(x, point, pushGatherIndex) : this.memory.load(x, point);
    this.#guarded(x.guard, load, () => pushConstant(f, 0, x.type), valTypes[x.type]);
  }

  /** Pushes a vector of elements along the innermost axis; `pushGatherIndex` pushes the index of a gather in a lane. */
  vector(x: Arg, point: PointOffset, pushGatherIndex: (lane: number) => void): void {
    const { f, context, memory } = this;
    const offsets = x.kind === "load" || x.kind === "index" ? memory.laneOffsets(x.index) : undefined;
    if (x.kind === "load" && offsets && !predicateUses(x.guard, memory.inner.name)) {
      const areConsecutive = offsets.every((n, lane) => n === lane);
      const zero = () => f.v128(zeroBytes);
      if (areConsecutive) return this.#guarded(x.guard, () => memory.loadVector(x, point), zero, "v128");
      if (x.type !== "bool")
        return this.#guarded(x.guard, () => memory.loadLanes(x, point, offsets), zero, "v128");
    }
    if (x.kind === "index" && offsets) {
      const ramp = Int32Array.from({ length: 4 }, (_, lane) => offsets[lane] ?? 0);
      pushIndex(f, x.index, context.variable);
      f.op("i32x4.splat").v128(new Uint8Array(ramp.buffer)).op("i32x4.add");
      return;
    }
    const vector = context.scratch("v128", 4);
    f.v128(zeroBytes).set(vector);
    memory.eachLane((lane, lanes) => {
      f.get(vector);
      const push = () => this.scalar(x, point, () => pushGatherIndex(lane));
      replaceLane(f, push, x.type, lanes, lane);
      f.set(vector);
    });
    f.get(vector);
  }

  #guarded(predicate: Predicate, then: PushOperand, otherwise: PushOperand, result: ValType): void {
    if (predicate?.length === 0) return then();
    pushPredicate(this.f, predicate, this.context.variable);
    this.f.if(then, otherwise, result);
  }

  /** Loads an element at a computed index; one out of range records a fault and reads 0. */
  #gather(x: Arg & { kind: "gather" }, point: PointOffset, pushGatherIndex: PushOperand): void {
    const { f, context, memory } = this;
    const index = context.scratch("i32", 3);
    pushGatherIndex();
    f.set(index).get(index).i32(x.size).op("i32.lt_u");
    f.if(
      () => {
        const offset = memory.push(x, point);
        addScaled(f, () => f.get(index), x.stride * bytesOf[x.type]);
        memory.loadAt(x.type, offset);
      },
      () => {
        recordFault(f, x.item);
        pushConstant(f, 0, x.type);
      },
      valTypes[x.type],
    );
  }
}
