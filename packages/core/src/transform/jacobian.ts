import { checkArguments, type Signature } from "../arguments.ts";
import { isFloat } from "../dtype.ts";
import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { nonzeroMask } from "../ops/mask.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { stack, tensor, zeros } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type Argnums, type GradientAt, type GradOptions, grad, pullBack, traceArguments } from "./grad.ts";
import { pushForward } from "./jvp.ts";
import { outputsOf, release } from "./trace.ts";
import { treeUnflatten, unflattenTensors } from "./treedef.ts";

/** Derivatives of every part of a value by every part of an argument: the structure of the one, in each place the other's. */
export type Jacobian<Y, X> = Y extends Tensor | number ? X : { [K in keyof Y]: Jacobian<Y[K], X> };

/** The unit tensors of a shape, each with a single 1. */
const basis = (shape: Shape, dtype: Tensor["dtype"]): Tensor[] =>
  Array.from({ length: sizeOf(shape) }, (_, k) => {
    const unit = new Float64Array(sizeOf(shape));
    unit[k] = 1;
    return tensor(unit, { shape, dtype });
  });

const sizeOfAll = (tensors: readonly { readonly shape: Shape }[]): number =>
  tensors.reduce((n, t) => n + sizeOf(t.shape), 0);

/** Rows or columns of a table of derivatives as one tensor. */
function table(parts: readonly Tensor[], y: Tensor, x: Node, dim: 0 | 1): Tensor {
  const shape = [...y.shape, ...x.shape];
  if (sizeOf(shape) === 0) return zeros(shape, { dtype: x.dtype });
  return stack(
    parts.map((t) => t.reshape([-1])),
    dim,
  ).reshape(shape);
}

/** ∂yⱼ/∂xᵢ for all outputs and variables: row by row where the outputs are fewer, column by column where the variables are. */
function tables(ys: readonly Tensor[], variables: readonly Node[]): Tensor[][] {
  if (sizeOfAll(ys) <= sizeOfAll(variables))
    return ys.map((y) => {
      const rows = basis(y.shape, y.dtype).map((ȳ) => pullBack([[y, ȳ, nonzeroMask(ȳ.node)]], variables));
      return variables.map((x, i) =>
        table(
          rows.map((row) => row[i] as Tensor),
          y,
          x,
          0,
        ),
      );
    });
  const zero = variables.map((x) => zeros(x.shape, { dtype: x.dtype }));
  const columns = variables.map((x, i) =>
    basis(x.shape, x.dtype).map((ẋ) =>
      pushForward(
        ys,
        variables,
        zero.map((none, k) => (k === i ? ẋ : none)),
        true,
      ),
    ),
  );
  return ys.map((y, j) =>
    variables.map((x, i) =>
      table(
        (columns[i] as Tensor[][]).map((column) => column[j] as Tensor),
        y,
        x,
        1,
      ),
    ),
  );
}

function differentiate(
  op: string,
  f: (...args: readonly unknown[]) => unknown,
  args: readonly unknown[],
  argnums: Argnums,
): unknown {
  const { result, variables, form } = traceArguments(op, f, args, argnums);
  const { tensors: ys, form: structure } = outputsOf(op, result);
  if (ys.length === 0)
    fail("gradient", op, "the function must return a tensor, or tensors in objects and arrays");
  const whole = ys.find((y) => !isFloat(y.dtype));
  if (whole)
    fail(
      "dtype",
      op,
      `the function returns ${whole.dtype}, which has no derivative. Did you mean float numbers?`,
    );
  const found = release(tables(ys, variables));
  let next = 0;
  return treeUnflatten(structure, () => unflattenTensors(form, found[next++] as Tensor[]));
}

const jacobianArguments: Signature = { f: "function", options: { argnums: "size or sizes" } };

/**
 * f as a function that returns all its partial derivatives, ∂yᵢ/∂xⱼ, of shape y.shape + x.shape: row by row in reverse
 * mode where y is the smaller, column by column in forward mode where x is. Where f returns several tensors, or is
 * differentiated by several, the result has the structure of the value and, in each place, that of the arguments.
 * @throws as `grad`, but for values of any shape.
 */
export function jacobian<A extends readonly unknown[], Y, const N extends Argnums = 0>(
  f: (...args: A) => Y,
  options: GradOptions<N> = {},
): (...args: A) => Jacobian<Y, GradientAt<A, N>> {
  checkArguments("jacobian", jacobianArguments, arguments);
  const { argnums = 0 as N } = options;
  const g = f as unknown as (...args: readonly unknown[]) => unknown;
  return (...args) => differentiate("jacobian", g, args, argnums) as Jacobian<Y, GradientAt<A, N>>;
}

/**
 * f as a function that returns its second derivatives, ∂²f/∂xᵢ∂xⱼ, of shape xᵢ.shape + xⱼ.shape; by several tensors in
 * their structure, each place of which holds the structure again. f returns one number.
 */
export function hessian<A extends readonly unknown[], const N extends Argnums = 0>(
  f: (...args: A) => Tensor,
  options: GradOptions<N> = {},
): (...args: A) => Jacobian<GradientAt<A, N>, GradientAt<A, N>> {
  checkArguments("hessian", jacobianArguments, arguments);
  const { argnums = 0 as N } = options;
  const first = grad(f, { argnums }) as unknown as (...args: readonly unknown[]) => unknown;
  return (...args) =>
    differentiate("hessian", first, args, argnums) as Jacobian<GradientAt<A, N>, GradientAt<A, N>>;
}
