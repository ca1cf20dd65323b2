import { checkArguments, checked, describe, type Signature } from "../arguments.ts";
import { fail } from "../errors.ts";
import { Node } from "../graph/node.ts";
import type { activations } from "../ops/activation.ts";
import { operandArguments, typeNames, unregistered } from "../ops/apply.ts";
import type { elementwiseOps } from "../ops/elementwise.ts";
import type { Formula } from "../ops/formula.ts";
import { withAfter } from "../rewrites/after.ts";
import { arg, isExpr } from "../scalar/expr.ts";
import { lifted, Tensor, type TensorLike } from "./tensor.ts";

type Elementwise = typeof elementwiseOps & typeof activations;
/** The ops of one operand, which an op of users may follow. */
type UnaryName = {
  [K in keyof Elementwise]: Parameters<Elementwise[K]>["length"] extends 1 ? K : never;
}[keyof Elementwise];

/** The formula of an elementwise op of users, and what the op becomes after others. */
export interface ElementwiseFormula extends Formula {
  /**
   * The same function of what the first operand was computed from, for each op that this one may follow:
   * `after: { sigmoid: (z, y) => … }`. It takes the place of the composition, whose digits it keeps.
   */
  readonly after?: { readonly [K in UnaryName]?: (x: Tensor, ...others: TensorLike[]) => Tensor };
}

/** A function on tensors as one on nodes. */
const onNodes =
  (f: (...x: unknown[]) => Tensor) =>
  (...x: readonly unknown[]): Node =>
    f(...x.map((n) => (n instanceof Node ? new Tensor(n) : n))).node;

type TensorLikes<P extends unknown[]> = { [I in keyof P]: TensorLike };

const elementwiseArguments: Signature = {
  name: "string",
  formula: { f: "function", d: "function", types: typeNames, domain: "list", require: "any", after: "any" },
};

/** @throws if a formula or a partial derivative is not an expression, or a derivative is missing */
function checkFormula(name: string, { f, d, domain }: Partial<Formula> = {}): void {
  if (!f) fail("value", name, "the formula has no f. Did you mean { f: (x) => … }?");
  const x = Array.from({ length: Math.max(f.length, domain?.length ?? 0) }, (_, i) => arg(i));
  const y = f(...x);
  if (!isExpr(y))
    fail("value", name, `f returned ${describe(y)}; it must return an expression such as add(x, 1)`);
  const partials: unknown = d?.(arg(x.length), ...x);
  if (d && !(Array.isArray(partials) && partials.length >= f.length))
    fail(
      "value",
      name,
      `d returned ${Array.isArray(partials) ? `${partials.length} partial derivatives` : describe(partials)} for ${f.length} operands; it must return a list with one for each`,
    );
  const wrong =
    (partials as unknown[] | undefined)?.findIndex((p) => typeof p !== "number" && !isExpr(p)) ?? -1;
  if (wrong >= 0) fail("value", name, `partial derivative ${wrong} is neither an expression nor a number`);
}

/**
 * An elementwise op of your own: a function on tensors that broadcasts, promotes dtypes, and differentiates in both modes
 * to any order.
 *
 * @param name its name in errors and printed graphs
 * @param formula `f`, the formula over the functions of `scalar`; `d`, the partial derivatives given the result and the
 * operands (without it the op has no gradient); `types`, the result dtype as a rule; `domain`, where the tests draw operands;
 * `after`, the same function of what the first operand was computed from, by the name of the op that computed it
 * @throws if f does not return an expression, or d not one for each operand
 *
 * @example
 * const { mul } = scalar;
 * const cube = elementwise("cube", { f: (x) => mul(x, mul(x, x)), d: (_y, x) => [mul(3, mul(x, x))] });
 * console.log(cube(tensor([2, 3])).toArray()); //=> [ 8, 27 ]
 */
export function elementwise<F extends ElementwiseFormula>(
  name: string,
  formula: F,
): (...x: TensorLikes<Parameters<F["f"]>>) => Tensor {
  checkArguments("elementwise", elementwiseArguments, arguments);
  checkFormula(name, formula);
  const row = unregistered(name, formula) as (...x: readonly unknown[]) => Node;
  const after = Object.entries(formula.after ?? {}) as [UnaryName, (...x: unknown[]) => Tensor][];
  const call = lifted(
    withAfter(
      name,
      row,
      after.map(([op, to]) => [op, onNodes(to)]),
    ),
  ) as (...x: TensorLikes<Parameters<F["f"]>>) => Tensor;
  return checked(name, operandArguments(formula), call);
}
