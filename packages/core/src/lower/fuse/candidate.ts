import { arg, type Expr } from "../../scalar/expr.ts";
import { expandClamped, expandPredicate, type Index, type Predicate, predicateKey } from "../ir/index-map.ts";
import type { Arg, Buffer, Statement } from "../ir/kernel.ts";
import type { Computed, NestBuilder } from "./nest-builder.ts";

interface RowStore {
  readonly node: number;
  readonly computed: Computed;
}

/**
 * The additions to a nest that computing one node in one of its loops needs: arguments, expressions, and stores of earlier loops to
 * row buffers. The nest changes only when the candidate is committed.
 */
export class Candidate {
  /** Conditions that must hold at each point, and the nodes that are at fault where they do not. */
  readonly checks: { readonly holds: Expr; readonly node: number }[] = [];
  readonly #args: Arg[] = [];
  readonly #argExprs = new Map<string, Expr>();
  readonly #expressions = new Map<string, Expr>();
  readonly #rowStores: RowStore[] = [];

  constructor(
    readonly nest: NestBuilder,
    /** The position of the loop, one past the last for a new one. */
    readonly loop: number,
    readonly loopKey: string,
  ) {}

  /** Makes the additions to the nest. */
  commit(): void {
    const { nest, loop } = this;
    nest.args.push(...this.#args);
    for (const [key, e] of this.#argExprs) nest.argExprs.set(key, e);
    nest.expressions[loop] ??= new Map();
    for (const [key, e] of this.#expressions) nest.expressions[loop].set(key, e);
    for (const { node, computed } of this.#rowStores) {
      nest.add(nest.loops[computed.loop]!, computed.statement);
      nest.computed.set(node, computed);
    }
  }

  computed(node: number): Computed | undefined {
    return this.nest.computed.get(node) ?? this.#rowStores.find((store) => store.node === node)?.computed;
  }

  /** Has an earlier loop store a node in a row buffer. */
  storeInRow(node: number, computed: Computed): void {
    this.#rowStores.push({ node, computed });
  }

  expression(key: string): Expr | undefined {
    return this.#expressions.get(key) ?? this.nest.expressions[this.loop]?.get(key);
  }

  setExpression(key: string, e: Expr): void {
    this.#expressions.set(key, e);
  }

  /** The expression of an argument, which equal keys share. */
  argument(key: string, make: () => Arg): Expr {
    const known = this.nest.argExprs.get(key) ?? this.#argExprs.get(key);
    if (known) return known;
    const position = this.nest.args.length + this.#args.length;
    const e = arg(position, `x${position}`);
    this.#args.push(make());
    this.#argExprs.set(key, e);
    return e;
  }

  load(buffer: Buffer, at: Index, when: Predicate): Expr {
    const [index, guard] = [expandClamped(at), expandPredicate(when)];
    const key = `load ${buffer.id}[${index.key}] ${predicateKey(guard)}`;
    return this.argument(key, () => ({ kind: "load", type: buffer.dtype, buffer, index, guard }));
  }

  index(at: Index): Expr {
    const index = expandClamped(at);
    return this.argument(`index ${index.key}`, () => ({ kind: "index", type: "int32", index }));
  }

  guard(when: Predicate): Expr {
    const guard = expandPredicate(when);
    return this.argument(`guard ${predicateKey(guard)}`, () => ({ kind: "guard", type: "bool", guard }));
  }

  result(node: number, statement: Statement): Expr {
    return this.argument(`result ${node}`, () => ({ kind: "result", type: statement.type, statement }));
  }
}
