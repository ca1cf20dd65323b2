import { checkArguments, type Signature } from "../arguments.ts";
import { zerosLike } from "../autodiff/derivative.ts";
import { reverse } from "../autodiff/reverse.ts";
import { isFloat } from "../dtype.ts";
import { fail } from "../errors.ts";
import type { Mask, Node } from "../graph/node.ts";
import { broadcasting } from "../ops/broadcast.ts";
import { constant } from "../ops/source.ts";
import { formatShape } from "../shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { matching, outputsOf, release, trace } from "./trace.ts";
import { type Gradient, unflattenTensors } from "./treedef.ts";

/** The index of the argument to differentiate by, or those of several. */
export type Argnums = number | readonly number[];

/** The derivatives by the arguments of these indices. */
export type GradientAt<A extends readonly unknown[], N extends Argnums> = N extends number
  ? Gradient<A[N]>
  : N extends readonly number[]
    ? { -readonly [I in keyof N]: N[I] extends number ? Gradient<A[N[I]]> : never }
    : never;

/** Options of `grad` and `valueAndGrad`. */
export interface GradOptions<N extends Argnums = Argnums> {
  /** The index of the argument to differentiate by, or those of several (0). */
  readonly argnums?: N;
}

function selectArgs(op: string, args: readonly unknown[], argnums: Argnums): unknown {
  const argument = (i: number) => {
    if (!Number.isInteger(i) || i < 0 || i >= args.length)
      fail("value", op, `argnums ${i} names none of the ${args.length} arguments`);
    return args[i];
  };
  return typeof argnums === "number" ? argument(argnums) : argnums.map(argument);
}

function replaceArgs<A extends readonly unknown[]>(args: A, argnums: Argnums, chosen: unknown): A {
  const all: unknown[] = [...args];
  if (typeof argnums === "number") all[argnums] = chosen;
  else
    argnums.forEach((i, k) => {
      all[i] = (chosen as unknown[])[k];
    });
  // The chosen arguments have the types of those that they replace.
  return all as readonly unknown[] as A;
}

/** Runs f with variables in place of some arguments. */
export function traceArguments<A extends readonly unknown[], Y>(
  op: string,
  f: (...args: A) => Y,
  args: A,
  argnums: Argnums,
) {
  return trace(
    op,
    (chosen: unknown) => f(...replaceArgs(args, argnums, chosen)),
    selectArgs(op, args, argnums),
  );
}

/** An output, its cotangent, and the mask of the cotangent, if it has one. */
export type OutputCotangent = readonly [Tensor, Tensor, (Mask | null)?];

/** The gradients of `outputs` for their cotangents, in the order of the variables; zeros if none arrives. */
export function pullBack(outputs: readonly OutputCotangent[], variables: readonly Node[]): Tensor[] {
  const pairs = outputs.map(([y, ȳ, mask = null]) => [y.node, ȳ.node, mask] as const);
  return reverse(pairs, variables).map((g, i) => new Tensor(g ?? zerosLike(variables[i]!)));
}

/** The loss that gradients are taken of. @throws unless it is one float number */
function requireScalar(op: string, y: unknown): Tensor {
  if (!(y instanceof Tensor))
    fail(
      "gradient",
      op,
      y instanceof Promise
        ? "an async function cannot be differentiated. Did you mean to differentiate what it awaits?"
        : "the function must return a tensor (with an auxiliary value: { hasAux: true })",
    );
  if (!isFloat(y.dtype))
    fail(
      "dtype",
      op,
      `the function returns ${y.dtype}, which has no derivative. Did you mean float numbers?`,
    );
  if (y.size !== 1)
    fail(
      "gradient",
      op,
      `the function must return one number, got shape ${formatShape(y.shape)}. Did you mean .mean(), or jacobian?`,
    );
  return y;
}

const one = (y: Tensor): Tensor => new Tensor(broadcasting.expand(constant(1, y.dtype), y.shape));

/** The value of f, with the auxiliary one if it has one, and the gradients. */
export function valueAndGradient<A extends readonly unknown[]>(
  op: string,
  f: (...args: A) => unknown,
  args: A,
  argnums: Argnums,
  hasAux = false,
): [value: unknown, gradient: unknown] {
  const { result, variables, form } = traceArguments(op, f, args, argnums);
  const loss = requireScalar(op, hasAux ? (result as readonly unknown[])[0] : result);
  const [value, gradients] = release([result, pullBack([[loss, one(loss)]], variables)] as const);
  return [value, unflattenTensors(form, gradients)];
}

const gradArguments: Signature = {
  f: "function",
  options: { argnums: "size or sizes", hasAux: "boolean" },
};

/**
 * f as a function that returns its value together with its gradient, ∂f/∂x: see `grad`.
 *
 * @param f the function; it returns one float number or, with `hasAux`, a pair of it and an auxiliary value
 * @param options `argnums`, the index of the argument to differentiate by, or those of several (0); `hasAux` (false)
 * @returns a function of the same arguments that returns `[value, gradient]` or, with `hasAux`, `[[value, aux], gradient]`
 * @throws as `grad`
 *
 * @example
 * const f = valueAndGrad((x: Tensor) => x.square().sum());
 * const [value, gradient] = f(tensor([1, 2]));
 * console.log(value.item(), gradient.toArray()); //=> 5 [ 2, 4 ]
 */
export function valueAndGrad<A extends readonly unknown[], X, const N extends Argnums = 0>(
  f: (...args: A) => readonly [Tensor, X],
  options: GradOptions<N> & { readonly hasAux: true },
): (...args: A) => [[Tensor, X], GradientAt<A, N>];
export function valueAndGrad<A extends readonly unknown[], const N extends Argnums = 0>(
  f: (...args: A) => Tensor,
  options?: GradOptions<N> & { readonly hasAux?: false },
): (...args: A) => [Tensor, GradientAt<A, N>];
export function valueAndGrad(
  f: (...args: readonly unknown[]) => unknown,
  options: GradOptions & { readonly hasAux?: boolean } = {},
): (...args: readonly unknown[]) => unknown {
  checkArguments("valueAndGrad", gradArguments, arguments);
  const { argnums = 0, hasAux = false } = options;
  return (...args) => valueAndGradient("valueAndGrad", f, args, argnums, hasAux);
}

/**
 * f as a function that returns its gradient, ∂f/∂x, in the structure of the argument: a tensor for a tensor, a number for
 * a number (which f receives as a float64 tensor), `{ name: tensor }` for the parameters of a module, and arrays and plain
 * objects for those; strings, booleans and functions in them are passed on.
 *
 * @param f the function; it returns one float number or, with `hasAux`, a pair of it and an auxiliary value
 * @param options `argnums`, the index of the argument to differentiate by, or those of several (0); `hasAux` (false)
 * @returns a function of the same arguments that returns the gradient or, with `hasAux`, `[gradient, aux]`
 * @throws if f does not return one float number, or if an argument is an int32 or bool tensor, a Map or an object of
 * another class, or contains nothing to differentiate by
 *
 * @example
 * const f = (w: Tensor, x: Tensor) => w.mul(x).sum();
 * console.log(grad(f)(tensor([1, 2]), tensor([3, 4])).toArray()); //=> [ 3, 4 ]
 */
export function grad<A extends readonly unknown[], X, const N extends Argnums = 0>(
  f: (...args: A) => readonly [Tensor, X],
  options: GradOptions<N> & { readonly hasAux: true },
): (...args: A) => [GradientAt<A, N>, X];
export function grad<A extends readonly unknown[], const N extends Argnums = 0>(
  f: (...args: A) => Tensor,
  options?: GradOptions<N> & { readonly hasAux?: false },
): (...args: A) => GradientAt<A, N>;
export function grad(
  f: (...args: readonly unknown[]) => unknown,
  options: GradOptions & { readonly hasAux?: boolean } = {},
): (...args: readonly unknown[]) => unknown {
  checkArguments("grad", gradArguments, arguments);
  const { argnums = 0, hasAux = false } = options;
  return (...args) => {
    const [value, gradient] = valueAndGradient("grad", f, args, argnums, hasAux);
    return hasAux ? [gradient, (value as readonly unknown[])[1]] : gradient;
  };
}

const vjpArguments: Signature = { f: "function", primals: "...any" };

/**
 * The value y of f, and the function from a cotangent ȳ to the cotangents of the arguments, x̄ = (∂y/∂x)ᵀ·ȳ.
 *
 * @param f the function; it returns a tensor, or tensors in objects and arrays
 * @param primals its arguments, as those of `grad`
 * @returns `[y, pullback]`; the cotangent has the structure and the shapes of y
 * @throws if an argument has no derivative, or if the cotangent differs from y in structure, shape or dtype
 *
 * @example
 * const [y, pullback] = vjp((x: Tensor) => x.square(), tensor([1, 2]));
 * const [x̄] = pullback(tensor([1, 10]));
 * console.log(y.toArray(), x̄.toArray()); //=> [ 1, 4 ] [ 2, 40 ]
 */
export function vjp<A extends readonly unknown[], Y>(
  f: (...args: A) => Y,
  ...primals: A
): [Y, (ȳ: Y) => Gradient<A>] {
  checkArguments("vjp", vjpArguments, arguments);
  const { result, variables, form } = trace("vjp", (chosen: A) => f(...chosen), primals);
  const { tensors: ys, form: structure } = outputsOf("vjp", result);
  const pull = (ȳ: Y): Gradient<A> => {
    const nodes = ys.map((y) => y.node);
    const cotangents = matching("vjp", "cotangent", "value", structure, nodes, ȳ);
    const pairs = ys.map((y, i) => [y, cotangents[i]!] as const);
    return unflattenTensors(form, release(pullBack(pairs, variables))) as Gradient<A>;
  };
  return [release(result), pull];
}
