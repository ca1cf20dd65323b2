import { checkArguments, nearest, parametersOf, type Signature } from "../arguments.ts";
import { fail } from "../errors.ts";
import { Node } from "../graph/node.ts";
import { type ElementwiseFn, operandArguments } from "../ops/apply.ts";
import type { Formula, TypeRule } from "../ops/formula.ts";
import type { Operand } from "../ops/row.ts";
import { table } from "../ops/table.ts";

import type { OpName } from "../rewrites/pattern.ts";
import { withRewrites } from "../rewrites/rewrite.ts";
import { expansionOf } from "../scalar/expand/index.ts";
import { apply, constantOf, type Expr, rewrite, toExpr } from "../scalar/expr.ts";
import { methodArguments, methods, rewritingMethods } from "../tensor/methods.ts";

/** The value of a term: a tensor or a number; as an argument of a function also a string or a list. */
export type Value = Operand | string | readonly Value[];

/** Arguments by name: `dim=1`. */
export type Keywords = Readonly<Record<string, Value>>;

/** A function of a formula. */
export type FormulaFunction = (args: readonly Value[], keywords?: Keywords) => Value;

type Method = (...args: readonly unknown[]) => unknown;

/** Symbols, and textbook names of methods. */
const symbols = {
  ln: "log",
  "log₂": "log2",
  "log₁₀": "log10",
  "√": "sqrt",
  Σ: "sum",
  "∑": "sum",
  "∏": "prod",
  σ: "sigmoid",
  ReLU: "relu",
  lnΓ: "lgamma",
  logΓ: "lgamma",
  ψ: "digamma",
  sgn: "sign",
  tr: "trace",
  arcsin: "asin",
  arccos: "acos",
  arctan: "atan",
  arsinh: "asinh",
  arcosh: "acosh",
  artanh: "atanh",
} as const satisfies Record<string, keyof typeof methods>;

const own = <T>(entries: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(entries, name) ? entries[name] : undefined;

/** The elementwise row of a name; a formula takes the condition of `where` first, as the function does. */
const rowOf = (name: string) => own<ElementwiseFn<Formula>>(table.elementwise, name);

/** Numbers as operands of a row, where its type rule converts them. */
const conversions: { readonly [R in TypeRule]?: (x: number) => number } = { logical: (x) => +(x !== 0) };

/** The value of an elementwise row at numbers: that at float64 tensors, to the bit. */
function atNumbers({ f, types = "float" }: Formula, x: readonly unknown[]): number {
  const convert = conversions[types] ?? Number;
  const y = f(...(x.map((v) => (v === undefined ? v : toExpr(convert(Number(v))))) as Expr[]));
  const [value] = rewrite(
    [y],
    new Map(),
    (name, op, operands) => expansionOf(name)?.float64(...operands) ?? apply(name, op, operands),
  );
  return constantOf(value!)!;
}

/** Positional arguments and keywords as the arguments of a call; `dim` also names `dims`. */
function placeKeywords(
  name: string,
  signature: Signature,
  args: readonly Value[],
  keywords: Keywords,
): unknown[] {
  const parameters = parametersOf(signature);
  const placed: unknown[] = [...args];
  const options: Record<string, Value> = {};
  for (const [key, value] of Object.entries(keywords)) {
    const index = parameters.findIndex((p) => !p.options && (p.name === key || p.name === `${key}s`));
    if (index >= 0 && index < args.length) fail("value", name, `is given ${key} twice`);
    if (index >= 0) placed[index] = value;
    else if (parameters.some((p) => p.options?.some((o) => o.name === key))) options[key] = value;
    else {
      const names = parameters.flatMap((p) => p.options?.map((o) => o.name) ?? p.name);
      const meant = nearest(key, names);
      fail(
        "value",
        name,
        `has no argument ${key}; its arguments are ${names.join(", ") || "none"}.${meant ? ` Did you mean ${meant}?` : ""}`,
      );
    }
  }
  if (Object.keys(options).length > 0) placed[parameters.findIndex((p) => p.options)] = options;
  return Array.from(placed);
}

/** A result that a formula can go on with. */
const requireOne = (name: string, result: unknown): Value =>
  result instanceof Node || typeof result === "number" || typeof result === "boolean"
    ? result
    : fail("value", name, "gives several tensors; a term of a formula is one tensor or number");

function elementwiseFunction(name: string, row: ElementwiseFn<Formula>): FormulaFunction {
  const signature = operandArguments(row.formula);
  const call = withRewrites(name as OpName, row);
  return (args, keywords = {}) => {
    const x = checkArguments(name, signature, placeKeywords(name, signature, args, keywords));
    return x.some((v) => v instanceof Node) ? call(...(x as Operand[])) : atNumbers(row.formula, x);
  };
}

const receiver: Signature = { x: "tensor" };

function methodFunction(name: keyof typeof methods): FormulaFunction {
  const signature: Signature = methodArguments[name];
  return ([x, ...args], keywords = {}) => {
    checkArguments(name, receiver, x === undefined ? [] : [x]);
    const rest = checkArguments(name, signature, placeKeywords(name, signature, args, keywords));
    return requireOne(name, (rewritingMethods[name] as Method)(x, ...rest));
  };
}

/** Calls a reduction with one argument, and with several what compares them element by element. */
const extremum = (
  reduction: "amax" | "amin",
  comparison: "maximum" | "minimum",
  args: readonly Value[],
  keywords?: Keywords,
): Value =>
  args.length < 2
    ? functionNamed(reduction)(args, keywords)
    : args.reduce((a, b) => functionNamed(comparison)([a, b], keywords));

/** Functions that are no methods. */
const extrema: Readonly<Record<string, FormulaFunction>> = {
  max: (...call) => extremum("amax", "maximum", ...call),
  min: (...call) => extremum("amin", "minimum", ...call),
};

/** What the operators mean that stand for several methods. */
const operators = {
  /** eˣ is `exp`, x² is `square`, x⁻¹ is `reciprocal`; any other power is `pow`. */
  power: ([base, exponent]) => {
    if (base === Math.E) return functionNamed("exp")([exponent!]);
    if (exponent === 2) return functionNamed("square")([base!]);
    if (exponent === -1) return functionNamed("reciprocal")([base!]);
    return functionNamed("pow")([base!, exponent!]);
  },
  /** The transpose of a matrix, or of the last two axes; vectors and numbers are their own. */
  transposed: ([x]) => (x instanceof Node && x.shape.length > 1 ? functionNamed("transpose")([x]) : x!),
  /** The product that `a Bᵀ…` means: a must be a scalar. */
  scaled: ([a, b]) =>
    a instanceof Node && a.shape.length > 0
      ? fail(
          "shape",
          "formula",
          "a product with a transpose needs its sign: @ for the product of matrices, * for the product of elements",
        )
      : functionNamed("mul")([a!, b!]),
} satisfies Record<string, FormulaFunction>;

/** The functions that operators call. */
export type OperatorFunction = keyof typeof operators | keyof typeof table.elementwise | "matmul" | "norm";

const cache = new Map<string, FormulaFunction>();

/** The function of a name that `isFunction` knows, or of an operator. */
export function functionNamed(name: string): FormulaFunction {
  const known = cache.get(name);
  if (known) return known;
  const method = own(symbols, name) ?? (name as keyof typeof methods);
  const row = rowOf(method);
  const found =
    own(extrema, name) ??
    own<FormulaFunction>(operators, name) ??
    (row ? elementwiseFunction(method, row) : methodFunction(method));
  cache.set(name, found);
  return found;
}

/** Whether a formula knows a function of this name. */
export const isFunction = (name: string): boolean =>
  Object.hasOwn(extrema, name) || Object.hasOwn(symbols, name) || Object.hasOwn(methods, name);

const rowNamed = (name: string) => rowOf(own<string>(symbols, name) ?? name);

/** Whether a function is one of elements. */
export const isElementwise = (name: string): boolean => rowNamed(name) !== undefined;

/** Whether a function is one of elements with one operand, which needs no parentheses: ln x. */
export const isUnary = (name: string): boolean => rowNamed(name)?.formula.f.length === 1;

/** The names of all functions. */
export const functionNames = (): string[] =>
  [extrema, symbols, methods].flatMap((entries) => Object.keys(entries));
