import type { Tensor } from "@chainrule/core";
import { describe } from "../describe.ts";
import { Module } from "../module.ts";
import { bceWithLogits } from "./bceWithLogits.ts";
import { binaryCrossEntropy } from "./binaryCrossEntropy.ts";
import { cosineEmbeddingLoss } from "./cosineEmbeddingLoss.ts";
import { crossEntropy } from "./crossEntropy.ts";
import { gaussianNllLoss } from "./gaussianNllLoss.ts";
import { hingeEmbeddingLoss } from "./hingeEmbeddingLoss.ts";
import { huberLoss, smoothL1Loss } from "./huberLoss.ts";
import { klDiv } from "./klDiv.ts";
import { l1Loss } from "./l1Loss.ts";
import { marginRankingLoss } from "./marginRankingLoss.ts";
import { mseLoss } from "./mseLoss.ts";
import { multilabelMarginLoss } from "./multilabelMarginLoss.ts";
import { multilabelSoftMarginLoss } from "./multilabelSoftMarginLoss.ts";
import { multiMarginLoss } from "./multiMarginLoss.ts";
import { nllLoss } from "./nllLoss.ts";
import { poissonNllLoss } from "./poissonNllLoss.ts";
import { softMarginLoss } from "./softMarginLoss.ts";
import { tripletMarginLoss } from "./tripletMarginLoss.ts";

/** The parameters of a loss function: tensors, and options behind them. */
type Split<F extends (...args: never[]) => Tensor> =
  Required<Parameters<F>> extends readonly [...infer Tensors, infer Options]
    ? { readonly tensors: Tensors; readonly options: Options }
    : never;

interface Loss<Tensors extends readonly unknown[]> extends Module {
  forward(...tensors: Tensors): Tensor;
}

/** A loss function as a module that is given its options once. */
function loss<F extends (...args: never[]) => Tensor>(
  f: F,
): new (
  options?: Split<F>["options"],
) => Loss<Split<F>["tensors"]> {
  return class extends Module {
    readonly #options: Split<F>["options"] | undefined;
    constructor(options?: Split<F>["options"]) {
      super();
      this.#options = options;
    }
    forward(...tensors: Split<F>["tensors"]): Tensor {
      return f(...([...tensors, this.#options] as never[]));
    }
    protected override extraRepr(): string {
      return describe(this.#options ?? {});
    }
  };
}

/** `binaryCrossEntropy` as a module. */
export class BCELoss extends loss(binaryCrossEntropy) {}
/** `bceWithLogits` as a module. */
export class BCEWithLogitsLoss extends loss(bceWithLogits) {}
/** `crossEntropy` as a module. */
export class CrossEntropyLoss extends loss(crossEntropy) {}
/** `nllLoss` as a module. */
export class NLLLoss extends loss(nllLoss) {}
/** `mseLoss` as a module. */
export class MSELoss extends loss(mseLoss) {}
/** `l1Loss` as a module. */
export class L1Loss extends loss(l1Loss) {}
/** `smoothL1Loss` as a module. */
export class SmoothL1Loss extends loss(smoothL1Loss) {}
/** `huberLoss` as a module. */
export class HuberLoss extends loss(huberLoss) {}
/** `klDiv` as a module. */
export class KLDivLoss extends loss(klDiv) {}
/** `poissonNllLoss` as a module. */
export class PoissonNLLLoss extends loss(poissonNllLoss) {}
/** `gaussianNllLoss` as a module. */
export class GaussianNLLLoss extends loss(gaussianNllLoss) {}
/** `hingeEmbeddingLoss` as a module. */
export class HingeEmbeddingLoss extends loss(hingeEmbeddingLoss) {}
/** `marginRankingLoss` as a module. */
export class MarginRankingLoss extends loss(marginRankingLoss) {}
/** `cosineEmbeddingLoss` as a module. */
export class CosineEmbeddingLoss extends loss(cosineEmbeddingLoss) {}
/** `softMarginLoss` as a module. */
export class SoftMarginLoss extends loss(softMarginLoss) {}
/** `tripletMarginLoss` as a module. */
export class TripletMarginLoss extends loss(tripletMarginLoss) {}
/** `multiMarginLoss` as a module. */
export class MultiMarginLoss extends loss(multiMarginLoss) {}
/** `multilabelMarginLoss` as a module. */
export class MultiLabelMarginLoss extends loss(multilabelMarginLoss) {}
/** `multilabelSoftMarginLoss` as a module. */
export class MultiLabelSoftMarginLoss extends loss(multilabelSoftMarginLoss) {}
