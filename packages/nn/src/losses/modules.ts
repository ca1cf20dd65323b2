import type { Tensor } from "@chainrule/core";
import { Module } from "../module.ts";
import { bceWithLogits } from "./bceWithLogits.ts";
import { binaryCrossEntropy } from "./binaryCrossEntropy.ts";
import { crossEntropy, nllLoss } from "./crossEntropy.ts";
import { huberLoss, smoothL1Loss } from "./huberLoss.ts";
import { klDiv } from "./klDiv.ts";
import { l1Loss } from "./l1Loss.ts";
import { mseLoss } from "./mseLoss.ts";

interface Loss extends Module {
  forward(input: Tensor, target: Tensor): Tensor;
}

/** A loss function as a module that is given its options once. */
function lossModule<O extends object>(
  name: string,
  f: (input: Tensor, target: Tensor, options?: O) => Tensor,
): new (
  options?: O,
) => Loss {
  const made = class extends Module {
    readonly #options: O | undefined;
    constructor(options?: O) {
      super();
      this.#options = options;
    }
    forward(input: Tensor, target: Tensor): Tensor {
      return f(input, target, this.#options);
    }
  };
  Object.defineProperty(made, "name", { value: name });
  return made;
}

/** `binaryCrossEntropy` as a module. */
export const BCELoss = lossModule("BCELoss", binaryCrossEntropy);
/** `bceWithLogits` as a module. */
export const BCEWithLogitsLoss = lossModule("BCEWithLogitsLoss", bceWithLogits);
/** `crossEntropy` as a module. */
export const CrossEntropyLoss = lossModule("CrossEntropyLoss", crossEntropy);
/** `nllLoss` as a module. */
export const NLLLoss = lossModule("NLLLoss", nllLoss);
/** `mseLoss` as a module. */
export const MSELoss = lossModule("MSELoss", mseLoss);
/** `l1Loss` as a module. */
export const L1Loss = lossModule("L1Loss", l1Loss);
/** `smoothL1Loss` as a module. */
export const SmoothL1Loss = lossModule("SmoothL1Loss", smoothL1Loss);
/** `huberLoss` as a module. */
export const HuberLoss = lossModule("HuberLoss", huberLoss);
/** `klDiv` as a module. */
export const KLDivLoss = lossModule("KLDivLoss", klDiv);
