import { errorLoss } from "./errorLoss.ts";
import { loss } from "./loss.ts";

/** Squared error (x − t)². @throws where shapes do not fit. */
export const mseLoss = errorLoss("mseLoss", (error) => error.square());

/** `mseLoss` as a module. */
export class MSELoss extends loss(mseLoss) {
  static override readonly name: string = "MSELoss";
}
