import { elementwiseLoss } from "./reduction.ts";

/** Squared error (x − t)². @throws where shapes differ. */
export const mseLoss = elementwiseLoss("mseLoss", (input, target) => input.sub(target).square());
