import { arg, type Expr, subexpressions } from "../../scalar/expr.ts";
import { loopKey } from "../ir/axes.ts";
import { type Guard, guardKey, type Index, open, openGuard } from "../ir/index-map.ts";
import type { Arg, Axis, Buffer, Loop, Nest, Task } from "../ir/kernel.ts";

/** An item that a unit works out itself: in which of its loops, by which task, and at which coordinates. */
export interface Local {
  /** Infinity where the result is known only after all rows. */
  readonly loop: number;
  readonly task: Task;
  readonly at: readonly string[];
  /** Whether other loops of the row read it as a number rather than from memory. */
  readonly result: boolean;
}

/** A nest in the making: loops over one row space, and the arguments of their formulas. */
export class Unit {
  readonly loops: { readonly axes: readonly Axis[]; readonly key: string; readonly tasks: Task[] }[] = [];
  /** Loops that run before the first row. */
  readonly before: Loop[] = [];
  readonly locals = new Map<number, Local>();
  readonly args: Arg[] = [];
  /** The elements whose formulas were written, for each loop. */
  readonly written: Map<string, Expr>[] = [];
  readonly #known = new Map<string, Expr>();
  readonly #words = new Set<Expr>();

  constructor(
    readonly rowShape: readonly number[],
    readonly rows: readonly Axis[],
    readonly coordinates: readonly Index[],
  ) {}

  /** The nest, after one of what runs before it. */
  nests(): Nest[] {
    const { before, rows, args } = this;
    const loops = this.loops.map(({ axes, tasks }) => ({ axes, tasks }));
    const first: Nest[] = before.length > 0 ? [{ kind: "nest", rows: [], loops: before, args: [] }] : [];
    return [...first, { kind: "nest", rows, loops, args }];
  }

  get taskCount(): number {
    return this.loops.reduce((n, l) => n + l.tasks.length, 0);
  }

  /** How many words its formulas are, each counted once. */
  get length(): number {
    return this.#words.size;
  }

  /** Adds a task to one of its loops. */
  add({ tasks }: { readonly tasks: Task[] }, task: Task): void {
    tasks.push(task);
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

  load(buffer: Buffer, place: Index, when: Guard): Expr {
    const [index, guard] = [open(place), openGuard(when)];
    const key = `load ${buffer.id}[${index.key}] ${guardKey(guard)}`;
    return this.argument(key, () => ({ kind: "load", type: buffer.dtype, buffer, index, guard }));
  }

  index(place: Index): Expr {
    const index = open(place);
    return this.argument(`index ${index.key}`, () => ({ kind: "index", type: "int32", index }));
  }

  guard(when: Guard): Expr {
    const guard = openGuard(when);
    return this.argument(`guard ${guardKey(guard)}`, () => ({ kind: "guard", type: "bool", guard }));
  }

  result(item: number, task: Task): Expr {
    return this.argument(`result ${item}`, () => ({ kind: "result", type: task.type, task }));
  }

  /** The loop number `at` or, one past the last, a new one. */
  loopAt(at: number, axes: readonly Axis[]): { readonly tasks: Task[] } {
    const known = this.loops[at];
    if (known) return known;
    const loop = { axes, key: loopKey(axes), tasks: [] as Task[] };
    this.loops.push(loop);
    return loop;
  }
}
