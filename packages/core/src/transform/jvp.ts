import { checkArguments, type Signature } from "../arguments.ts";
import { zerosLike } from "../autodiff/derivative.ts";
import { forward } from "../autodiff/forward.ts";
import type { Node } from "../graph/node.ts";
import { nonzeroMask } from "../ops/mask.ts";
import { Tensor } from "../tensor/tensor.ts";
import { matching, outputsOf, release, trace } from "./trace.ts";
import { type Gradient, unflattenTensors } from "./treedef.ts";

/** Tangents of traced outputs for tangents of the variables; zeros of `sparse` ones win over infinities. */
export function pushForward(
  outputs: readonly Tensor[],
  variables: readonly Node[],
  tangents: readonly Tensor[],
  sparse = false,
): Tensor[] {
  const seeds = variables.map((v, i) => {
    const ẋ = (tangents[i] as Tensor).node;
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
 * The value of f and its derivative in a direction, ẏ = ∂y/∂x·ẋ, computed along with the value. `tangents` has the
 * structure and shapes of `primals`: numbers for numbers, `{ name: tensor }` for the parameters of a module.
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
