import { type Tensor, where } from "@chainrule/core";
import { loss } from "./loss.ts";
import { elementwiseLoss, type LossOptions } from "./reduction.ts";

export interface PoissonNllOptions extends LossOptions {
  /** Whether the input is the logarithm of the rate. */
  readonly logInput?: boolean;
  /** Add Stirling's approximation of ln t!. */
  readonly full?: boolean;
  /** Added to a rate before its logarithm is taken. */
  readonly eps?: number;
}

/** t ln t − t + ½ ln(2πt) for t > 1, else 0. */
const stirling = (t: Tensor): Tensor =>
  where(
    t.gt(1),
    t
      .mul(t.log())
      .sub(t)
      .add(
        t
          .mul(2 * Math.PI)
          .log()
          .mul(0.5),
      ),
    0,
  );

/** Negative log-likelihood of counts t under a Poisson distribution: eˣ − t·x, or x − t·ln(x + ε) of a rate x. @throws where shapes differ. */
export const poissonNllLoss = elementwiseLoss<PoissonNllOptions>(
  "poissonNllLoss",
  (x, t, { logInput = true, full = false, eps = 1e-8 }) => {
    const loss = logInput ? x.exp().sub(t.mul(x)) : x.sub(t.mul(x.add(eps).log()));
    return full ? loss.add(stirling(t)) : loss;
  },
);

/** `poissonNllLoss` as a module. */
export class PoissonNLLLoss extends loss(poissonNllLoss) {}
