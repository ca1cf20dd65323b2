import type { DType } from "../../../dtype.ts";
import type { Arg, Axis, Loop, Statement } from "../../../lower/ir/kernel.ts";
import type { Expr } from "../../../scalar/expr.ts";
import type { FunctionBuilder } from "../assembler/assembler.ts";
import { recordFault } from "../assembler/fault.ts";
import { casts } from "../instructions/casts.ts";
import { type EmitContext, emitContext, type PushOperand, type Width } from "../instructions/context.ts";
import { emitOp, isNative } from "../instructions/instructions.ts";
import { extractLane, pushConstant, pushSplat, splatBytes, valTypes } from "../instructions/lanes.ts";
import { emitGuardedSlowPath } from "../instructions/slow-path.ts";
import { openAccumulator } from "../reduce/accumulate.ts";
import { type Accumulator, treeBufferBytes } from "../reduce/accumulator.ts";
import { ArgumentEmitter } from "./arguments.ts";
import type { NestContext } from "./context.ts";
import { type PlacedValue, type PlacedValues, singleUse } from "./loop-depth.ts";
import { MemoryAccess, type PointOffset } from "./memory-access.ts";
import { isSum, type UnrollFactors } from "./unroll.ts";

type Value = { readonly local: number; readonly width: Width };

/** What is known at a point of a loop, or at one of several points whose code runs side by side. */
export interface UnrolledPoint {
  readonly values: Map<Expr, Value>;
  /** Scalars spread over vectors, before the innermost loop. */
  readonly splats: Map<Expr, number>;
  readonly lead: PointOffset;
}

/** The code of one loop: its values, and what its statements do with them. */
export class LoopBody {
  readonly #accumulators = new Map<Statement, Accumulator>();
  readonly #elements: MemoryAccess;
  readonly #arguments: ArgumentEmitter;
  readonly #passing: ReadonlySet<Expr>;
  readonly #atDepth = new Map<number, PlacedValue[]>();

  constructor(
    readonly f: FunctionBuilder,
    readonly around: NestContext,
    readonly loop: Loop,
    readonly args: readonly Arg[],
    readonly steps: PlacedValues,
    readonly lanes: 1 | 2 | 4,
    readonly copies: UnrollFactors,
  ) {
    this.#elements = new MemoryAccess(f, around, loop.axes, lanes);
    this.#arguments = new ArgumentEmitter(f, around, this.#elements);
    this.#passing = singleUse(loop.statements, steps, args);
    steps.forEach((step) => {
      const known = this.#atDepth.get(step.depth);
      if (known) known.push(step);
      else this.#atDepth.set(step.depth, [step]);
    });
  }

  /** Starts the reductions; gives the point outside all loops. */
  open(): UnrolledPoint {
    const { f, loop, lanes, around, copies } = this;
    const axis = loop.axes.at(-1);
    const inner = axis && { size: axis.size, place: around.variable(axis.name) };
    loop.statements.forEach((t, k) => {
      if (!t.reduce || t.accumulateInMemory) return;
      const memory = () => {
        around.pushWorkspace();
        f.i32(treeBufferBytes * loop.statements.slice(0, k).filter(isSum).length).op("i32.add");
      };
      const { reduce } = t;
      const { scratch } = around;
      const type = this.#typeOf(t);
      const copied = copies.inner > 1;
      const accumulator = openAccumulator({ f, reduce, type, lanes, copied, inner, memory, scratch });
      this.#accumulators.set(t, accumulator);
    });
    return { values: new Map(), splats: new Map(), lead: { along: 0, down: 0 } };
  }

  /** What is to be done when the innermost loop has ended. */
  endLine(): void {
    for (const a of this.#accumulators.values()) a.endLine?.();
  }

  /** Stores what the reductions came to; gives the local of each. */
  close(): ReadonlyMap<Statement, number> {
    return new Map(
      [...this.#accumulators].map(([task, accumulator]) => {
        const local = accumulator.finish();
        if (task.store) this.#elements.store(task.store, undefined, () => this.f.get(local));
        return [task, local];
      }),
    );
  }

  #stepsAt(depth: number): readonly PlacedValue[] {
    return this.#atDepth.get(depth) ?? [];
  }

  /** The dtype of a task's value. */
  #typeOf(t: Statement): DType {
    return this.steps.get(t.value)?.type ?? (t.value.kind === "const" ? t.value.type : undefined) ?? t.type;
  }

  #site(width: Width, type: DType): EmitContext {
    return emitContext(this.f, this.around.scratch, width, type, this.lanes === 1 ? 4 : this.lanes);
  }

  /** The same point, or one that leads it, with what is known so far. */
  fork(point: UnrolledPoint, lead: PointOffset = point.lead): UnrolledPoint {
    return { values: new Map(point.values), splats: new Map(point.splats), lead };
  }

  /** Works out, before the innermost loop starts, what stays the same in it: where elements lie. */
  preparePlaces(depth: number): void {
    const { loop, args } = this;
    const stored = loop.statements.flatMap((t) => (t.store && !this.#accumulators.has(t) ? [t.store] : []));
    const read = this.#stepsAt(depth).flatMap(({ expr }) => {
      const x = expr.kind === "arg" ? args[expr.index] : undefined;
      return x?.kind === "load" || x?.kind === "gather" ? [x] : [];
    });
    this.#elements.prepare([...stored, ...read]);
  }

  /** Spreads over vectors, before the innermost loop starts, the numbers that stay the same in it. */
  spread(point: UnrolledPoint, depth: number): void {
    const { f, loop, steps, lanes } = this;
    if (lanes === 1 || (loop.axes.at(-1) as Axis).size < lanes) return;
    const roots = loop.statements.map((t) => t.value);
    const used = this.#stepsAt(depth).flatMap(({ expr }) => (expr.kind === "apply" ? expr.args : []));
    for (const e of [...used, ...roots]) {
      const value = point.values.get(e);
      if (value?.width !== "scalar" || point.splats.has(e) || this.#numberOf(e) !== undefined) continue;
      const local = f.local("v128");
      pushSplat(f, value.local, (steps.get(e) as PlacedValue).type, lanes);
      f.set(local);
      point.splats.set(e, local);
    }
  }

  /** The number that a value is known to be. */
  #numberOf(e: Expr): number | undefined {
    if (e.kind === "const") return e.value;
    const x = e.kind === "arg" ? this.args[e.index] : undefined;
    return x?.kind === "index" && x.index.terms.length === 0 ? x.index.constant : undefined;
  }

  #push(e: Expr, point: UnrolledPoint, width: Width, type: DType): void {
    const { f, lanes } = this;
    const number = this.#numberOf(e);
    if (number !== undefined) {
      if (width === "scalar") pushConstant(f, number, type);
      else f.v128(splatBytes(number, type, lanes === 2 ? 2 : 4));
      return;
    }
    if (this.#passing.has(e)) return this.#work(this.steps.get(e) as PlacedValue, point, width);
    const value = point.values.get(e) as Value;
    const splat = point.splats.get(e);
    f.get(width === "vector" && value.width === "scalar" && splat !== undefined ? splat : value.local);
  }

  /** Works out, at a point, the values that change at this depth of the loops. */
  compute(point: UnrolledPoint, depth: number, width: Width): void {
    for (const step of this.#stepsAt(depth)) {
      const { expr, type } = step;
      if (this.#passing.has(expr)) continue;
      this.#work(step, point, width);
      const local = this.f.local(width === "vector" ? "v128" : valTypes[type]);
      this.f.set(local);
      point.values.set(expr, { local, width });
    }
  }

  /** Puts a value on the stack, from what it is made of. */
  #work({ expr, operands }: PlacedValue, point: UnrolledPoint, width: Width): void {
    if (expr.kind === "arg") this.#argument(this.args[expr.index] as Arg, point, width);
    else if (expr.kind === "apply") this.#apply(expr, operands, point, width);
  }

  #argument(x: Arg, point: UnrolledPoint, width: Width): void {
    const at = (lane?: number): void => {
      const e = (x as { at: Expr }).at;
      if (point.values.get(e)?.width !== "vector") return this.#push(e, point, "scalar", "int32");
      this.f.get((point.values.get(e) as Value).local);
      extractLane(this.f, "int32", 4, lane as number);
    };
    if (width === "scalar" || x.kind === "result") this.#arguments.one(x, point.lead, at);
    else this.#arguments.vector(x, point.lead, at);
  }

  #apply(expr: Expr & { kind: "apply" }, operands: DType, point: UnrolledPoint, width: Width): void {
    const { f, around } = this;
    const { name, args } = expr;
    const site = this.#site(width, operands);
    const convert = casts[name];
    if (convert) return convert(site, operands, () => this.#push(args[0] as Expr, point, width, operands));
    const typeOf = (k: number): DType => (expr.word.result === "branches" && k === 0 ? "bool" : operands);
    if (isNative(name)) {
      const shift = name.startsWith("shift") && width === "vector";
      const pushes = args.map(
        (a, k): PushOperand =>
          () =>
            this.#push(a, point, shift && k === 1 ? "scalar" : width, typeOf(k)),
      );
      return emitOp(
        name,
        site,
        pushes,
        args.map((a) => this.#numberOf(a)),
      );
    }
    const integer = operands === "int32" || operands === "bool";
    const host = (): void => {
      f.call(around.host(name, integer));
      if (operands === "float32") f.op("f32.demote_f64");
    };
    if (width === "vector") {
      const [x, from] = args as [Expr, Expr];
      return emitGuardedSlowPath(
        site,
        () => this.#push(x, point, "vector", operands),
        this.#numberOf(from) as number,
        host,
      );
    }
    for (const a of args) {
      this.#push(a, point, "scalar", operands);
      if (operands === "float32") f.op("f64.promote_f32");
    }
    host();
  }

  /** What the loop does at some points, or at as many as vectors have lanes. */
  run(points: readonly UnrolledPoint[], depth: number, width: Width): void {
    const here = points.map((p) => this.fork(p));
    for (const p of here) this.compute(p, depth, width);
    this.statements(here, width);
  }

  /** What the statements do with the values at some points. */
  statements(points: readonly UnrolledPoint[], width: Width): void {
    for (const task of this.loop.statements) {
      const type = this.#typeOf(task);
      const pushes = points.map(
        (p): PushOperand =>
          () =>
            this.#push(task.value, p, width, type),
      );
      const accumulator = this.#accumulators.get(task);
      if (accumulator && width === "vector") accumulator.vectors(pushes);
      else if (accumulator) for (const push of pushes) accumulator.one(push);
      else if (task.check !== undefined) for (const push of pushes) this.#check(task.check, width, push);
      else if (task.reduce && this.copies.outer > 1)
        this.#store(task, points[0] as UnrolledPoint, width, pushes);
      else for (const [k, p] of points.entries()) this.#store(task, p, width, [pushes[k] as PushOperand]);
    }
  }

  #check(item: number, width: Width, push: PushOperand): void {
    push();
    if (width === "vector") this.f.op(this.lanes === 4 ? "i32x4.all_true" : "i64x2.all_true");
    this.f.op("i32.eqz").if(() => recordFault(this.f, item));
  }

  /** Stores a value, or what stands at its place combined with values one after the other. */
  #store(task: Statement, { lead }: UnrolledPoint, width: Width, values: readonly PushOperand[]): void {
    const { store, reduce } = task;
    if (!store) return;
    const elements = this.#elements;
    const site = this.#site(width, this.#typeOf(task));
    const stands: PushOperand = () => elements[width === "vector" ? "loadVector" : "load"](store, lead);
    const value = reduce
      ? values.reduce(
          (before, next): PushOperand =>
            () =>
              emitOp(reduce.op, site, [before, next]),
          stands,
        )
      : (values[0] as PushOperand);
    elements[width === "vector" ? "storeVector" : "store"](store, lead, value);
  }
}
