import { adam } from "./adam.ts";
import { optimizer } from "./optimizer.ts";

/**
 * Adam with decoupled weight decay λ = 0.01:
 *
 *     θₜ = θₜ₋₁·(1 − αλ) − α·m̂/(√v̂ + ε)
 *
 * [Loshchilov & Hutter 2019]
 */
export class AdamW extends optimizer({
  ...adam,
  name: "AdamW",
  defaults: { ...adam.defaults, weightDecay: 0.01, decoupledWeightDecay: true },
}) {}
