import { type Tensor, where } from "@chainrule/core";
import { type Options, ranges, requireInRange } from "@chainrule/core/internal";
import { lossModule } from "./loss-module.ts";
import { elementwiseLoss, type LossOptions, lossOptions } from "./reduction.ts";

/** Options of `poissonNllLoss`. */
export interface PoissonNllOptions extends LossOptions {
  /** Whether the input is the logarithm of the rate. Default: true. */
  readonly logInput?: boolean;
  /** Whether Stirling's approximation of ln t! is added. Default: false. */
  readonly full?: boolean;
  /** ε, added to a rate before its logarithm. Default: 1e-8. */
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

const poissonOptions = {
  ...lossOptions,
  logInput: "boolean",
  full: "boolean",
  eps: "number",
} as const satisfies Options;

/**
 * Negative log-likelihood under a Poisson distribution: eˣ − t·x, or x − t·ln(x + ε) for a rate x; 0 for a count of 0
 * at rate 0.
 *
 * @param input x, the logarithm of the rate, or the rate
 * @param target counts t, of the shape of x
 * @throws where shapes differ
 *
 * @example
 * console.log(poissonNllLoss(tensor([0]), tensor([2]))); //=> tensor(1, shape [], float32)
 */
export const poissonNllLoss = elementwiseLoss<PoissonNllOptions>(
  "poissonNllLoss",
  poissonOptions,
  (x, t, { logInput = true, full = false, eps = 1e-8 }) => {
    requireInRange("poissonNllLoss", ranges.nonNegative, { eps });
    const [rate, log] = logInput ? [x.exp(), x] : [x, x.add(eps).log()];
    const loss = rate.sub(where(t.eq(0).logicalAnd(rate.eq(0)), 0, t.mul(log)));
    return full ? loss.add(stirling(t)) : loss;
  },
);

/**
 * `poissonNllLoss` as a module.
 *
 * @example
 * console.log(new PoissonNLLLoss({ logInput: false }).forward(tensor([1]), tensor([0])));
 * //=> tensor(1, shape [], float32)
 */
export class PoissonNLLLoss extends lossModule(poissonNllLoss, poissonOptions) {
  static override readonly name: string = "PoissonNLLLoss";
}
