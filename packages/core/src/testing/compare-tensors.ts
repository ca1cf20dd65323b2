import { type DType, formatType } from "../dtype.ts";
import { sameShape } from "../shape.ts";
import { evaluate, type Tensor } from "../tensor/tensor.ts";
import { describeError, formatIndex, isClose, type Tolerance } from "./close.ts";
import { ulpError } from "./ulp.ts";

/** The tolerances of each dtype where none is given: those of PyTorch's `assert_close`. */
export const defaultTolerances: Readonly<Record<DType, Tolerance>> = {
  float32: { atol: 1e-5, rtol: 1.3e-6 },
  float64: { atol: 1e-7, rtol: 1e-7 },
  int32: {},
  bool: {},
};

const isGiven = ({ atol, rtol, ulp }: Tolerance): boolean =>
  atol !== undefined || rtol !== undefined || ulp !== undefined;

/** The tolerance that was given or, without any, that of a dtype. */
export const toleranceFor = (dtype: DType, given: Tolerance): Tolerance =>
  isGiven(given) ? given : defaultTolerances[dtype];

/** The number that a search finds largest; NaN counts as largest. */
const worstOf = (places: readonly number[], error: (at: number) => number): number =>
  places.reduce((worst, at) => (error(at) <= error(worst) ? worst : at));

/** How a tensor differs from an expected one, in words; "" if they are close. */
export function differenceOf(
  actual: Tensor,
  expected: Tensor,
  given: Tolerance,
  what = "the tensor",
): string {
  if (!sameShape(actual.shape, expected.shape) || actual.dtype !== expected.dtype)
    return `${what} is ${formatType(actual)} and expected to be ${formatType(expected)}`;
  evaluate(actual, expected);
  const { dtype, shape } = expected;
  const tolerance = toleranceFor(dtype, given);
  const [a, e] = [actual.data(), expected.data()];
  const wrong = [...a.keys()].filter((i) => !isClose(a[i]!, e[i]!, tolerance, dtype));
  const [first] = wrong;
  if (first === undefined) return "";
  const say = (i: number) =>
    `${what} is ${a[i]} at ${formatIndex(i, shape)} and expected to be ${e[i]}, ${describeError(a[i]!, e[i]!, dtype, tolerance)}`;
  const worst = worstOf(wrong, (i) => ulpError(a[i]!, e[i]!, dtype));
  return [
    say(first),
    ...(wrong.length > 1
      ? [`${wrong.length} of ${a.length} elements differ, most of all: ${say(worst)}`]
      : []),
  ].join("\n");
}
