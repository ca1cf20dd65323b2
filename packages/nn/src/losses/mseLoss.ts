import { errorLoss } from "./errorLoss.ts";

/** Squared error (x − t)². @throws where shapes do not fit. */
export const mseLoss = errorLoss("mseLoss", (error) => error.square());
