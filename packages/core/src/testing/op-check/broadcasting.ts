import { withBackend } from "../../backend/evaluate.ts";
import { interpreter } from "../../backend/interpreter.ts";
import { formatShape, type Shape, sameShape } from "../../shape.ts";
import { evaluate, type Tensor } from "../../tensor/tensor.ts";
import { vjp } from "../../transform/grad.ts";
import { differenceOf } from "../compare-tensors.ts";
import { directionLike } from "./derivatives.ts";
import { findingsOf, floatsOf, inDType, note, ofFloats, type Probe, type Remark } from "./probe.ts";

/** A tensor with one axis of size 1 or without its first axis, which broadcasting stretches again. */
const narrowed = (x: Tensor): Tensor[] =>
  x.shape.flatMap((_, d) => {
    const one = x.slice(d, 0, 1);
    return d === 0 ? [one, one.reshape(x.shape.slice(1))] : [one];
  });

/** A gradient summed over the axes that broadcasting stretched. */
function summedTo(g: Tensor, shape: Shape): Tensor {
  const added = g.ndim - shape.length;
  const dims = g.shape.flatMap((n, d) => (d < added || (n !== 1 && shape[d - added] === 1) ? [d] : []));
  return dims.length > 0 ? g.sum(dims).reshape(shape) : g;
}

/** Operands of smaller shapes against the same operands written out: values to the bit, gradients summed. */
export function* broadcasting(probe: Probe): Generator<Remark> {
  const args = inDType(probe.args, "float64");
  const xs = floatsOf(args);
  const shape = xs[0]!.shape;
  if (!probe.isElementwise || xs.length < 2 || !xs.every((x) => sameShape(x.shape, shape)))
    return yield note("it takes elementwise ops of several operands of one shape");
  const f = ofFloats(probe, args);
  for (const [k, x] of xs.entries())
    for (const small of narrowed(x)) {
      const short = xs.map((t, i) => (i === k ? small : t));
      const full = short.map((t) => t.expand(shape));
      const what = (part: string) =>
        `${part} of operand ${k} of shape ${formatShape(small.shape)}, broadcast,`;
      const [[y, gradients], [z, written]] = withBackend(interpreter, () =>
        [short, full].map((operands) => {
          const [result, pull] = vjp(f, ...operands);
          const x̄ = probe.isDifferentiable ? (pull(directionLike(result, 3)) as readonly Tensor[]) : [];
          evaluate(result, x̄);
          return [result, x̄] as const;
        }),
      ) as [readonly [Tensor, readonly Tensor[]], readonly [Tensor, readonly Tensor[]]];
      yield* findingsOf(differenceOf(y, z, { ulp: 0 }, what("the value")));
      for (const [i, g] of gradients.entries())
        yield* findingsOf(
          differenceOf(
            g,
            summedTo(written[i]!, short[i]!.shape),
            { atol: 1e-14, rtol: 1e-14 },
            what(`gradient ${i}`),
          ),
        );
    }
}
