import type { DType } from "../../../dtype.ts";
import type { Arg, Loop, Statement } from "../../../lower/ir/kernel.ts";
import type { Expr } from "../../../scalar/expr.ts";
import { recordFault } from "../abi/table.ts";
import type { FunctionBuilder } from "../assembler/assembler.ts";
import {
  type EmitContext,
  emitContext,
  type Operand,
  type PushOperand,
  type Width,
} from "../instructions/context.ts";
import { emitForm, emitOp, formsOf } from "../instructions/instructions.ts";
import {
  extractLane,
  integerShapes,
  pushConstant,
  pushSplat,
  splatBytes,
  valTypes,
} from "../instructions/lanes.ts";
import { emitGuardedSlowPath } from "../instructions/slow-path.ts";
import { openAccumulator } from "../reduce/accumulate.ts";
import { type Accumulator, treeBufferBytes } from "../reduce/accumulator.ts";
import { ArgumentEmitter } from "./arguments.ts";
import type { NestContext } from "./context.ts";
import { type PlacedValue, type PlacedValues, singleUse } from "./loop-depth.ts";
import { MemoryAccess, type PointOffset } from "./memory-access.ts";
import { isSum, type UnrollFactors } from "./unroll.ts";

type Apply = Expr & { readonly kind: "apply" };

/** The values known at a point of the iteration space; an unrolled iteration has several points. */
export interface UnrolledPoint {
  readonly values: Map<Expr, { readonly local: number; readonly width: Width }>;
  /** Vectors of scalars that are invariant in the innermost loop. */
  readonly splats: Map<Expr, number>;
  readonly offset: PointOffset;
}

/** The code of one loop: its values, and its statements on them. */
export class LoopBody {
  readonly #accumulators = new Map<Statement, Accumulator>();
  readonly #memory: MemoryAccess;
  readonly #arguments: ArgumentEmitter;
  readonly #onStack: ReadonlySet<Expr>;
  readonly #byDepth = new Map<number, PlacedValue[]>();

  constructor(
    readonly f: FunctionBuilder,
    readonly context: NestContext,
    readonly loop: Loop,
    readonly args: readonly Arg[],
    readonly values: PlacedValues,
    readonly lanes: 1 | 2 | 4,
    readonly unroll: UnrollFactors,
  ) {
    this.#memory = new MemoryAccess(f, context, loop.axes, lanes);
    this.#arguments = new ArgumentEmitter(f, context, this.#memory);
    this.#onStack = singleUse(loop.statements, values, args);
    for (const value of values.values()) {
      const known = this.#byDepth.get(value.depth);
      if (known) known.push(value);
      else this.#byDepth.set(value.depth, [value]);
    }
  }

  /** Emits the start of the reductions; returns the point outside all loops. */
  open(): UnrolledPoint {
    const { f, loop, lanes, context, unroll } = this;
    const axis = loop.axes.at(-1);
    const inner = axis && { size: axis.size, index: context.variable(axis.name) };
    loop.statements.forEach((t, k) => {
      if (!t.reduce || t.accumulateInMemory) return;
      const pushTreeBuffer = () => {
        f.get(context.workspace)
          .i32(treeBufferBytes * loop.statements.slice(0, k).filter(isSum).length)
          .op("i32.add");
      };
      const accumulator = openAccumulator({
        f,
        reduce: t.reduce,
        type: this.#typeOf(t),
        lanes,
        unrolled: unroll.inner > 1,
        inner,
        pushTreeBuffer,
        scratch: context.scratch,
      });
      this.#accumulators.set(t, accumulator);
    });
    return { values: new Map(), splats: new Map(), offset: { inner: 0, outer: 0 } };
  }

  /** Emits what follows the innermost loop. */
  endInnerLoop(): void {
    for (const accumulator of this.#accumulators.values()) accumulator.endInnerLoop?.();
  }

  /** Emits the end of the reductions and stores their results; returns the local of each. */
  close(): ReadonlyMap<Statement, number> {
    return new Map(
      [...this.#accumulators].map(([statement, accumulator]) => {
        const local = accumulator.finish();
        if (statement.store) this.#memory.storeOutside(statement.store, () => this.f.get(local));
        return [statement, local];
      }),
    );
  }

  #valuesAt(depth: number): readonly PlacedValue[] {
    return this.#byDepth.get(depth) ?? [];
  }

  /** The dtype of a statement's value. */
  #typeOf({ value, type }: Statement): DType {
    return this.values.get(value)?.type ?? (value.kind === "const" ? value.type : undefined) ?? type;
  }

  #emitContext(width: Width, type: DType): EmitContext {
    return emitContext(this.f, this.context.scratch, width, type, this.lanes === 1 ? 4 : this.lanes);
  }

  /** A point with the same values, which code may add to. */
  fork(point: UnrolledPoint, offset: PointOffset = point.offset): UnrolledPoint {
    return { values: new Map(point.values), splats: new Map(point.splats), offset };
  }

  /** Emits, before the innermost loop, the addresses that are invariant in it. */
  hoistAddresses(depth: number): void {
    const { loop, args } = this;
    const stores = loop.statements.flatMap((t) => (t.store && !this.#accumulators.has(t) ? [t.store] : []));
    const loads = this.#valuesAt(depth).flatMap(({ expr }) => {
      const x = expr.kind === "arg" ? args[expr.index] : undefined;
      return x?.kind === "load" || x?.kind === "gather" ? [x] : [];
    });
    this.#memory.hoistAddresses([...stores, ...loads]);
  }

  /** Emits, before the innermost loop, a vector for each scalar that is invariant in it. */
  hoistSplats(point: UnrolledPoint, depth: number): void {
    const { f, loop, values, lanes } = this;
    if (lanes === 1 || loop.axes.at(-1)!.size < lanes) return;
    const roots = loop.statements.map((t) => t.value);
    const operands = this.#valuesAt(depth).flatMap(({ expr }) => (expr.kind === "apply" ? expr.args : []));
    for (const e of [...operands, ...roots]) {
      const value = point.values.get(e);
      if (value?.width !== "scalar" || point.splats.has(e) || this.#constantOf(e) !== undefined) continue;
      const local = f.local("v128");
      pushSplat(f, value.local, values.get(e)!.type, lanes);
      f.set(local);
      point.splats.set(e, local);
    }
  }

  /** The value of an expression where it is known. */
  #constantOf(e: Expr): number | undefined {
    if (e.kind === "const") return e.value;
    const x = e.kind === "arg" ? this.args[e.index] : undefined;
    return x?.kind === "index" && x.index.terms.length === 0 ? x.index.constant : undefined;
  }

  #push(e: Expr, point: UnrolledPoint, width: Width, type: DType): void {
    const { f, lanes } = this;
    const constant = this.#constantOf(e);
    if (constant !== undefined) {
      if (width === "scalar") pushConstant(f, constant, type);
      else f.v128(splatBytes(constant, type, lanes === 2 ? 2 : 4));
      return;
    }
    if (this.#onStack.has(e)) return this.#emitValue(this.values.get(e)!, point, width);
    const value = point.values.get(e)!;
    const splat = point.splats.get(e);
    f.get(width === "vector" && value.width === "scalar" && splat !== undefined ? splat : value.local);
  }

  /** Emits, at a point, the values that the loop at this depth computes. */
  emitValues(point: UnrolledPoint, depth: number, width: Width): void {
    for (const value of this.#valuesAt(depth)) {
      if (this.#onStack.has(value.expr)) continue;
      this.#emitValue(value, point, width);
      const local = this.f.local(width === "vector" ? "v128" : valTypes[value.type]);
      this.f.set(local);
      point.values.set(value.expr, { local, width });
    }
  }

  #emitValue({ expr, operands }: PlacedValue, point: UnrolledPoint, width: Width): void {
    if (expr.kind === "arg") this.#emitArgument(this.args[expr.index]!, point, width);
    else if (expr.kind === "apply") this.#emitApply(expr, operands, point, width);
  }

  #emitArgument(x: Arg, point: UnrolledPoint, width: Width): void {
    const pushGatherIndex = (lane: number): void => {
      if (x.kind !== "gather") return;
      const value = point.values.get(x.at);
      if (value?.width !== "vector") return this.#push(x.at, point, "scalar", "int32");
      this.f.get(value.local);
      extractLane(this.f, "int32", 4, lane);
    };
    if (width === "scalar" || x.kind === "result")
      this.#arguments.scalar(x, point.offset, () => pushGatherIndex(0));
    else this.#arguments.vector(x, point.offset, pushGatherIndex);
  }

  #emitApply(expr: Apply, type: DType, point: UnrolledPoint, width: Width): void {
    const forms = formsOf(expr.name, type);
    if (!forms) return this.#emitHostCall(expr, type, point, width);
    const operands = expr.args.map((e, k): Operand => {
      const isCondition = expr.op.result === "branches" && k === 0;
      const operandWidth = k === forms.constantOperand ? "scalar" : width;
      return {
        push: () => this.#push(e, point, operandWidth, isCondition ? "bool" : type),
        constant: this.#constantOf(e),
      };
    });
    emitForm(forms, this.#emitContext(width, type), operands);
  }

  /** Calls the host, in float64 or on integers; in vector code only where an op has a slow path. */
  #emitHostCall({ name, args }: Apply, type: DType, point: UnrolledPoint, width: Width): void {
    const { f, context } = this;
    const call = (): void => {
      f.call(context.host(name, type === "int32" || type === "bool"));
      if (type === "float32") f.op("f32.demote_f64");
    };
    if (width === "vector") {
      const [x, from] = args;
      const pushX = () => this.#push(x!, point, "vector", type);
      emitGuardedSlowPath(this.#emitContext(width, type), pushX, this.#constantOf(from!)!, call);
      return;
    }
    for (const e of args) {
      this.#push(e, point, "scalar", type);
      if (type === "float32") f.op("f64.promote_f32");
    }
    call();
  }

  /** Emits one iteration: its values, and its statements, at one point or several. */
  emitIteration(points: readonly UnrolledPoint[], depth: number, width: Width): void {
    const forks = points.map((point) => this.fork(point));
    for (const point of forks) this.emitValues(point, depth, width);
    this.emitStatements(forks, width);
  }

  emitStatements(points: readonly UnrolledPoint[], width: Width): void {
    for (const statement of this.loop.statements) {
      const type = this.#typeOf(statement);
      const pushes = points.map(
        (point): PushOperand =>
          () =>
            this.#push(statement.value, point, width, type),
      );
      const accumulator = this.#accumulators.get(statement);
      if (accumulator && width === "vector") accumulator.vectors(pushes);
      else if (accumulator) for (const push of pushes) accumulator.scalar(push);
      else if (statement.check !== undefined)
        for (const push of pushes) this.#emitCheck(statement.check, width, push);
      else if (statement.reduce && this.unroll.outer > 1)
        this.#emitStore(statement, points[0]!, width, pushes);
      else for (const [k, point] of points.entries()) this.#emitStore(statement, point, width, [pushes[k]!]);
    }
  }

  #emitCheck(item: number, width: Width, push: PushOperand): void {
    push();
    if (width === "vector") this.f.op(`${integerShapes[this.lanes === 4 ? 4 : 2]}.all_true`);
    this.f.op("i32.eqz").if(() => recordFault(this.f, item));
  }

  /** Stores a value, or combines values in order with the element that is stored. */
  #emitStore(
    statement: Statement,
    { offset }: UnrolledPoint,
    width: Width,
    values: readonly PushOperand[],
  ): void {
    const { store, reduce } = statement;
    if (!store) return;
    const memory = this.#memory;
    const context = this.#emitContext(width, this.#typeOf(statement));
    const load: PushOperand = () =>
      width === "vector" ? memory.loadVector(store, offset) : memory.load(store, offset);
    const combined = (before: PushOperand, next: PushOperand, op: NonNullable<typeof reduce>["op"]) => () =>
      emitOp(op, context, [before, next]);
    const value = reduce
      ? values.reduce((before, next) => combined(before, next, reduce.op), load)
      : values[0]!;
    if (width === "vector") memory.storeVector(store, offset, value);
    else memory.store(store, offset, value);
  }
}
