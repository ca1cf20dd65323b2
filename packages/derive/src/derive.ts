import { interpreter, Tensor, withBackend, withoutRewrites } from "@chainrule/core";
import { checkArguments, fail, type Signature } from "@chainrule/core/internal";
import { foundNames, foundSoftmax } from "./graph/found-names.ts";
import { modelOf } from "./graph/model.ts";
import { type Derivable, type Named, trace } from "./graph/trace.ts";
import { Derivation } from "./page/derivation.ts";
import { workingsOf } from "./page/workings.ts";

/** Options of `derive`. */
export interface DeriveOptions<N extends string = string> {
  /** The name of the argument to differentiate by. */
  readonly wrt: N;
  /** 2 for the second derivative. Default: 1. */
  readonly order?: 1 | 2;
}

const deriveArguments: Signature = {
  f: "function",
  args: "any",
  options: { wrt: "string", order: "integer" },
};

/**
 * The chain rule of a function as a page: its definitions, the factors of the chain with their formulas and a check of each,
 * their product simplified step by step, and the closed form. Every printed equation was evaluated in double precision at
 * the given point and at random ones.
 *
 * @param f a function of named tensors that returns named tensors, the loss first; the names are the letters of the page
 * @param args its arguments, at which factors are shown and checked
 * @param options `wrt`, the name of the argument to differentiate by; `order`, 1 by default, or 2 for the second derivative
 * @throws if f returns no scalar loss, reads a value, uses tensors besides its arguments, or `wrt` names no float argument
 *
 * @example
 * const args = { w: tensor([1, 2]), x: tensor([3, 4]) };
 * const page = derive(({ w, x }) => ({ L: w.mul(x).sum().square() }), args, { wrt: "w" });
 * console.log(page.closedForm?.text); //=> 2 ⟨w, x⟩ x
 */
export function derive<A extends Named>(
  f: Derivable<A>,
  args: A,
  options: DeriveOptions<keyof A & string>,
): Derivation {
  checkArguments("derive", deriveArguments, arguments);
  if (!options) fail("value", "derive", "has no options. Did you mean { wrt: the name of an argument }?");
  for (const [name, x] of Object.entries(args))
    if (!(x instanceof Tensor))
      fail("value", "derive", `the argument ${name} is no tensor. Did you mean tensor(…)?`);
  const { order = 1 } = options;
  if (order !== 1 && order !== 2) fail("value", "derive", `order ${String(order)} must be 1 or 2`);
  // The page shows the chain of the formula as it is written.
  return withoutRewrites(() => {
    const traced = trace(f, args, options.wrt);
    const found = foundNames(traced, options.wrt);
    const model = modelOf(traced, new Map([...found, ...foundSoftmax(modelOf(traced, found))]));
    const page = () => new Derivation(workingsOf(model, model.variables.get(options.wrt)!, args, order));
    // Small tensors in many programs that run once each cost less without compiling them.
    const elements = Object.values(args).reduce((n, x) => n + x.size, 0);
    return elements < 200 ? withBackend(interpreter, page) : page();
  });
}
