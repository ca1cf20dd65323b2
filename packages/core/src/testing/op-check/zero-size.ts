import { ChainruleError } from "../../errors.ts";
import { formatShape, sameShape } from "../../shape.ts";
import { zeros } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { vjp } from "../../transform/grad.ts";
import { modesOf } from "./derivatives.ts";
import {
  finding,
  floatsOf,
  inDType,
  isFree,
  note,
  ofFloats,
  type Probe,
  type Remark,
  replaceFloats,
} from "./probe.ts";
import { compareValues } from "./values.ts";

const emptied = (x: Tensor, d: number): Tensor =>
  zeros(
    x.shape.map((n, i) => (i === d ? 0 : n)),
    { dtype: x.dtype },
  );

/** Tensors with an axis of size 0: all operands of an elementwise op at once, otherwise one. */
function* emptyArguments({ args, isElementwise }: Probe): Generator<readonly unknown[]> {
  const xs = floatsOf(args);
  for (const [k, x] of xs.entries()) {
    if (isElementwise && k > 0) return;
    for (const d of x.shape.keys())
      yield replaceFloats(inDType(args, "float64"), (t, i) =>
        (isElementwise || i === k) && d < t.ndim ? emptied(t, d) : t,
      );
  }
}

/** The gradients for operands without elements, which have their shapes. */
function* gradients(probe: Probe, args: readonly unknown[]): Generator<Remark> {
  const xs = floatsOf(args);
  const [y, pull] = vjp(ofFloats(probe, args), ...xs);
  for (const [i, g] of (pull(y) as readonly Tensor[]).entries())
    if (!sameShape(g.shape, xs[i]!.shape))
      yield finding(`gradient ${i} is ${formatShape(g.shape)} for an operand ${formatShape(xs[i]!.shape)}`);
}

/** Arguments without elements: a result on every backend, and gradients of the right shapes, or an error of the library. */
export function* zeroSize(probe: Probe): Generator<Remark> {
  const accepted: (readonly unknown[])[] = [];
  for (const args of emptyArguments(probe))
    try {
      probe.call(args);
      accepted.push(args);
    } catch (error) {
      if (!(error instanceof ChainruleError)) throw error;
      const shapes = floatsOf(args).map((x) => formatShape(x.shape));
      const isFault = probe.isElementwise && isFree(probe);
      yield (isFault ? finding : note)(`operands ${shapes.join(", ")} are refused: ${error.message}`);
    }
  if (accepted.length > 0) yield* compareValues({ ...probe, options: {} }, accepted);
  if (probe.isDifferentiable && !modesOf(probe).reverse)
    for (const args of accepted) yield* gradients(probe, args);
}
