import { checkArguments, checked, describe, type Signature } from "../arguments.ts";
import { fail } from "../errors.ts";
import { operandArguments, typeNames, unregistered } from "../ops/apply.ts";
import type { Formula } from "../ops/formula.ts";
import { arg, isExpr } from "../scalar/expr.ts";
import { lifted, type Tensor, type TensorLike } from "./tensor.ts";

type TensorLikes<P extends unknown[]> = { [I in keyof P]: TensorLike };

const elementwiseArguments: Signature = {
  name: "string",
  formula: { f: "function", d: "function", types: typeNames, domain: "list", require: "any" },
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
 * operands (without it the op has no gradient); `types`, the result dtype as a rule; `domain`, where the tests draw operands
 * @throws if f does not return an expression, or d not one for each operand
 *
 * @example
 * const { mul } = scalar;
 * const cube = elementwise("cube", { f: (x) => mul(x, mul(x, x)), d: (_y, x) => [mul(3, mul(x, x))] });
 * console.log(cube(tensor([2, 3])).toArray()); //=> [ 8, 27 ]
 */
export function elementwise<F extends Formula>(
  name: string,
  formula: F,
): (...x: TensorLikes<Parameters<F["f"]>>) => Tensor {
  checkArguments("elementwise", elementwiseArguments, arguments);
  checkFormula(name, formula);
  const call = lifted(unregistered(name, formula)) as (...x: TensorLikes<Parameters<F["f"]>>) => Tensor;
  return checked(name, operandArguments(formula), call);
}
