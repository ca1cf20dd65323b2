import { differenceLoss } from "./difference-loss.ts";
import { lossModule } from "./loss-module.ts";
import { lossOptions } from "./reduction.ts";

/** Squared error (x − t)². @throws where shapes do not fit. */
export const mseLoss = differenceLoss("mseLoss", lossOptions, (error) => error.square());

/** `mseLoss` as a module. */
export class MSELoss extends lossModule(mseLoss, lossOptions) {
  static override readonly name: string = "MSELoss";
}
