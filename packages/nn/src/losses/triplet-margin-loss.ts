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

export interface TripletMarginOptions extends MarginOptions {
  /** Which norm measures distances. */
  readonly p?: number;
  readonly eps?: number;
  /** Take the negative's distance from the positive where that is nearer. [Balntas et al. 2016] */
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

/** max(0, d(a, p) − d(a, n) + margin) of anchors a, positives p and negatives n, [N, D] or [D]. @throws where shapes differ. */
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
  if (anchor.ndim === 0) fail("shape", op, "scalars have no axis to measure along");
  const near = pairwiseDistance(anchor, positive, norm);
  const far = pairwiseDistance(anchor, negative, norm);
  const farther = swap ? far.minimum(pairwiseDistance(positive, negative, norm)) : far;
  return reduceLoss(op, near.sub(farther).add(margin).clamp(0), reduction);
}

/** `tripletMarginLoss` as a module. */
export class TripletMarginLoss extends lossModule(tripletMarginLoss, tripletOptions) {
  static override readonly name: string = "TripletMarginLoss";
}
