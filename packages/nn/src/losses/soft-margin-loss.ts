import { lossModule } from "./loss-module.ts";
import { elementwiseLoss, lossOptions } from "./reduction.ts";

/** ln(1 + e^{−t·x}) for t = ±1, in range for every finite x. @throws where shapes differ. */
export const softMarginLoss = elementwiseLoss("softMarginLoss", lossOptions, (input, target) =>
  target.mul(input).neg().softplus(),
);

/** `softMarginLoss` as a module. */
export class SoftMarginLoss extends lossModule(softMarginLoss, lossOptions) {
  static override readonly name: string = "SoftMarginLoss";
}
