import { arg, type Expr, subexpressions } from "../../scalar/expr.ts";
import { loopKey } from "../ir/axes.ts";
import { expandClamped, expandPredicate, type Index, type Predicate, predicateKey } from "../ir/index-map.ts";
import type { Arg, Axis, Buffer, Loop, Nest, Statement } from "../ir/kernel.ts";

/** An item that a unit works out itself: in which of its loops, by which task, and at which coordinates. */
export interface Computed {
  /** Infinity where the result is known only after all rows. */
  readonly loop: number;
  readonly task: Statement;
  readonly at: readonly string[];
  /** Whether other loops of the row read it as a number rather than from memory. */
  readonly result: boolean;
}

/** A nest in the making: loops over one row space, and the arguments of their formulas. */
export class NestBuilder {
  readonly loops: {
    readonly axes: readonly Axis[];
    readonly key: string;
    readonly statements: Statement[];
  }[] = [];
  /** Loops that run before the first row. */
  readonly prologue: Loop[] = [];
  readonly computed = new Map<number, Computed>();
  readonly args: Arg[] = [];
  /** The elements whose formulas were written, for each loop. */
  readonly expressions: Map<string, Expr>[] = [];
  readonly #known = new Map<string, Expr>();
  readonly #words = new Set<Expr>();

  constructor(
    readonly outerShape: readonly number[],
    readonly outerAxes: readonly Axis[],
    readonly coordinates: readonly Index[],
  ) {}

  /** The nest, after one of what runs before it. */
  nests(): Nest[] {
    const { prologue, outerAxes, args } = this;
    const loops = this.loops.map(({ axes, statements }) => ({ axes, statements }));
    const first: Nest[] =
      prologue.length > 0 ? [{ kind: "nest", outerAxes: [], loops: prologue, args: [] }] : [];
    return [...first, { kind: "nest", outerAxes, loops, args }];
  }

  get statementCount(): number {
    return this.loops.reduce((n, l) => n + l.statements.length, 0);
  }

  /** How many words its formulas are, each counted once. */
  get length(): number {
    return this.#words.size;
  }

  /** Adds a task to one of its loops. */
  add({ statements }: { readonly statements: Statement[] }, task: Statement): void {
    statements.push(task);
    for (const e of subexpressions([task.value], this.#words)) this.#words.add(e);
  }

  /** The formula argument for a key, made once. */
  argument(key: string, make: () => Arg): Expr {
    const known = this.#known.get(key);
    if (known) return known;
    const e = arg(this.args.length, `x${this.args.length}`);
    this.args.push(make());
    this.#known.set(key, e);
    return e;
  }

  load(buffer: Buffer, place: Index, when: Predicate): Expr {
    const [index, guard] = [expandClamped(place), expandPredicate(when)];
    const key = `load ${buffer.id}[${index.key}] ${predicateKey(guard)}`;
    return this.argument(key, () => ({ kind: "load", type: buffer.dtype, buffer, index, guard }));
  }

  index(place: Index): Expr {
    const index = expandClamped(place);
    return this.argument(`index ${index.key}`, () => ({ kind: "index", type: "int32", index }));
  }

  guard(when: Predicate): Expr {
    const guard = expandPredicate(when);
    return this.argument(`guard ${predicateKey(guard)}`, () => ({ kind: "guard", type: "bool", guard }));
  }

  result(item: number, task: Statement): Expr {
    return this.argument(`result ${item}`, () => ({ kind: "result", type: task.type, task }));
  }

  /** The loop number `at` or, one past the last, a new one. */
  loopAt(at: number, axes: readonly Axis[]): { readonly statements: Statement[] } {
    const known = this.loops[at];
    if (known) return known;
    const loop = { axes, key: loopKey(axes), statements: [] as Statement[] };
    this.loops.push(loop);
    return loop;
  }
}
