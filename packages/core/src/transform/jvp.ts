import { zerosLike } from "../autodiff/families.ts";
import { forward } from "../autodiff/forward.ts";
import { fail } from "../errors.ts";
import { formatShape, sameShape } from "../shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { release, trace } from "./trace.ts";
import { refill, tensorsOf } from "./tree.ts";

/** Tangents of the tensors of a traced result for tangents of its variables. */
export function pushForward<Y>(
  result: Y,
  variables: readonly Tensor["node"][],
  tangents: readonly Tensor[],
): Y {
  const ys = tensorsOf(result);
  const seeds = variables.map((v, i) => [v, (tangents[i] as Tensor).node] as const);
  const ẏ = forward(
    ys.map((y) => y.node),
    seeds,
  );
  return refill(
    result,
    ys.map((y, i) => new Tensor(ẏ[i] ?? zerosLike(y.node))),
  );
}

/**
 * The value of f and its derivative in a direction, ẏ = ∂y/∂x·ẋ, worked out along with the value.
 * `tangents` has the structure and shapes of `primals`.
 */
export function jvp<A extends readonly unknown[], Y>(f: (...args: A) => Y, primals: A, tangents: A): [Y, Y] {
  const [xs, ẋs] = [tensorsOf(primals), tensorsOf(tangents)];
  xs.forEach((x, i) => {
    const t = ẋs[i];
    if (!t || !sameShape(t.shape, x.shape))
      fail(
        "shape",
        "jvp",
        `the tangent ${t ? formatShape(t.shape) : "is missing, which"} must have the argument's shape ${formatShape(x.shape)}`,
      );
  });
  const { result, variables } = trace("jvp", (args: A) => f(...args), primals);
  return release([result, pushForward(result, variables, ẋs)]) as [Y, Y];
}
