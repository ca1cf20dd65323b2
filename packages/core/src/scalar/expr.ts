import type { DType } from "../dtype.ts";

/**
 * A word of the scalar machine: what it computes in double precision (`float`) and, where integers differ,
 * in 32-bit integers (`int`); its result type (`same` as its operands, that of its `branches`, or a fixed one);
 * and how it prints, `$0` standing for its first operand.
 */
export interface Word {
  readonly result: "same" | "branches" | DType;
  readonly float: (...x: number[]) => number;
  readonly int?: (...x: number[]) => number;
  readonly text: string;
  /** The word is 0 where |$0| < $1, which is nearly everywhere: a backend need not work it out there. */
  readonly rare?: boolean;
}

/** A formula of scalars: a directed acyclic graph of words over arguments and constants. */
export type Expr =
  | { readonly kind: "arg"; readonly index: number; readonly name: string }
  | { readonly kind: "const"; readonly value: number }
  | { readonly kind: "apply"; readonly name: string; readonly word: Word; readonly args: readonly Expr[] };

/** What a formula is written with: an expression or a plain number. */
export type Scalar = Expr | number;

export const arg = (index: number, name = `x${index}`): Expr => ({ kind: "arg", index, name });

export const toExpr = (x: Scalar): Expr => (typeof x === "number" ? { kind: "const", value: x } : x);

export const constantOf = (x: Expr): number | undefined => (x.kind === "const" ? x.value : undefined);

type Scalars<P extends unknown[]> = { [I in keyof P]: Scalar };
type Builders<T extends Record<string, Word>> = {
  readonly [K in keyof T]: (...x: Scalars<Parameters<T[K]["float"]>>) => Expr;
};

/** One word written over its operands; over constants alone it is folded. */
export function applied(name: string, word: Word, operands: readonly Scalar[]): Expr {
  const args = operands.map(toExpr);
  const values = args.map(constantOf);
  if (values.every((v) => v !== undefined)) return toExpr(word.float(...values));
  return { kind: "apply", name, word, args };
}

/** One function per word that writes it into a formula. */
export function builders<T extends Record<string, Word>>(words: T): Builders<T> {
  const entries = Object.entries(words).map(([name, word]) => [
    name,
    (...x: Scalar[]) => applied(name, word, x),
  ]);
  return Object.fromEntries(entries) as Builders<T>;
}

/** The distinct sub-expressions of `roots`, operands before users, down to `ends`. */
export function subexpressions(roots: readonly Expr[], ends: ReadonlySet<Expr> = new Set()): Expr[] {
  const order = new Set<Expr>();
  const stack: Expr[] = [...roots].reverse();
  while (stack.length > 0) {
    const top = stack[stack.length - 1] as Expr;
    const pending = top.kind === "apply" && !ends.has(top) ? top.args.filter((a) => !order.has(a)) : [];
    if (pending.length === 0 || order.has(top)) order.add(stack.pop() as Expr);
    else stack.push(...pending.reverse());
  }
  return [...order];
}
