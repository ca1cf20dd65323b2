import type { DType } from "../../dtype.ts";
import type { Guard, Index } from "../../lower/index-map.ts";
import type { Arg, Axis, Buffer, Loop, Task } from "../../lower/kernel.ts";
import { bytesOf } from "../../lower/program.ts";
import { constantOf, type Expr } from "../../scalar/expr.ts";
import {
  type Accumulator,
  combineScalar,
  combineVector,
  finishAccumulator,
  openAccumulator,
  pushConstant,
  type Standing,
  valTypes,
} from "./accumulate.ts";
import { guardUses, pushGuard, pushIndex, splitIndex } from "./address.ts";
import type { FunctionBuilder, OpName, ValType } from "./assembler.ts";
import { conversions } from "./convert.ts";
import { emitRarely } from "./rarely.ts";
import { type Push, type Site, splatBytes, type Width } from "./site.ts";
import type { Step } from "./steps.ts";
import { emitWord, isKnown } from "./words.ts";

/** What code inside a loop needs from around it. */
export interface Surroundings {
  /** The local that holds the address of a buffer. */
  readonly base: (buffer: Buffer) => number;
  /** The local that counts a loop variable. */
  readonly variable: (name: string) => number;
  /** The local that holds what a task of an earlier loop came to. */
  readonly result: (task: Task) => number;
  /** A local for short use, the same one for the same type and slot. */
  readonly scratch: (type: ValType, slot: number) => number;
  /** The imported function for a word that the backend does not know, on integers or in float64. */
  readonly host: (name: string, integer: boolean) => number;
  /** Puts the address of the fault cell on the stack: an i32 that is 0 while all is well, and the value at fault. */
  readonly faultCell: () => void;
}

const scalarLoads: Record<DType, OpName> = {
  bool: "i32.load8_u",
  int32: "i32.load",
  float32: "f32.load",
  float64: "f64.load",
};
const scalarStores: Record<DType, OpName> = {
  bool: "i32.store8",
  int32: "i32.store",
  float32: "f32.store",
  float64: "f64.store",
};

type Located = { readonly index: Index; readonly buffer: Buffer };

/** The code of one loop: its values, and what its tasks do with them. */
export class Body {
  readonly #values = new Map<Expr, { readonly local: number; readonly width: Width }>();
  readonly #splats = new Map<Expr, number>();
  readonly #pointers = new Map<Located, { readonly local: number; readonly step: number }>();
  readonly accumulators = new Map<Task, Accumulator>();

  constructor(
    readonly f: FunctionBuilder,
    readonly around: Surroundings,
    readonly loop: Loop,
    readonly args: readonly Arg[],
    readonly steps: ReadonlyMap<Expr, Step>,
    readonly lanes: 1 | 2 | 4,
  ) {}

  get #inner(): Axis | undefined {
    return this.loop.axes.at(-1);
  }

  open(): void {
    for (const t of this.loop.tasks)
      if (t.reduce && !t.inMemory)
        this.accumulators.set(t, openAccumulator(this.f, t, this.#typeOf(t), this.lanes));
  }

  /** Stores what the reductions came to; gives the local of each. */
  close(): ReadonlyMap<Task, number> {
    return new Map(
      [...this.accumulators].map(([task, acc]) => {
        const local = finishAccumulator(this.#site("scalar", task.type), task, acc);
        this.#storeScalar(task, () => this.f.get(local), false);
        return [task, local];
      }),
    );
  }

  /** The dtype of a task's value. */
  #typeOf(t: Task): DType {
    return this.steps.get(t.value)?.type ?? t.type;
  }

  #site(width: Width, type: DType): Site {
    const lanes = this.lanes === 1 ? 4 : this.lanes;
    const local = width === "vector" ? "v128" : valTypes[type];
    return { f: this.f, width, type, lanes, scratch: (slot) => this.around.scratch(local, slot) };
  }

  /** Works out, before the innermost loop starts, what stays the same in it: addresses, and scalars spread over vectors. */
  prepare(depth: number): void {
    const { f, loop, args, steps, lanes } = this;
    const axis = this.#inner as Axis;
    const located: Located[] = loop.tasks.flatMap((t) =>
      t.store && !(t.reduce && !t.inMemory) ? [t.store] : [],
    );
    for (const s of steps.values()) {
      const x = s.expr.kind === "arg" ? args[s.expr.index] : undefined;
      if (s.depth === depth && (x?.kind === "load" || x?.kind === "gather")) located.push(x);
    }
    for (const place of located) {
      const split = splitIndex(place.index, axis.name, axis.size);
      if (!split) continue;
      const local = f.local("i32");
      this.#pushAddress(place.buffer, split.rest);
      f.set(local);
      this.#pointers.set(place, { local, step: split.step });
    }
    if (lanes === 1 || axis.size < lanes) return;
    const roots = loop.tasks.map((t) => t.value);
    const used = [...steps.values()]
      .filter((s) => s.depth === depth)
      .flatMap((s) => (s.expr.kind === "apply" ? s.expr.args : []));
    for (const e of [...used, ...roots]) {
      const value = this.#values.get(e);
      if (value?.width !== "scalar" || this.#splats.has(e)) continue;
      const local = f.local("v128");
      this.#pushSplat(value.local, (steps.get(e) as Step).type);
      f.set(local);
      this.#splats.set(e, local);
    }
  }

  #pushSplat(local: number, type: DType): void {
    const { f, lanes } = this;
    if (type === "bool") {
      f.i32(0).get(local).op("i32.sub");
      if (lanes === 2) f.op("i64.extend_i32_s").op("i64x2.splat");
      else f.op("i32x4.splat");
    } else
      f.get(local).op(type === "int32" ? "i32x4.splat" : type === "float32" ? "f32x4.splat" : "f64x2.splat");
  }

  #pushAddress(buffer: Buffer, index: Index): void {
    const { f, around } = this;
    f.get(around.base(buffer));
    pushIndex(f, index, around.variable);
    f.i32(bytesOf[buffer.dtype]).op("i32.mul").op("i32.add");
  }

  /** The address of an element: from the prepared pointer where there is one. */
  #pushPlace(place: Located): void {
    const { f, around } = this;
    const pointer = this.#pointers.get(place);
    if (!pointer) return this.#pushAddress(place.buffer, place.index);
    f.get(pointer.local);
    if (pointer.step === 0) return;
    f.get(around.variable((this.#inner as Axis).name)).i32(pointer.step * bytesOf[place.buffer.dtype]);
    f.op("i32.mul").op("i32.add");
  }

  #push(e: Expr, width: Width, type: DType): void {
    const { f, lanes } = this;
    if (e.kind === "const") {
      if (width === "scalar") pushConstant(f, e.value, type);
      else f.v128(splatBytes(e.value, type, lanes === 2 ? 2 : 4));
      return;
    }
    const value = this.#values.get(e) as { local: number; width: Width };
    const splat = this.#splats.get(e);
    if (width === "vector" && value.width === "scalar" && splat !== undefined) f.get(splat);
    else f.get(value.local);
  }

  /** Works out one value. */
  compute({ expr, type, operands }: Step, width: Width): void {
    const { f } = this;
    if (expr.kind === "arg") {
      const x = this.args[expr.index] as Arg;
      if (x.kind === "result") f.get(this.around.result(x.task));
      else if (width === "vector") this.#vectorArgument(x);
      else this.#scalarArgument(x, () => this.#push((x as { at: Expr }).at, "scalar", "int32"));
    } else if (expr.kind === "apply") this.#apply(expr, operands, width);
    const local = f.local(width === "vector" ? "v128" : valTypes[type]);
    f.set(local);
    this.#values.set(expr, { local, width });
  }

  #apply(expr: Expr & { kind: "apply" }, operands: DType, width: Width): void {
    const { f, around } = this;
    const { name, args } = expr;
    const site = this.#site(width, operands);
    const convert = conversions[name];
    if (convert) return convert(site, operands, () => this.#push(args[0] as Expr, width, operands));
    const typeOf = (k: number): DType => (expr.word.result === "branches" && k === 0 ? "bool" : operands);
    if (isKnown(name)) {
      const shift = name.startsWith("shift") && width === "vector";
      const pushes = args.map(
        (a, k): Push =>
          () =>
            this.#push(a, shift && k === 1 ? "scalar" : width, typeOf(k)),
      );
      return emitWord(name, site, pushes, args.map(constantOf));
    }
    const integer = operands === "int32" || operands === "bool";
    const host = (): void => {
      f.call(around.host(name, integer));
      if (operands === "float32") f.op("f32.demote_f64");
    };
    if (width === "vector") {
      const [x, from] = args as [Expr, Expr];
      return emitRarely(site, () => this.#push(x, "vector", operands), constantOf(from) as number, host);
    }
    for (const a of args) {
      this.#push(a, "scalar", operands);
      if (operands === "float32") f.op("f64.promote_f32");
    }
    host();
  }

  #scalarArgument(x: Arg, pushAt: Push): void {
    const { f, around } = this;
    if (x.kind === "index") return pushIndex(f, x.index, around.variable);
    if (x.kind === "guard") return pushGuard(f, x.guard, around.variable);
    if (x.kind === "result") return;
    const load = () => {
      if (x.kind === "gather") return this.#gathered(x, pushAt);
      this.#pushPlace(x);
      f.op(scalarLoads[x.type], Math.log2(bytesOf[x.type]), 0);
    };
    this.#when(x.guard, load, () => pushConstant(f, 0, x.type), valTypes[x.type]);
  }

  #when(guard: Guard, then: Push, otherwise: Push, result: ValType): void {
    if (guard?.length === 0) return then();
    pushGuard(this.f, guard, this.around.variable);
    this.f.if(then, otherwise, result);
  }

  #gathered(x: Arg & { kind: "gather" }, pushAt: Push): void {
    const { f, around } = this;
    const at = around.scratch("i32", 3);
    pushAt();
    f.set(at).get(at).i32(x.size).op("i32.lt_u");
    f.if(
      () => {
        this.#pushPlace(x);
        f.get(at)
          .i32(x.stride * bytesOf[x.type])
          .op("i32.mul")
          .op("i32.add");
        f.op(scalarLoads[x.type], Math.log2(bytesOf[x.type]), 0);
      },
      () => {
        this.#fault(x.fault, () => f.get(at));
        pushConstant(f, 0, x.type);
      },
      valTypes[x.type],
    );
  }

  /** Notes a fault, and the value that caused it. */
  #fault(fault: number, pushValue: Push): void {
    const { f, around } = this;
    around.faultCell();
    f.i32(fault + 1).op("i32.store", 2, 0);
    around.faultCell();
    pushValue();
    f.op("i32.store", 2, 4);
  }

  #vectorArgument(x: Arg): void {
    const { f, around, lanes } = this;
    const axis = this.#inner as Axis;
    const pointer = x.kind === "load" ? this.#pointers.get(x) : undefined;
    if (x.kind === "load" && pointer?.step === 1 && !guardUses(x.guard, axis.name)) {
      const zero = () => f.v128(new Uint8Array(16));
      return this.#when(x.guard, () => this.#loadVector(x), zero, "v128");
    }
    const split = x.kind === "index" ? splitIndex(x.index, axis.name, axis.size) : undefined;
    if (x.kind === "index" && split) {
      pushIndex(f, x.index, around.variable);
      const ramp = new DataView(new ArrayBuffer(16));
      for (let l = 0; l < 4; l++) ramp.setInt32(4 * l, l * split.step, true);
      f.op("i32x4.splat").v128(new Uint8Array(ramp.buffer)).op("i32x4.add");
      return;
    }
    this.#laneByLane(x, axis, lanes as 2 | 4);
  }

  /** A vector of elements that lie side by side; truth values become masks. */
  #loadVector(place: Located): void {
    const { f, lanes } = this;
    const { dtype } = place.buffer;
    this.#pushPlace(place);
    if (dtype !== "bool") {
      f.op("v128.load", Math.log2(bytesOf[dtype]), 0);
      return;
    }
    if (lanes === 4) f.op("v128.load32_zero", 0, 0);
    else f.op("i32.load16_u", 0, 0).op("i32x4.splat");
    f.op("i16x8.extend_low_i8x16_u").op("i32x4.extend_low_i16x8_u");
    if (lanes === 2) f.op("i64x2.extend_low_i32x4_u");
    f.v128(new Uint8Array(16)).op(lanes === 4 ? "i32x4.ne" : "i64x2.ne");
  }

  /** Fills the lanes of a vector one at a time, the loop variable counting along. */
  #laneByLane(x: Arg, axis: Axis, lanes: 2 | 4): void {
    const { f, around } = this;
    const i = around.variable(axis.name);
    const filled = around.scratch("v128", 4);
    const lane = {
      bool: lanes === 4 ? "i32x4" : "i64x2",
      int32: "i32x4",
      float32: "f32x4",
      float64: "f64x2",
    }[x.type];
    f.v128(new Uint8Array(16)).set(filled);
    for (let l = 0; l < lanes; l++) {
      f.get(filled);
      this.#scalarArgument(x, () => {
        const at = (x as { at: Expr }).at;
        const vector = this.#values.get(at)?.width === "vector";
        this.#push(at, vector ? "vector" : "scalar", "int32");
        if (vector) f.op("i32x4.extract_lane", l);
      });
      if (x.type === "bool") {
        const bit = around.scratch("i32", 5);
        f.set(bit).i32(0).get(bit).op("i32.sub");
        if (lanes === 2) f.op("i64.extend_i32_s");
      }
      f.op(`${lane}.replace_lane` as OpName, l).set(filled);
      f.get(i).i32(1).op("i32.add").set(i);
    }
    f.get(i).i32(lanes).op("i32.sub").set(i).get(filled);
  }

  /** What the tasks do at one point, or at as many as a vector has lanes. */
  tasks(width: Width): void {
    for (const task of this.loop.tasks) {
      const type = this.#typeOf(task);
      const site = this.#site(width, type);
      const push = () => this.#push(task.value, width, type);
      const acc = this.accumulators.get(task);
      if (acc && width === "vector") combineVector(site, task, acc, push);
      else if (acc) combineScalar(site, task, acc, push, this.#standing(acc));
      else if (task.check !== undefined) this.#check(task.check, width, push);
      else {
        const combined = task.reduce
          ? () => emitWord(task.reduce?.word as string, site, [() => this.#current(task, width), push])
          : push;
        if (width === "vector") this.#storeVector(task, combined);
        else this.#storeScalar(task, combined, true);
      }
    }
  }

  #standing(acc: Accumulator): Standing | undefined {
    const axis = this.#inner;
    return (
      axis && {
        place: this.around.variable(axis.name),
        whole: axis.size - (axis.size % Math.max(1, acc.apart.length)),
      }
    );
  }

  #check(fault: number, width: Width, push: Push): void {
    push();
    if (width === "vector") this.f.op(this.lanes === 4 ? "i32x4.all_true" : "i64x2.all_true");
    this.f.op("i32.eqz").if(() => this.#fault(fault, () => this.f.i32(0)));
  }

  /** What stands at a task's place in memory. */
  #current(task: Task, width: Width): void {
    const store = task.store as NonNullable<Task["store"]>;
    if (width === "vector") {
      this.#loadVector(store);
      return;
    }
    this.#pushPlace(store);
    this.f.op(scalarLoads[task.type], Math.log2(bytesOf[task.type]), 0);
  }

  #storeScalar(task: Task, push: Push, inLoop: boolean): void {
    if (!task.store) return;
    if (inLoop) this.#pushPlace(task.store);
    else this.#pushAddress(task.store.buffer, task.store.index);
    push();
    this.f.op(scalarStores[task.type], Math.log2(bytesOf[task.type]), 0);
  }

  #storeVector(task: Task, push: Push): void {
    const { f, lanes, around } = this;
    const store = task.store as NonNullable<Task["store"]>;
    if (this.#pointers.get(store)?.step === 1 && task.type !== "bool") {
      this.#pushPlace(store);
      push();
      f.op("v128.store", Math.log2(bytesOf[task.type]), 0);
      return;
    }
    const axis = this.#inner as Axis;
    const i = around.variable(axis.name);
    const kept = around.scratch("v128", 6);
    const lane = {
      bool: lanes === 4 ? "i32x4" : "i64x2",
      int32: "i32x4",
      float32: "f32x4",
      float64: "f64x2",
    }[task.type];
    push();
    f.set(kept);
    for (let l = 0; l < lanes; l++) {
      this.#pushPlace(store);
      f.get(kept).op(`${lane}.extract_lane` as OpName, l);
      if (task.type === "bool") (lanes === 2 ? f.op("i32.wrap_i64") : f).i32(1).op("i32.and");
      f.op(scalarStores[task.type], Math.log2(bytesOf[task.type]), 0);
      f.get(i).i32(1).op("i32.add").set(i);
    }
    f.get(i).i32(lanes).op("i32.sub").set(i);
  }

  /** The values as they are, to come back to after a vector loop. */
  snapshot(): () => void {
    const before = new Map(this.#values);
    return () => {
      this.#values.clear();
      for (const [e, v] of before) this.#values.set(e, v);
    };
  }
}
