import { elementwiseLoss } from "./reduction.ts";

/** Absolute error |x − t|; its derivative at 0 is 0. @throws where shapes differ. */
export const l1Loss = elementwiseLoss("l1Loss", (input, target) => input.sub(target).abs());
