import type { DType } from "../dtype.ts";
import { fail } from "../errors.ts";

/** A scalar op. */
export interface ScalarOp {
  /** The dtype of the result: that of the operands, that of the two branches of a choice, or a fixed one. */
  readonly result: "same" | "branches" | DType;
  /** Computes the op in double precision; absent from functions that are expanded into primitives. */
  readonly float?: (...x: number[]) => number;
  /** Computes the op on 32-bit integers, where `float` would not be exact modulo 2³². */
  readonly int?: (...x: number[]) => number;
  /** How the op prints, with `$0` for its first operand. */
  readonly format: string;
  /** The op is defined on floats only: int32 and bool operands are converted to float32. */
  readonly floatOnly?: boolean;
  /** The op is 0 where |$0| < $1, which holds for almost all operands: a backend may skip the computation there. */
  readonly slowPath?: boolean;
}

/**
 * A scalar expression: a directed acyclic graph of ops over arguments and constants. A constant without a dtype is weak: it
 * adopts the dtype of the op that reads it.
 */
export type Expr =
  | { readonly kind: "arg"; readonly index: number; readonly name: string }
  | { readonly kind: "const"; readonly value: number; readonly type?: DType }
  | {
      readonly kind: "apply";
      readonly name: string;
      readonly op: ScalarOp;
      readonly args: readonly Expr[];
    };

/** An operand of an expression. */
export type Scalar = Expr | number;

/** Makes JavaScript's operators, which cannot be overloaded, throw instead of converting an expression to a string. */
abstract class ExprBase {
  [Symbol.toPrimitive](): never {
    return fail(
      "value",
      "formula",
      "JavaScript operators do not work on expressions. Did you mean add(x, y), mul(x, y), where(lt(x, y), a, b)?",
    );
  }
}

class Arg extends ExprBase {
  readonly kind = "arg";
  constructor(
    readonly index: number,
    readonly name: string,
  ) {
    super();
  }
}

class Apply extends ExprBase {
  readonly kind = "apply";
  constructor(
    readonly name: string,
    readonly op: ScalarOp,
    readonly args: readonly Expr[],
  ) {
    super();
  }
}

export const arg = (index: number, name = `x${index}`): Expr => new Arg(index, name);

export const isExpr = (x: unknown): x is Expr => typeof x === "object" && x !== null && "kind" in x;

export function toExpr(x: Scalar): Expr {
  if (typeof x === "number") return { kind: "const", value: x };
  return isExpr(x)
    ? x
    : fail("value", "formula", `an operand is ${typeof x}; it must be an expression or a number`);
}

/** A constant of a dtype. */
export const literal = (value: number, type: DType): Expr => ({ kind: "const", value, type });

/** The value of a weak constant. */
export const constantOf = (x: Expr): number | undefined =>
  x.kind === "const" && x.type === undefined ? x.value : undefined;

type Scalars<P extends unknown[]> = { [I in keyof P]: Scalar };
type Builders<T extends Record<string, ScalarOp>> = {
  readonly [K in keyof T]: T[K] extends { float: (...x: infer P) => number }
    ? (...x: Scalars<P>) => Expr
    : T[K]["format"] extends `${string}$1${string}`
      ? (x: Scalar, y: Scalar) => Expr
      : (x: Scalar) => Expr;
};

/**
 * An op applied to operands. Weak constants are folded, if the op has a `float`. Constants with a dtype are not, because each
 * op rounds to that dtype.
 */
export function apply(name: string, op: ScalarOp, operands: readonly Scalar[]): Expr {
  const args = operands.map(toExpr);
  const values = args.map(constantOf);
  if (op.float && values.every((v) => v !== undefined)) return toExpr(op.float(...values));
  return new Apply(name, op, args);
}

/** A function for each op of a table that applies it to operands. */
export function builders<T extends Record<string, ScalarOp>>(table: T): Builders<T> {
  const entries = Object.entries(table).map(([name, op]) => [name, (...x: Scalar[]) => apply(name, op, x)]);
  return Object.fromEntries(entries) as Builders<T>;
}

/** `roots` and their transitive operands, each once, operands before users. Iterative, as expressions may be deep. */
export function topologicalOrder(roots: readonly Expr[], operandsOf: (e: Expr) => readonly Expr[]): Expr[] {
  const order = new Set<Expr>();
  const stack = [...roots].reverse();
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const { length } = stack;
    if (!order.has(top)) {
      const operands = operandsOf(top);
      for (let i = operands.length - 1; i >= 0; i--) if (!order.has(operands[i]!)) stack.push(operands[i]!);
    }
    if (stack.length === length) order.add(stack.pop()!);
  }
  return [...order];
}

const noOperands: readonly Expr[] = [];

/** The replacement of an op, given its rewritten operands. */
type Rewriter = (name: string, op: ScalarOp, operands: readonly Expr[]) => Expr;

/** Rebuilds expressions bottom-up with sub-expressions replaced, and each op as `rewriter` gives it. */
export function rewrite(
  roots: readonly Expr[],
  replacements: ReadonlyMap<Expr, Expr>,
  rewriter: Rewriter = apply,
): Expr[] {
  const rewritten = new Map(replacements);
  for (const e of subexpressions(roots, new Set(replacements.keys()))) {
    if (rewritten.has(e)) continue;
    const operands = e.kind === "apply" ? e.args.map((a) => rewritten.get(a)!) : noOperands;
    rewritten.set(e, e.kind === "apply" ? rewriter(e.name, e.op, operands) : e);
  }
  return roots.map((r) => rewritten.get(r)!);
}

/** The distinct sub-expressions of `roots`, operands before users; those of `ends` count as leaves. */
export const subexpressions = (roots: readonly Expr[], ends?: ReadonlySet<Expr>): Expr[] =>
  topologicalOrder(roots, (e) => (e.kind === "apply" && !ends?.has(e) ? e.args : noOperands));
