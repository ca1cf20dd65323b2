import type { Axis, Loop, Nest, Statement } from "../../../lower/ir/kernel.ts";
import { emitParallelLoop, extentOf, type KernelFunction, type KernelInfo } from "../abi/kernel-function.ts";
import type { FunctionBuilder, ValType } from "../assembler/assembler.ts";
import { emitSteps } from "../assembler/loops.ts";
import { treeBufferBytes } from "../reduce/accumulator.ts";
import type { NestContext } from "./context.ts";
import { hoistDepths, type PlacedValues, vectorLanes } from "./loop-depth.ts";
import { LoopEmitter } from "./loop-emitter.ts";
import { isSum } from "./unroll.ts";

/** The functions of the host that a nest may call. */
type Host = Pick<NestContext, "host">;

/** Emits one nest: the loops over its outer axes, and in them its inner loops in sequence. */
class NestEmitter {
  readonly f: FunctionBuilder;
  readonly #locals = new Map<string, number>();
  readonly #results = new Map<Statement, number>();
  readonly #context: NestContext;

  constructor(
    readonly kernel: KernelFunction,
    readonly nest: Nest,
    host: Host,
  ) {
    this.f = kernel.f;
    this.#context = {
      ...host,
      base: kernel.base,
      workspace: kernel.workspace,
      variable: (name) => this.#local(`variable ${name}`, "i32"),
      result: (statement) => this.#results.get(statement)!,
      scratch: (type, slot) => this.#local(`scratch ${type} ${slot}`, type),
    };
  }

  /** The same local for the same name. */
  #local(name: string, type: ValType): number {
    const local = this.#locals.get(name) ?? this.f.local(type);
    this.#locals.set(name, local);
    return local;
  }

  /** Emits all loops; returns the parallel extent. */
  emit(): number {
    const { outerAxes, parallel: count } = this.nest;
    const parallel = outerAxes.slice(0, count).map(({ name, size }) => ({
      size,
      index: this.#context.variable(name),
    }));
    emitParallelLoop(this.kernel, parallel, () => this.#outerLoops(outerAxes.slice(count)));
    return extentOf(parallel);
  }

  /** The loops over outer axes whose points depend on each other, around all inner loops. */
  #outerLoops([axis, ...inside]: readonly Axis[]): void {
    if (!axis) {
      for (const loop of this.nest.loops) this.#loop(loop);
      return;
    }
    if (axis.size === 0) return;
    const variable = this.#context.variable(axis.name);
    this.f.i32(0).set(variable);
    emitSteps(this.f, variable, [0, axis.size], 1, () => this.#outerLoops(inside));
  }

  /**
   * Loop fission: statements with vector code and those without are separate loops, so that the order of a sum depends on its
   * statement alone.
   */
  #loop(loop: Loop): void {
    if (loop.axes.length === 0) return this.#statements(loop, this.#placed(loop, loop.statements), 1);
    const depth = this.nest.outerAxes.length + loop.axes.length;
    const groups = new Map<1 | 2 | 4, { readonly statements: Statement[]; readonly values: PlacedValues }>();
    for (const statement of loop.statements) {
      const values = this.#placed(loop, [statement]);
      const lanes = vectorLanes([statement], values, depth);
      const group = groups.get(lanes);
      if (group) group.statements.push(statement);
      else groups.set(lanes, { statements: [statement], values });
    }
    for (const [lanes, { statements, values }] of groups)
      this.#statements(
        { axes: loop.axes, statements },
        statements.length > 1 ? this.#placed(loop, statements) : values,
        lanes,
      );
  }

  #placed({ axes }: Loop, statements: readonly Statement[]): PlacedValues {
    const { outerAxes, args } = this.nest;
    return hoistDepths(statements, args, [...outerAxes, ...axes], outerAxes.length);
  }

  #statements(loop: Loop, values: PlacedValues, lanes: 1 | 2 | 4): void {
    const emitter = new LoopEmitter(this.f, this.#context, this.nest, loop, values, lanes);
    for (const [statement, local] of emitter.emit()) this.#results.set(statement, local);
  }
}

/** Emits the code of a nest into its kernel. */
export function emitNest(kernel: KernelFunction, nest: Nest, host: Host): KernelInfo {
  const extent = new NestEmitter(kernel, nest, host).emit();
  const sums = nest.loops.map((loop) => loop.statements.filter(isSum).length);
  return { extent, workspaceBytes: treeBufferBytes * Math.max(0, ...sums) };
}
