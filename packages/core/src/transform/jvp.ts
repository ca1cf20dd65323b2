import { checkArguments, type Signature } from "../arguments.ts";
import { zerosLike } from "../autodiff/derivative.ts";
import { forward } from "../autodiff/forward.ts";
import type { Node } from "../graph/node.ts";
import { nonzeroMask } from "../ops/mask.ts";
import { Tensor } from "../tensor/tensor.ts";
import { matching, outputsOf, release, trace } from "./trace.ts";
import { type Gradient, unflattenTensors } from "./treedef.ts";

/** The tangents of outputs for tangents of the variables. The zeros of `sparse` ones win over infinities. */
export function pushForward(
  outputs: readonly Tensor[],
  variables: readonly Node[],
  tangents: readonly Tensor[],
  sparse = false,
): Tensor[] {
  const seeds = variables.map((v, i) => {
    const ẋ = tangents[i]!.node;
    return [v, ẋ, sparse ? nonzeroMask(ẋ) : null] as const;
  });
  const ẏ = forward(
    outputs.map((y) => y.node),
    seeds,
  );
  return outputs.map((y, i) => new Tensor(ẏ[i] ?? zerosLike(y.node)));
}

const jvpArguments: Signature = { f: "function", primals: "list", tangents: "list" };

/**
 * The value y of f and its directional derivative, ẏ = ∂y/∂x·ẋ, by forward-mode differentiation.
 *
 * @param f the function; it returns a tensor, or tensors in objects and arrays
 * @param primals the list of its arguments x, as those of `grad`
 * @param tangents ẋ, in the structure and shapes of `primals`: numbers for numbers, `{ name: tensor }` for the parameters
 * of a module
 * @returns `[y, ẏ]`
 * @throws if an argument has no derivative, or if `tangents` differs from `primals` in structure, shape or dtype
 *
 * @example
 * const [y, ẏ] = jvp((x: Tensor) => x.square(), [tensor([1, 2])], [tensor([1, 10])]);
 * console.log(y.toArray(), ẏ.toArray()); //=> [ 1, 4 ] [ 2, 40 ]
 */
export function jvp<A extends readonly unknown[], Y>(
  f: (...args: A) => Y,
  primals: A,
  tangents: Gradient<A>,
): [Y, Gradient<Y>] {
  checkArguments("jvp", jvpArguments, arguments);
  const { result, variables, form } = trace("jvp", (args: A) => f(...args), primals);
  const ẋ = matching("jvp", "tangent", "argument", form, variables, tangents);
  const { tensors, form: structure } = outputsOf("jvp", result);
  const [value, ẏ] = release([result, pushForward(tensors, variables, ẋ)] as const);
  return [value, unflattenTensors(structure, ẏ) as Gradient<Y>];
}
