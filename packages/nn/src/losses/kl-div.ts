import { type Tensor, where } from "@chainrule/core";
import { checkArguments, fail, type Options, type Signature } from "@chainrule/core/internal";
import { lossModule } from "./loss-module.ts";
import { lossOptions, type Reduction, reduceLoss, reductions, requireSameShape } from "./reduction.ts";

export interface KLDivOptions {
  readonly reduction?: Reduction | "batchMean";
  /** Whether the target holds logarithms of probabilities. */
  readonly logTarget?: boolean;
}

/** The sum over the first size. @throws for a scalar. */
function batchMean(losses: Tensor): Tensor {
  if (losses.ndim === 0) fail("shape", "klDiv", "batchMean needs a batch axis");
  return losses.sum().div(losses.shape[0]!);
}

const klDivOptions = { ...lossOptions, logTarget: "boolean" } as const satisfies Options;
const klDivArguments: Signature = {
  input: "tensor",
  target: "tensor",
  options: klDivOptions,
};

/**
 * Kullback–Leibler divergence t·(ln t − x), x holding logarithms of probabilities; a place of
 * probability t = 0 is left out, in value and gradient.
 * `batchMean` divides the sum by the first size. @throws where shapes differ.
 */
export function klDiv(input: Tensor, target: Tensor, options: KLDivOptions = {}): Tensor {
  checkArguments("klDiv", klDivArguments, arguments);
  const { reduction = "mean", logTarget = false } = options;
  requireSameShape("klDiv", { input, target });
  const [probability, log] = logTarget ? [target.exp(), target] : [target, target.log()];
  const losses = where(probability.eq(0), 0, probability.mul(log.sub(input)));
  return reduceLoss("klDiv", losses, reduction, { ...reductions, batchMean });
}

/** `klDiv` as a module. */
export class KLDivLoss extends lossModule(klDiv, klDivOptions) {
  static override readonly name: string = "KLDivLoss";
}
