import type { Signatures } from "../arguments.ts";
import { toFloating } from "../dtype.ts";
import type { Node } from "../graph/node.ts";
import { axisOrNone } from "../shape.ts";
import { cast } from "./apply.ts";
import { expFromTop } from "./derived.ts";
import { elementwiseOps } from "./elementwise.ts";
import { detach } from "./identity.ts";
import { indexings } from "./indexing.ts";
import { cat, movements } from "./movement.ts";
import { recurrence } from "./recurrence.ts";
import { iota, scalar } from "./source.ts";

const { add, eq, exp, isNaN: nan, ge, le, log, logicalOr, sub, where } = elementwiseOps;
const { slice } = movements;

/**
 * The places of the greatest (least) elements so far along axis `d`, the latest of equals; NaN wins. After the step
 * of stride s each place knows the best of the 2s elements up to it.
 */
function bestSoFar(atLeastAsGood: typeof ge, x: Node, d: number): Node {
  const n = x.shape[d] as number;
  let [values, places] = [detach(x), iota(x.shape, d, "int32")];
  for (let stride = 1; stride < n; stride *= 2) {
    const [earlier, later] = [slice(values, d, 0, n - stride), slice(values, d, stride)];
    const wins = logicalOr(atLeastAsGood(later, earlier), nan(later));
    const joined = (all: Node, chosen: Node) => cat([slice(all, d, 0, stride), chosen], d);
    values = joined(values, where(wins, later, earlier));
    places = joined(places, where(wins, slice(places, d, stride), slice(places, d, 0, n - stride)));
  }
  return places;
}

function running(name: string, atLeastAsGood: typeof ge, x: Node, dim: number) {
  const d = axisOrNone(name, dim, x.shape.length);
  if (x.shape.length === 0) return { values: x, indices: scalar(0, "int32") };
  const indices = bestSoFar(atLeastAsGood, x, d);
  return { values: indexings.gather(x, d, indices), indices };
}

/** Running choices and totals along an axis. */
export const runnings = {
  /** The greatest elements so far along `dim` and their places, the latest of equals; NaN wins. Each takes its gradient there. */
  cummax(x: Node, dim: number): { values: Node; indices: Node } {
    return running("cummax", ge, x, dim);
  },

  /** The least elements so far along `dim` and their places, the latest of equals; NaN wins. Each takes its gradient there. */
  cummin(x: Node, dim: number): { values: Node; indices: Node } {
    return running("cummin", le, x, dim);
  },

  /** yᵢ = ln(e^{x₀} + … + e^{xᵢ}) along `dim`, in range for every x: the sums are counted in units of the greatest term so far. */
  logCumSumExp(x: Node, dim: number): Node {
    const float = cast(x, toFloating(x.dtype));
    const d = axisOrNone("logCumSumExp", dim, x.shape.length);
    if (x.shape.length === 0 || x.shape[d] === 0) return float;
    const top = detach(runnings.cummax(float, d).values);
    const before = cat([slice(top, d, 0, 1), slice(top, d, 0, -1)], d);
    const rescale = where(eq(before, top), 1, exp(sub(before, top)));
    return add(log(recurrence(rescale, expFromTop(float, top), d, false)), top);
  },
};

export const runningArguments = {
  cummax: { dim: "dim" },
  cummin: { dim: "dim" },
  logCumSumExp: { dim: "dim" },
} as const satisfies Signatures<typeof runnings>;
