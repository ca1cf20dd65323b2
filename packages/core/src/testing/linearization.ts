import { describe } from "../arguments.ts";
import { isFloat } from "../dtype.ts";
import { fail } from "../errors.ts";
import { evaluate, type Tensor } from "../tensor/tensor.ts";
import { pullBack } from "../transform/grad.ts";
import { pushForward } from "../transform/jvp.ts";
import { treeLeaves, treeMap } from "../transform/pytree.ts";
import { trace } from "../transform/trace.ts";
import { formatIndex, isClose } from "./close.ts";

/** An input or output of a function at the point where its derivative is checked. */
export interface NamedTensor {
  readonly name: string;
  readonly tensor: Tensor;
}

/** A function of float64 tensors at a point, with its derivative there in both modes. */
export interface Linearization {
  readonly inputs: readonly NamedTensor[];
  readonly outputs: readonly NamedTensor[];
  /** The outputs for other inputs. */
  call(xs: readonly Tensor[]): readonly Tensor[];
  /** The cotangents of the inputs, given those of the outputs. */
  vjp(ȳ: readonly Tensor[]): readonly Tensor[];
  /** The tangents of the outputs, given those of the inputs. */
  jvp(ẋ: readonly Tensor[]): readonly Tensor[];
}

/** A function whose derivative is checked: it returns a tensor, or tensors in objects and arrays. */
export type Checked<A extends readonly unknown[]> = (...args: A) => unknown;

const named = (tensors: readonly Tensor[], name: (i: number) => string): NamedTensor[] =>
  tensors.map((tensor, i) => ({ name: name(i), tensor }));

/** @throws at an element that is not finite */
export function requireFinite(op: string, { name, tensor }: NamedTensor, fix: string): void {
  const at = tensor.data().findIndex((x) => !Number.isFinite(x));
  if (at >= 0)
    fail(
      "value",
      op,
      `${name}${formatIndex(at, tensor.shape)} is ${tensor.data()[at]}, where no derivative can be checked. Did you mean ${fix}?`,
    );
}

/** The float inputs of a function, raised to float64, and the function of them. */
export interface RaisedFunction {
  readonly xs: readonly Tensor[];
  readonly f: (...xs: readonly Tensor[]) => readonly Tensor[];
  /** By default x0, x1, … and y, or y0, y1, … for several outputs. */
  readonly names?: { readonly inputs: readonly string[]; readonly outputs: readonly string[] };
}

/**
 * f as a function of its float inputs in float64, which returns a list.
 * @throws if no input is a float tensor; when it is called, if f does not return tensors
 */
export function raise<A extends readonly unknown[]>(op: string, f: Checked<A>, inputs: A): RaisedFunction {
  const xs = treeLeaves(inputs)
    .filter((x) => isFloat(x.dtype))
    .map((x) => x.detach().to("float64"));
  if (xs.length === 0)
    fail(
      "gradient",
      op,
      "none of the inputs is a float tensor, so there is nothing to differentiate by. Did you mean [tensor([1, 2])]?",
    );
  return {
    xs,
    f: (...values) => {
      let next = 0;
      const result = f(...treeMap(inputs, (x) => (isFloat(x.dtype) ? values[next++]! : x)));
      const ys = treeLeaves(result);
      if (ys.length > 0) return ys;
      return fail(
        "gradient",
        op,
        result instanceof Promise
          ? "an async function cannot be differentiated. Did you mean to check what it awaits?"
          : `f returned ${describe(result)}; it must return a tensor, or tensors in a list or an object`,
      );
    },
  };
}

/** How far two results of the same inputs may differ by rounding. */
const rounding = { atol: 1e-12, rtol: 1e-9 };

/** @throws unless f returns the same elements each time, but for rounding */
function requireSame(op: string, first: readonly NamedTensor[], again: readonly Tensor[]): void {
  for (const [k, { name, tensor }] of first.entries()) {
    const [a, b] = [tensor.data(), again[k]!.data()];
    const at = a.findIndex((x, i) => !isClose(x, b[i]!, rounding));
    if (at >= 0)
      fail(
        "value",
        op,
        `f gave ${a[at]} and then ${b[at]} for ${name}${formatIndex(at, tensor.shape)} of the same inputs: it draws random numbers or has state. Did you mean model.eval(), or manualSeed(…) inside f?`,
      );
  }
}

/**
 * The linearization of a function whose float inputs are raised to float64.
 * @throws if an input or output is not finite, an output is not float64, or f does not return the same twice
 */
export function linearize(op: string, { f, xs, names }: RaisedFunction): Linearization {
  const inputs = named(xs, (i) => names?.inputs[i] ?? `x${i}`);
  for (const x of inputs) requireFinite(op, x, "other inputs");
  const { result: ys, variables } = trace(op, (values: readonly Tensor[]) => f(...values), xs);
  const outputs = named(ys, (i) => names?.outputs[i] ?? (ys.length > 1 ? `y${i}` : "y"));
  const call = (values: readonly Tensor[]) => f(...values).map((y) => y.detach());
  const again = call(xs);
  evaluate(ys, again);
  for (const y of outputs) {
    const { dtype } = y.tensor;
    if (dtype !== "float64")
      fail(
        "dtype",
        op,
        isFloat(dtype)
          ? `f of float64 inputs is ${dtype}, too coarse for differences; keep float64`
          : `f returns ${dtype}, which has no derivative. Did you mean float numbers?`,
      );
    requireFinite(op, y, "inputs inside the domain of f");
  }
  requireSame(op, outputs, again);
  return {
    inputs,
    outputs,
    call,
    vjp: (ȳ) =>
      pullBack(
        ys.map((y, i) => [y, ȳ[i]!]),
        variables,
      ),
    jvp: (ẋ) => pushForward(ys, variables, ẋ),
  };
}
