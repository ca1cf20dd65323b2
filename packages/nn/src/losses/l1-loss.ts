import { differenceLoss } from "./difference-loss.ts";
import { lossModule } from "./loss-module.ts";
import { lossOptions } from "./reduction.ts";

/**
 * Absolute error |x − t|. Its derivative at 0 is 0.
 *
 * @throws where shapes do not fit
 *
 * @example
 * console.log(l1Loss(tensor([1, 5]), tensor([2, 2]))); //=> tensor(2, shape [], float32)
 */
export const l1Loss = differenceLoss("l1Loss", lossOptions, (error) => error.abs());

/**
 * `l1Loss` as a module.
 *
 * @example
 * console.log(new L1Loss({ reduction: "sum" }).forward(tensor([1, 5]), tensor([2, 2])));
 * //=> tensor(4, shape [], float32)
 */
export class L1Loss extends lossModule(l1Loss, lossOptions) {
  static override readonly name: string = "L1Loss";
}
