import type { Tensor } from "@chainrule/core";
import {
  checkArguments,
  fail,
  type Options,
  ranges,
  requireInRange,
  type Signature,
} from "@chainrule/core/internal";
import { pairwiseDistance } from "../functional/distance.ts";
import { type MarginOptions, marginOptions } from "./hinge-embedding-loss.ts";
import { lossModule } from "./loss-module.ts";
import { reduceLoss, requireSameShape } from "./reduction.ts";

/** Options of `tripletMarginLoss`. */
export interface TripletMarginOptions extends MarginOptions {
  /** The p of the p-norm that measures distances. Default: 2. */
  readonly p?: number;
  /** Added to each difference; see `DistanceOptions`. Default: 1e-6. */
  readonly eps?: number;
  /** Whether d(p, n) replaces d(a, n) where it is smaller. Default: false. [Balntas et al. 2016] */
  readonly swap?: boolean;
}

const op = "tripletMarginLoss";

const tripletOptions = {
  ...marginOptions,
  p: "number",
  eps: "number",
  swap: "boolean",
} as const satisfies Options;
const tripletMarginLossArguments: Signature = {
  anchor: "tensor",
  positive: "tensor",
  negative: "tensor",
  options: tripletOptions,
};

/**
 * max(0, d(a, p) − d(a, n) + margin), where d is `pairwiseDistance`. Default margin: 1.
 *
 * @param anchor a [N, D] or [D]
 * @param positive p, of the shape of a
 * @param negative n, of the shape of a
 * @throws where shapes differ
 *
 * @example
 * const [a, p, n] = [tensor([0, 0]), tensor([3, 4]), tensor([0, 2])];
 * console.log(tripletMarginLoss(a, p, n, { eps: 0 })); //=> tensor(4, shape [], float32)
 */
export function tripletMarginLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletMarginOptions = {},
): Tensor {
  checkArguments("tripletMarginLoss", tripletMarginLossArguments, arguments);
  const { margin = 1, swap = false, reduction, ...norm } = options;
  requireInRange(op, ranges.finite, { margin });
  requireSameShape(op, { anchor, positive, negative });
  if (anchor.ndim === 0) fail("shape", op, "scalars have no axis of vectors");
  const near = pairwiseDistance(anchor, positive, norm);
  const far = pairwiseDistance(anchor, negative, norm);
  const farther = swap ? far.minimum(pairwiseDistance(positive, negative, norm)) : far;
  return reduceLoss(op, near.sub(farther).add(margin).clamp(0), reduction);
}

/**
 * `tripletMarginLoss` as a module.
 *
 * @example
 * const [a, p, n] = [tensor([0, 0]), tensor([3, 4]), tensor([0, 2])];
 * console.log(new TripletMarginLoss({ margin: 2, eps: 0 }).forward(a, p, n)); //=> tensor(5, shape [], float32)
 */
export class TripletMarginLoss extends lossModule(tripletMarginLoss, tripletOptions) {
  static override readonly name: string = "TripletMarginLoss";
}
