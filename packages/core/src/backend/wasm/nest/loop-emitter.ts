import type { Axis, Loop, Nest, Statement } from "../../../lower/ir/kernel.ts";
import type { FunctionBuilder } from "../assembler/assembler.ts";
import { emitSteps } from "../assembler/loops.ts";
import type { NestContext } from "./context.ts";
import { LoopBody, type UnrolledPoint } from "./loop-body.ts";
import type { PlacedValues } from "./loop-depth.ts";
import { type UnrollFactors, unrollFactors } from "./unroll.ts";

const range = (count: number): number[] => Array.from({ length: count }, (_, k) => k);

/** The largest multiple of `step` that is at most `size`. */
const roundDown = (size: number, step: number): number => size - (size % step);

/** Emits the loops over the axes of one `Loop`, around statements that all have vector code, or all scalar code. */
export class LoopEmitter {
  readonly #body: LoopBody;
  readonly #unroll: UnrollFactors;
  readonly #outerAxes: number;
  /** The number of all loop variables. */
  readonly #depth: number;

  constructor(
    readonly f: FunctionBuilder,
    readonly context: NestContext,
    nest: Nest,
    readonly loop: Loop,
    values: PlacedValues,
    readonly lanes: 1 | 2 | 4,
  ) {
    this.#outerAxes = nest.outerAxes.length;
    this.#depth = nest.outerAxes.length + loop.axes.length;
    this.#unroll = unrollFactors(loop, values, nest.args, lanes, this.#depth);
    this.#body = new LoopBody(f, context, loop, nest.args, values, lanes, this.#unroll);
  }

  /** Emits the loops; returns the local of each reduction's result. */
  emit(): ReadonlyMap<Statement, number> {
    const point = this.#body.open();
    if (this.loop.axes.every((axis) => axis.size > 0)) {
      for (let depth = 0; depth <= this.#outerAxes; depth++) this.#body.emitValues(point, depth, "scalar");
      this.#axis(0, point);
    }
    return this.#body.close();
  }

  /** The loop over axis `k` and those inside it, at a point of the loops around. */
  #axis(k: number, point: UnrolledPoint): void {
    const axis = this.loop.axes[k];
    if (!axis) return this.#body.emitStatements([point], "scalar");
    const depth = this.#outerAxes + k + 1;
    if (depth === this.#depth) {
      this.#body.hoistAddresses(depth);
      return this.#innerLoop(axis, [point]);
    }
    const factor = depth === this.#depth - 1 ? this.#unroll.outer : 1;
    const unrolledEnd = factor > 1 ? roundDown(axis.size, factor) : 0;
    this.f.i32(0).set(this.#variable(axis));
    this.#steps(axis, 0, unrolledEnd, 1, () =>
      this.#jammed(axis, this.loop.axes[k + 1]!, factor, depth, point),
    );
    this.#steps(axis, unrolledEnd, axis.size, 1, () => {
      const inside = this.#body.fork(point);
      this.#body.emitValues(inside, depth, "scalar");
      this.#axis(k + 1, inside);
    });
  }

  /** Unroll-and-jam: several iterations of `axis` in one innermost loop. */
  #jammed(axis: Axis, inner: Axis, factor: number, depth: number, point: UnrolledPoint): void {
    this.#body.hoistAddresses(depth + 1);
    const points = range(factor).map((outer) => {
      const unrolled = this.#body.fork(point, { inner: 0, outer });
      if (outer > 0) this.f.get(this.#variable(axis)).i32(1).op("i32.add").set(this.#variable(axis));
      this.#body.emitValues(unrolled, depth, "scalar");
      return unrolled;
    });
    this.#innerLoop(inner, points);
  }

  /** The innermost loop: unrolled vectors, then single vectors, then the tail as scalars. */
  #innerLoop(axis: Axis, points: readonly UnrolledPoint[]): void {
    const { f, lanes } = this;
    const body = this.#body;
    const factor = this.#unroll.inner;
    const vectorEnd = lanes === 1 ? 0 : roundDown(axis.size, lanes);
    const unrolledEnd = lanes > 1 && factor > 1 ? roundDown(axis.size, factor * lanes) : 0;
    for (const point of points) body.hoistSplats(point, this.#depth);
    f.i32(0).set(this.#variable(axis));
    const unrolled = range(factor).flatMap((k) =>
      points.map((point) => body.fork(point, { ...point.offset, inner: k * lanes })),
    );
    this.#steps(axis, 0, unrolledEnd, factor * lanes, () =>
      body.emitIteration(unrolled, this.#depth, "vector"),
    );
    this.#steps(axis, unrolledEnd, vectorEnd, lanes, () => body.emitIteration(points, this.#depth, "vector"));
    this.#steps(axis, vectorEnd, axis.size, 1, () => body.emitIteration(points, this.#depth, "scalar"));
    body.endInnerLoop();
  }

  #variable(axis: Axis): number {
    return this.context.variable(axis.name);
  }

  #steps(axis: Axis, start: number, end: number, step: number, body: () => void): void {
    emitSteps(this.f, this.#variable(axis), [start, end], step, body);
  }
}
