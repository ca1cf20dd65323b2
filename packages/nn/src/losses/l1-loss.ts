import { differenceLoss } from "./difference-loss.ts";
import { lossModule } from "./loss-module.ts";
import { lossOptions } from "./reduction.ts";

/** Absolute error |x − t|; its derivative at 0 is 0. @throws where shapes do not fit. */
export const l1Loss = differenceLoss("l1Loss", lossOptions, (error) => error.abs());

/** `l1Loss` as a module. */
export class L1Loss extends lossModule(l1Loss, lossOptions) {
  static override readonly name: string = "L1Loss";
}
