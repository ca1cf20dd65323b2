import { differenceLoss } from "./difference-loss.ts";
import { lossModule } from "./loss-module.ts";
import { lossOptions } from "./reduction.ts";

/**
 * Squared error (x − t)².
 *
 * @throws where shapes do not fit
 *
 * @example
 * console.log(mseLoss(tensor([1, 5]), tensor([2, 2]))); //=> tensor(5, shape [], float32)
 */
export const mseLoss = differenceLoss("mseLoss", lossOptions, (error) => error.square());

/**
 * `mseLoss` as a module.
 *
 * @example
 * console.log(new MSELoss({ reduction: "sum" }).forward(tensor([1, 5]), tensor([2, 2])));
 * //=> tensor(10, shape [], float32)
 */
export class MSELoss extends lossModule(mseLoss, lossOptions) {
  static override readonly name: string = "MSELoss";
}
