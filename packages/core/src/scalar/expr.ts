import type { DType } from "../dtype.ts";
import { fail } from "../errors.ts";

/**
 * A word of the scalar machine: what it computes in double precision (`float`) and, where integers differ,
 * in 32-bit integers (`int`); its result type (`same` as its operands, that of its `branches`, or a fixed one);
 * and how it prints, `$0` standing for its first operand.
 */
export interface ScalarOp {
  readonly result: "same" | "branches" | DType;
  readonly float?: (...x: number[]) => number;
  readonly int?: (...x: number[]) => number;
  readonly text: string;
  /** The word works on real numbers alone: whole ones and truth values are taken to float32 for it. */
  readonly real?: boolean;
  /** The word is 0 where |$0| < $1, which is nearly everywhere: a backend need not work it out there. */
  readonly slowPath?: boolean;
}

/**
 * A formula of scalars: a directed acyclic graph of words over arguments and constants. A constant without a dtype has that
 * of the word that reads it.
 */
export type Expr =
  | { readonly kind: "arg"; readonly index: number; readonly name: string }
  | { readonly kind: "const"; readonly value: number; readonly type?: DType }
  | {
      readonly kind: "apply";
      readonly name: string;
      readonly word: ScalarOp;
      readonly args: readonly Expr[];
    };

/** What a formula is written with: an expression or a plain number. */
export type Scalar = Expr | number;

/** What expressions have in common: they are written with functions, as JavaScript's operators cannot be overloaded. */
abstract class Written {
  [Symbol.toPrimitive](): never {
    return fail(
      "value",
      "formula",
      "JavaScript operators do not work on expressions. Did you mean add(x, y), mul(x, y), where(lt(x, y), a, b)?",
    );
  }
}

class Arg extends Written {
  readonly kind = "arg";
  constructor(
    readonly index: number,
    readonly name: string,
  ) {
    super();
  }
}

class Apply extends Written {
  readonly kind = "apply";
  constructor(
    readonly name: string,
    readonly word: ScalarOp,
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
    : fail("value", "formula", `a part of it is ${typeof x}; formulas are made of expressions and numbers`);
}

/** A number as an element of a dtype. */
export const literal = (value: number, type: DType): Expr => ({ kind: "const", value, type });

/** The number that a constant without a dtype is. */
export const constantOf = (x: Expr): number | undefined =>
  x.kind === "const" && x.type === undefined ? x.value : undefined;

type Scalars<P extends unknown[]> = { [I in keyof P]: Scalar };
type Builders<T extends Record<string, ScalarOp>> = {
  readonly [K in keyof T]: T[K] extends { float: (...x: infer P) => number }
    ? (...x: Scalars<P>) => Expr
    : T[K]["text"] extends `${string}$1${string}`
      ? (x: Scalar, y: Scalar) => Expr
      : (x: Scalar) => Expr;
};

/**
 * One word written over its operands; over constants alone it is folded, which functions are not before they are words.
 * Constants with a dtype are not: they are rounded to it at each word.
 */
export function apply(name: string, word: ScalarOp, operands: readonly Scalar[]): Expr {
  const args = operands.map(toExpr);
  const values = args.map(constantOf);
  if (word.float && values.every((v) => v !== undefined)) return toExpr(word.float(...values));
  return new Apply(name, word, args);
}

/** One function per word that writes it into a formula. */
export function builders<T extends Record<string, ScalarOp>>(words: T): Builders<T> {
  const entries = Object.entries(words).map(([name, word]) => [
    name,
    (...x: Scalar[]) => apply(name, word, x),
  ]);
  return Object.fromEntries(entries) as Builders<T>;
}

/** The distinct expressions that `roots` are made of, operands before users, as `operandsOf` gives them. */
export function inOrder(roots: readonly Expr[], operandsOf: (e: Expr) => readonly Expr[]): Expr[] {
  const order = new Set<Expr>();
  const stack = [...roots].reverse();
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const { length } = stack;
    if (!order.has(top)) {
      const operands = operandsOf(top);
      for (let i = operands.length - 1; i >= 0; i--)
        if (!order.has(operands[i] as Expr)) stack.push(operands[i] as Expr);
    }
    if (stack.length === length) order.add(stack.pop() as Expr);
  }
  return [...order];
}

const none: readonly Expr[] = [];

/** How a word is written over its operands. */
type Write = (name: string, word: ScalarOp, operands: readonly Expr[]) => Expr;

/** Formulas anew, with others in the place of the parts that `by` names, and each word as `write` writes it. */
export function rewrite(roots: readonly Expr[], by: ReadonlyMap<Expr, Expr>, write: Write = apply): Expr[] {
  const made = new Map(by);
  for (const e of subexpressions(roots, new Set(by.keys()))) {
    if (made.has(e)) continue;
    const operands = e.kind === "apply" ? e.args.map((a) => made.get(a) as Expr) : none;
    made.set(e, e.kind === "apply" ? write(e.name, e.word, operands) : e);
  }
  return roots.map((r) => made.get(r) as Expr);
}

/** The distinct sub-expressions of `roots`, operands before users, down to `ends`. */
export const subexpressions = (roots: readonly Expr[], ends?: ReadonlySet<Expr>): Expr[] =>
  inOrder(roots, (e) => (e.kind === "apply" && !ends?.has(e) ? e.args : none));
