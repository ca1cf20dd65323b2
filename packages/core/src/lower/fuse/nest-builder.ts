import { type Expr, subexpressions } from "../../scalar/expr.ts";
import { axesOf, loopKey } from "../ir/axes.ts";
import type { Index } from "../ir/index-map.ts";
import type { Arg, Axis, Loop, Nest, Statement } from "../ir/kernel.ts";
import type { Target } from "../target.ts";

/** A node that a nest computes: in which of its loops, by which statement, and at which coordinates. */
export interface Computed {
  /** Infinity if the result is complete only after the last row. */
  readonly loop: number;
  readonly statement: Statement;
  /** The keys of the coordinates. */
  readonly at: readonly string[];
  /** Whether later loops of the row read the result from a register. */
  readonly isRegister: boolean;
}

/** A loop of a nest under construction. */
export interface LoopBuilder {
  readonly axes: readonly Axis[];
  readonly key: string;
  readonly statements: Statement[];
}

/** A fusion group: a nest under construction, whose loops run for each point of its outer axes, a row. */
export class NestBuilder {
  readonly outerAxes: readonly Axis[];
  /** The coordinates of the row. */
  readonly coordinates: readonly Index[];
  readonly loops: LoopBuilder[] = [];
  /** Loops that run before the first row. */
  readonly prologue: Loop[] = [];
  readonly computed = new Map<number, Computed>();
  readonly args: Arg[] = [];
  /** The expressions of `args`, by their keys. */
  readonly argExprs = new Map<string, Expr>();
  /** The expressions of elements, by their keys, for each loop. */
  readonly expressions: Map<string, Expr>[] = [];
  readonly #ops = new Set<Expr>();
  /** How many leading axes of the outer shape carry no accumulation. */
  #parallel: number;

  constructor(readonly outerShape: readonly number[]) {
    const { axes, coordinates } = axesOf("r", outerShape);
    this.outerAxes = axes;
    this.coordinates = coordinates;
    this.#parallel = outerShape.length;
  }

  isFull({ maxStatements, maxNestOps }: Target): boolean {
    const count = this.loops.reduce((n, { statements }) => n + statements.length, 0);
    return count >= maxStatements || this.#ops.size >= maxNestOps;
  }

  add({ statements }: { readonly statements: Statement[] }, statement: Statement): void {
    statements.push(statement);
    for (const e of subexpressions([statement.value], this.#ops)) this.#ops.add(e);
  }

  /** The loop at `position` or, one past the last, a new one. */
  loopAt(position: number, axes: readonly Axis[]): LoopBuilder {
    const known = this.loops[position];
    if (known) return known;
    const loop = { axes, key: loopKey(axes), statements: [] };
    this.loops.push(loop);
    return loop;
  }

  /** Notes that a statement accumulates across rows, along the outer axes after the first `parallel`. */
  accumulateAcross(parallel: number): void {
    this.#parallel = Math.min(this.#parallel, parallel);
  }

  /** The nest, after one that runs its prologue. */
  nests(): Nest[] {
    const { prologue, outerAxes, outerShape, args } = this;
    const loops = this.loops.map(({ axes, statements }) => ({ axes, statements }));
    const parallel = axesOf("r", outerShape.slice(0, this.#parallel)).axes.length;
    const before: Nest[] =
      prologue.length > 0 ? [{ kind: "nest", outerAxes: [], parallel: 0, loops: prologue, args: [] }] : [];
    return [...before, { kind: "nest", outerAxes, parallel, loops, args }];
  }
}
