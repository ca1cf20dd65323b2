import { tensor } from "../../tensor/create.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { differenceOf } from "../compare-tensors.ts";
import {
  backends,
  computedOn,
  findingsOf,
  floatDTypes,
  floatsOf,
  inDType,
  type Probe,
  type Remark,
} from "./probe.ts";

/** A formula of numbers at each element of operands of one shape. */
function applied(formula: (...x: number[]) => number, xs: readonly Tensor[], like: Tensor): Tensor {
  const numbers = xs.map((x) => x.expand(like.shape).data());
  const elements = Array.from({ length: like.size }, (_, i) => formula(...numbers.map((x) => x[i]!)));
  return tensor(elements, { shape: like.shape, dtype: like.dtype });
}

/** The independent results that the options state. */
function* references({ options }: Probe, args: readonly unknown[], y: Tensor): Generator<[string, Tensor]> {
  const { formula, reference } = options;
  if (formula) yield ["the formula", applied(formula, floatsOf(args), y)];
  if (!reference) return;
  const truth = (reference as (...args: readonly unknown[]) => unknown)(...args);
  yield [
    "the reference",
    truth instanceof Tensor ? truth.to(y.dtype) : tensor(truth as number[], { dtype: y.dtype }),
  ];
}

/** Compares the backends with each other and with the independent results, for several lists of arguments. */
export function* compareValues(probe: Probe, calls: readonly (readonly unknown[])[]): Generator<Remark> {
  const [first, ...others] = backends.map((backend) => computedOn(backend, probe, calls));
  for (const [i, args] of calls.entries()) {
    const truth = first![i]!;
    for (const [k, results] of others.entries())
      yield* findingsOf(
        differenceOf(
          results[i]!,
          truth,
          {},
          `the result on ${backends[k + 1]!.name}, against ${backends[0]!.name},`,
        ),
      );
    for (const [name, expected] of references(probe, args, truth))
      yield* findingsOf(differenceOf(truth, expected, {}, `the result, against ${name},`));
  }
}

/** The value on every backend, in float32 and float64. */
export const value = (probe: Probe): Generator<Remark> =>
  compareValues(
    probe,
    floatDTypes.map((dtype) => inDType(probe.args, dtype)),
  );
