import { errorLoss } from "./difference-loss.ts";
import { loss } from "./loss-module.ts";
import { lossOptions } from "./reduction.ts";

/** Squared error (x − t)². @throws where shapes do not fit. */
export const mseLoss = errorLoss("mseLoss", lossOptions, (error) => error.square());

/** `mseLoss` as a module. */
export class MSELoss extends loss(mseLoss, lossOptions) {
  static override readonly name: string = "MSELoss";
}
