import { withBackend } from "../../backend/evaluate.ts";
import { interpreter } from "../../backend/interpreter.ts";
import { where } from "../../tensor/combine.ts";
import { onesLike, tensor } from "../../tensor/create.ts";
import { evaluate, type Tensor } from "../../tensor/tensor.ts";
import { vjp } from "../../transform/grad.ts";
import { jvp } from "../../transform/jvp.ts";
import { modesOf } from "./derivatives.ts";
import {
  finding,
  floatDTypes,
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

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

/** Where functions are NaN or infinite, have infinite slope, lose a sign or overflow. */
const hostile = [nan, inf, -inf, 0, -0, 1, -1, 0.5, -2.5, 3, 90, -90, 1e-30, 1e30, -1e30];
/** Without sizes whose sums depend on the order of rounding. */
const moderate = [1, 3, -0, 3, 3, inf, 0, -2, nan, 1, -inf, 5, 5];

/** A tensor filled with a list of numbers, from one of them on. */
const filled = (x: Tensor, numbers: readonly number[], start: number): Tensor =>
  tensor(
    Array.from({ length: x.size }, (_, i) => numbers[(start + i) % numbers.length]!),
    { shape: x.shape, dtype: x.dtype },
  );

/** Every pairing of special values for the operands of an elementwise op; else the values, shifted through each tensor. */
function* specialArguments(probe: Probe): Generator<readonly unknown[]> {
  const { args, isElementwise } = probe;
  const n = hostile.length;
  if (isElementwise && isFree(probe))
    return yield replaceFloats(args, (_, i) =>
      tensor(Array.from({ length: n * n }, (_, e) => hostile[(i % 2 ? e : Math.floor(e / n)) % n]!)),
    );
  const numbers = isElementwise ? hostile : moderate;
  for (let start = 0; start < numbers.length; start += 4)
    yield replaceFloats(args, (x, i) => filled(x, numbers, start + 5 * i));
}

/** Zero in the value, and in the derivative of each mode, where a branch that holds the op is not taken. */
function* untakenBranches(probe: Probe, args: readonly unknown[]): Generator<Remark> {
  const xs = floatsOf(args);
  const op = ofFloats(probe, args);
  const f = (...operands: readonly Tensor[]) => where(tensor(false), op(...operands), 0);
  const { reverse, forward } = modesOf(probe);
  const parts = withBackend(interpreter, () => {
    const value = f(...xs);
    const gradients = reverse ? [] : (vjp(f, ...xs)[1](onesLike(value)) as readonly Tensor[]);
    const tangents = forward ? [] : [jvp(f, [...xs], [...xs.map((x) => onesLike(x))])[1]];
    evaluate(value, gradients, tangents);
    return [
      ["value", value],
      ...tangents.map((t) => ["tangent", t] as const),
      ...gradients.map((g, i) => [`gradient ${i}`, g] as const),
    ] as const;
  });
  for (const [name, t] of parts) {
    const elements = t.data();
    const at = elements.findIndex((x) => x !== 0);
    if (at >= 0)
      yield (probe.hasCustomRule ? note : finding)(
        `where(false, op(${xs.map((x) => x.data()[at]).join(", ")}), 0) has the ${name} ${elements[at]}, not 0`,
      );
  }
}

/** NaN, ±∞, ±0 and extremes: the same on every backend, and nothing of them in a branch that is not taken. */
export function* specialValues(probe: Probe): Generator<Remark> {
  const inEach = (args: readonly unknown[]) => floatDTypes.map((dtype) => inDType(args, dtype));
  yield* compareValues(probe, [...specialArguments(probe)].flatMap(inEach));
  if (!probe.isElementwise || !probe.isDifferentiable) return;
  for (const args of specialArguments(probe)) yield* untakenBranches(probe, inDType(args, "float64"));
}
