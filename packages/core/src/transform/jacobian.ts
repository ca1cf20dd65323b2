import { checkArguments, type Signature } from "../arguments.ts";
import { isFloat } from "../dtype.ts";
import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { nonzeroMask } from "../ops/mask.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { stack } from "../tensor/combine.ts";
import { tensor, zeros } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import {
  type Argnums,
  type GradientAt,
  type GradOptions,
  pullBack,
  traceArguments,
  valueAndGradient,
} from "./grad.ts";
import { pushForward } from "./jvp.ts";
import { outputsOf, release } from "./trace.ts";
import { treeUnflatten, unflattenTensors } from "./treedef.ts";

/** The derivatives of each part of a value by each part of an argument: the structure of the value, whose leaves have that of the argument. */
export type Jacobian<Y, X> = Y extends Tensor | number ? X : { [K in keyof Y]: Jacobian<Y[K], X> };

/** The unit tensors of a shape: each has one element 1, the others are 0. */
const basis = (shape: Shape, dtype: Tensor["dtype"]): Tensor[] =>
  Array.from({ length: sizeOf(shape) }, (_, k) => {
    const unit = new Float64Array(sizeOf(shape));
    unit[k] = 1;
    return tensor(unit, { shape, dtype });
  });

const sizeOfAll = (tensors: readonly { readonly shape: Shape }[]): number =>
  tensors.reduce((n, t) => n + sizeOf(t.shape), 0);

/** Stacks the rows or the columns of a Jacobian. */
function stackJacobian(parts: readonly Tensor[], y: Tensor, x: Node, dim: 0 | 1): Tensor {
  const shape = [...y.shape, ...x.shape];
  if (sizeOf(shape) === 0) return zeros(shape, { dtype: x.dtype });
  return stack(
    parts.map((t) => t.reshape([-1])),
    dim,
  ).reshape(shape);
}

/** ∂yⱼ/∂xᵢ for all outputs and variables: by rows (reverse mode) or columns (forward mode), whichever are fewer. */
function jacobians(ys: readonly Tensor[], variables: readonly Node[]): Tensor[][] {
  if (sizeOfAll(ys) <= sizeOfAll(variables))
    return ys.map((y) => {
      const rows = basis(y.shape, y.dtype).map((ȳ) => pullBack([[y, ȳ, nonzeroMask(ȳ.node)]], variables));
      return variables.map((x, i) =>
        stackJacobian(
          rows.map((row) => row[i]!),
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
      stackJacobian(
        columns[i]!.map((column) => column[j]!),
        y,
        x,
        1,
      ),
    ),
  );
}

function differentiate<A extends readonly unknown[]>(
  op: string,
  f: (...args: A) => unknown,
  args: A,
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
  const found = release(jacobians(ys, variables));
  let next = 0;
  return treeUnflatten(structure, () => unflattenTensors(form, found[next++]!));
}

const jacobianArguments: Signature = { f: "function", options: { argnums: "size or sizes" } };

/**
 * f as a function that returns all its partial derivatives, ∂yᵢ/∂xⱼ: in reverse mode if y is smaller than x, in forward
 * mode otherwise.
 *
 * @param f the function; it returns a tensor of any shape, or tensors in objects and arrays
 * @param options `argnums`, the index of the argument to differentiate by, or those of several (0)
 * @returns a function of the same arguments that returns a tensor of shape [...y.shape, ...x.shape]. With several tensors
 * the result has the structure of the value, each leaf of which has that of the arguments.
 * @throws as `grad`, except that the value may have any shape
 *
 * @example
 * const f = (x: Tensor) => x.square();
 * console.log(jacobian(f)(tensor([1, 2])).toArray()); //=> [ [ 2, 0 ], [ 0, 4 ] ]
 */
export function jacobian<A extends readonly unknown[], Y, const N extends Argnums = 0>(
  f: (...args: A) => Y,
  options: GradOptions<N> = {},
): (...args: A) => Jacobian<Y, GradientAt<A, N>> {
  checkArguments("jacobian", jacobianArguments, arguments);
  const { argnums = 0 as N } = options;
  return (...args) => differentiate("jacobian", f, args, argnums) as Jacobian<Y, GradientAt<A, N>>;
}

/**
 * f as a function that returns its second derivatives, ∂²f/∂xᵢ∂xⱼ.
 *
 * @param f the function; it returns one float number
 * @param options `argnums`, the index of the argument to differentiate by, or those of several (0)
 * @returns a function of the same arguments that returns a tensor of shape [...x.shape, ...x.shape]. With several tensors
 * the result has their structure, each leaf of which has the structure again.
 * @throws as `grad`
 *
 * @example
 * const f = (x: Tensor) => x.pow(3).sum();
 * console.log(hessian(f)(tensor([1, 2])).toArray()); //=> [ [ 6, 0 ], [ 0, 12 ] ]
 */
export function hessian<A extends readonly unknown[], const N extends Argnums = 0>(
  f: (...args: A) => Tensor,
  options: GradOptions<N> = {},
): (...args: A) => Jacobian<GradientAt<A, N>, GradientAt<A, N>> {
  checkArguments("hessian", jacobianArguments, arguments);
  const { argnums = 0 as N } = options;
  const gradient = (...args: A) => valueAndGradient("hessian", f, args, argnums)[1];
  return (...args) =>
    differentiate("hessian", gradient, args, argnums) as Jacobian<GradientAt<A, N>, GradientAt<A, N>>;
}
