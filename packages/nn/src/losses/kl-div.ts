import { type Tensor, where } from "@chainrule/core";
import { checkArguments, fail, type Options, type Signature } from "@chainrule/core/internal";
import { lossModule } from "./loss-module.ts";
import { lossOptions, type Reduction, reduceLoss, reductions, requireSameShape } from "./reduction.ts";

/** Options of `klDiv`. */
export interface KLDivOptions {
  /** "mean", "sum", "none", or "batchMean", which divides the sum by the first size. Default: "mean". */
  readonly reduction?: Reduction | "batchMean";
  /** Whether the target holds logarithms of probabilities. Default: false. */
  readonly logTarget?: boolean;
}

/** The sum divided by the first size. @throws for a scalar. */
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
 * Kullback–Leibler divergence t·(ln t − x). Elements with t = 0 are 0 in value and gradient.
 *
 * @param input logarithms of probabilities x
 * @param target probabilities t, of the shape of x
 * @throws where shapes differ
 *
 * @example
 * const x = tensor([[0.5, 0.5]]).log();
 * console.log(klDiv(x, tensor([[1, 0]]), { reduction: "batchMean" })); //=> tensor(0.6931, shape [], float32)
 */
export function klDiv(input: Tensor, target: Tensor, options: KLDivOptions = {}): Tensor {
  checkArguments("klDiv", klDivArguments, arguments);
  const { reduction = "mean", logTarget = false } = options;
  requireSameShape("klDiv", { input, target });
  const [probability, log] = logTarget ? [target.exp(), target] : [target, target.log()];
  const losses = where(probability.eq(0), 0, probability.mul(log.sub(input)));
  return reduceLoss("klDiv", losses, reduction, { ...reductions, batchMean });
}

/**
 * `klDiv` as a module.
 *
 * @example
 * const x = tensor([[0.5, 0.5]]).log();
 * console.log(new KLDivLoss({ reduction: "sum" }).forward(x, tensor([[1, 0]])));
 * //=> tensor(0.6931, shape [], float32)
 */
export class KLDivLoss extends lossModule(klDiv, klDivOptions) {
  static override readonly name: string = "KLDivLoss";
}
