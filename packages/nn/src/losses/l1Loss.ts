import { errorLoss } from "./errorLoss.ts";

/** Absolute error |x − t|; its derivative at 0 is 0. @throws where shapes do not fit. */
export const l1Loss = errorLoss("l1Loss", (error) => error.abs());
