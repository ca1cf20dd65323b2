import { tensor, zerosLike } from "../tensor/create.ts";
import { evaluate, type Tensor } from "../tensor/tensor.ts";
import type { Linearization, NamedTensor } from "./linearization.ts";

/** A mode of differentiation. */
export type Mode = "reverse" | "forward";

/** The Jacobian of the concatenated outputs by each input k, row by row: element j of row i is ∂yᵢ/∂xₖⱼ. */
export type Jacobians = readonly Float64Array[];

/** x with `by` added to one element. */
export function perturbed(x: Tensor, at: number, by: number): Tensor {
  const elements = x.data();
  elements[at]! += by;
  return tensor(elements, { shape: x.shape, dtype: x.dtype });
}

/** The tensors of a list, zero but for a 1 at element `at` of number `k`. */
const units = (of: readonly NamedTensor[], k: number, at: number): Tensor[] =>
  of.map(({ tensor: x }, i) => (i === k ? perturbed(zerosLike(x), at, 1) : zerosLike(x)));

/** The tensor and the index of each element of a list of tensors, concatenated. */
export const places = (of: readonly NamedTensor[]): (readonly [k: number, at: number])[] =>
  of.flatMap(({ tensor: x }, k) => Array.from({ length: x.size }, (_, at) => [k, at] as const));

/** The elements of tensors, concatenated. */
export const concatenated = (tensors: readonly Tensor[]): Float64Array =>
  Float64Array.from(tensors.flatMap((x) => [...x.data()]));

/** The Jacobians of a function by one mode: reverse mode gives a row at a time, forward mode a column. */
export function jacobiansOf({ inputs, outputs, vjp, jvp }: Linearization, mode: Mode): Jacobians {
  const rows = places(outputs);
  const made = inputs.map(({ tensor: x }) => new Float64Array(rows.length * x.size));
  if (mode === "reverse") {
    // Row by row, since the graphs are equal and share one program.
    for (const [i, [k, at]] of rows.entries()) {
      const x̄ = vjp(units(outputs, k, at));
      evaluate(x̄);
      for (const [n, g] of x̄.entries()) made[n]!.set(g.data(), i * g.size);
    }
    return made;
  }
  for (const [k, j] of places(inputs)) {
    const ẏ = jvp(units(inputs, k, j));
    evaluate(ẏ);
    const { size } = inputs[k]!.tensor;
    for (const [i, t] of concatenated(ẏ).entries()) made[k]![i * size + j] = t;
  }
  return made;
}
