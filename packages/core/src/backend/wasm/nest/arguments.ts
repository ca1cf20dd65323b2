import type { Predicate } from "../../../lower/ir/index-map.ts";
import type { Arg } from "../../../lower/ir/kernel.ts";
import { bytesOf } from "../../../lower/ir/program.ts";
import type { FunctionBuilder, ValType } from "../assembler/assembler.ts";
import { recordFault } from "../assembler/fault.ts";
import type { PushOperand } from "../instructions/context.ts";
import { pushConstant, replaceLane, valTypes } from "../instructions/lanes.ts";
import { predicateUses, pushIndex, pushPredicate } from "./address.ts";
import type { NestContext } from "./context.ts";
import type { MemoryAccess, PointOffset } from "./memory-access.ts";

/** Puts the arguments of formulas on the stack. */
export class ArgumentEmitter {
  constructor(
    readonly f: FunctionBuilder,
    readonly around: NestContext,
    readonly elements: MemoryAccess,
  ) {}

  /** One element; `at` pushes the place of a gathered one. */
  one(x: Arg, lead: PointOffset, at: PushOperand): void {
    const { f, around } = this;
    if (x.kind === "index") return pushIndex(f, x.index, around.variable);
    if (x.kind === "guard") return pushPredicate(f, x.guard, around.variable);
    if (x.kind === "result") {
      f.get(around.result(x.task));
      return;
    }
    const load = () => (x.kind === "gather" ? this.#gathered(x, lead, at) : this.elements.load(x, lead));
    this.#when(x.guard, load, () => pushConstant(f, 0, x.type), valTypes[x.type]);
  }

  /** As many elements as a vector has lanes, along the innermost axis; `at` pushes the place of a gathered one of a lane. */
  vector(x: Arg, lead: PointOffset, at: (lane: number) => void): void {
    const { f, around, elements } = this;
    const { name } = elements.inner;
    const ahead = x.kind === "load" || x.kind === "index" ? elements.aheadOf(x.index) : undefined;
    const apart = !ahead?.every((n, l) => n === l);
    if (x.kind === "load" && ahead && !predicateUses(x.guard, name) && !(apart && x.type === "bool")) {
      const zero = () => f.v128(new Uint8Array(16));
      const load = () => (apart ? elements.loadLanes(x, lead, ahead) : elements.loadVector(x, lead));
      return this.#when(x.guard, load, zero, "v128");
    }
    if (x.kind === "index" && ahead) {
      const ramp = Int32Array.from({ length: 4 }, (_, l) => ahead[l] ?? 0);
      pushIndex(f, x.index, around.variable);
      f.op("i32x4.splat").v128(new Uint8Array(ramp.buffer)).op("i32x4.add");
      return;
    }
    const filled = around.scratch("v128", 4);
    f.v128(new Uint8Array(16)).set(filled);
    elements.eachLane((lane) => {
      f.get(filled);
      replaceLane(f, () => this.one(x, lead, () => at(lane)), x.type, elements.lanes as 2 | 4, lane);
      f.set(filled);
    });
    f.get(filled);
  }

  #when(guard: Predicate, then: PushOperand, otherwise: PushOperand, result: ValType): void {
    if (guard?.length === 0) return then();
    pushPredicate(this.f, guard, this.around.variable);
    this.f.if(then, otherwise, result);
  }

  #gathered(x: Arg & { kind: "gather" }, lead: PointOffset, pushAt: PushOperand): void {
    const { f, around, elements } = this;
    const at = around.scratch("i32", 3);
    pushAt();
    f.set(at).get(at).i32(x.size).op("i32.lt_u");
    f.if(
      () => {
        const offset = elements.push(x, lead);
        f.get(at)
          .i32(x.stride * bytesOf[x.type])
          .op("i32.mul")
          .op("i32.add");
        elements.loadAt(x.type, offset);
      },
      () => {
        recordFault(f, x.item);
        pushConstant(f, 0, x.type);
      },
      valTypes[x.type],
    );
  }
}
