import { lossModule } from "./loss-module.ts";
import { elementwiseLoss, lossOptions } from "./reduction.ts";

/**
 * ln(1 + e^{−t·x}), without overflow for any finite x.
 *
 * @param input scores x
 * @param target t, of the shape of x, each 1 or −1
 * @throws where shapes differ
 *
 * @example
 * console.log(softMarginLoss(tensor([0, -1000]), tensor([1, 1]), { reduction: "none" }));
 * //=> tensor([   0.6931, 1000.0000], shape [2], float32)
 */
export const softMarginLoss = elementwiseLoss("softMarginLoss", lossOptions, (input, target) =>
  target.mul(input).neg().softplus(),
);

/**
 * `softMarginLoss` as a module.
 *
 * @example
 * console.log(new SoftMarginLoss().forward(tensor([0]), tensor([1]))); //=> tensor(0.6931, shape [], float32)
 */
export class SoftMarginLoss extends lossModule(softMarginLoss, lossOptions) {
  static override readonly name: string = "SoftMarginLoss";
}
