import { checked, type Signature } from "../arguments.ts";
import type { DType } from "../dtype.ts";
import { fail } from "../errors.ts";
import type { HostView, Node } from "../graph/node.ts";
import { host } from "../ops/host.ts";
import { formatShape, type Shape, sameShape } from "../shape.ts";
import { Tensor } from "./tensor.ts";

/** Options of `hostOp`: the type of its result, and its derivative. */
export interface HostOptions {
  /** The result's shape, given those of the operands; the first operand's by default. */
  readonly shape?: (...shapes: Shape[]) => Shape;
  /** The result's dtype, given those of the operands; the first operand's by default. */
  readonly dtype?: (...dtypes: DType[]) => DType;
  /**
   * Fills `out`, which is zero, given the operands: elements in row-major order, with shape and dtype. The arrays are views into
   * the memory of the running program: they must not be kept, the operands must not be written, and no tensor may be read
   * meanwhile.
   */
  readonly compute: (out: HostView, ...x: HostView[]) => void;
  /** x̄ of each operand, given ȳ, the result and the operands; null for an operand without gradient. */
  readonly vjp?: (ȳ: Tensor, y: Tensor, ...x: Tensor[]) => readonly (Tensor | null)[];
  /** ẏ, given the tangent of each operand (null where it has none), the result and the operands. */
  readonly jvp?: (ẋ: readonly (Tensor | null)[], y: Tensor, ...x: Tensor[]) => Tensor;
}

const hostArguments: Signature = {
  name: "string",
  op: { shape: "function", dtype: "function", compute: "function", vjp: "function", jvp: "function" },
};
const operands: Signature = { x: "...tensor" };

/** The node of a stated derivative. @throws if it is not a tensor of the shape and dtype of `of`. */
function derivative(name: string, t: unknown, of: Node): Node {
  if (!(t instanceof Tensor)) return fail("gradient", name, "a derivative rule must return tensors");
  if (!sameShape(t.shape, of.shape) || t.dtype !== of.dtype)
    fail(
      "gradient",
      name,
      `a derivative is ${t.dtype}${formatShape(t.shape)}; it must be ${of.dtype}${formatShape(of.shape)}`,
    );
  return t.node;
}

/**
 * An op that a TypeScript function computes: sorting, factorizations, calls of libraries. Shape and dtype of the result are
 * known beforehand, and its derivative is stated in terms of other ops; it runs inside compiled functions, as JAX's
 * `pure_callback`.
 *
 * @param name for error messages and printed graphs
 * @param op `compute`; `shape` and `dtype`, those of the first operand by default; `vjp` for reverse mode and `jvp` for forward
 * mode, without which differentiating throws
 * @throws at the call, if an operand is not a tensor or `shape` or `dtype` returns something invalid; at a derivative, if
 * its rule is missing or returns another shape or dtype
 * @example
 * const reverse = hostOp("reverse", {
 *   compute: (y, x) => y.data.set(x.data.slice().reverse()),
 *   vjp: (ȳ) => [reverse(ȳ)],
 * });
 * console.log(grad((x: Tensor) => reverse(x).mul(tensor([1, 2, 3])).sum())(zeros([3])).toArray()); //=> [ 3, 2, 1 ]
 */
export const hostOp = checked(
  "hostOp",
  hostArguments,
  (name: string, op: HostOptions): ((...x: Tensor[]) => Tensor) => {
    const { shape, dtype, compute, vjp, jvp } = op ?? {};
    if (!compute)
      return fail("value", "hostOp", "the op has no compute. Did you mean { compute: (out, x) => … }?");
    const toTensors = (nodes: readonly Node[]) => nodes.map((x) => new Tensor(x));
    const call = host(name, {
      shape: shape ?? ((first = []) => first),
      dtype: dtype ?? ((first = "float32") => first),
      compute: (out, x) => compute(out, ...x),
      vjp:
        vjp &&
        ((ȳ, y) => {
          const x̄ = vjp(new Tensor(ȳ), new Tensor(y), ...toTensors(y.inputs));
          if (!Array.isArray(x̄) || x̄.length !== y.inputs.length)
            fail(
              "gradient",
              name,
              `vjp must return a list with one gradient for each of ${y.inputs.length} operands`,
            );
          return y.inputs.map((x, i) => (x̄[i] === null ? null : derivative(name, x̄[i], x)));
        }),
      jvp:
        jvp &&
        ((ẋ, y) => {
          const tangents = ẋ.map((t) => t && new Tensor(t));
          return derivative(name, jvp(tangents, new Tensor(y), ...toTensors(y.inputs)), y);
        }),
    });
    return checked(name, operands, (...x: Tensor[]) => new Tensor(call(...x.map((t) => t.node))));
  },
);
