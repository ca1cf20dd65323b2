import type { Optimizer } from "../optimizer.ts";
import { factors, type Lambda } from "./lambda.ts";
import { LRScheduler } from "./scheduler.ts";

/** lr·λ(1)·λ(2)·…·λ(e) for a function λ of your own. */
export class MultiplicativeLR extends LRScheduler {
  constructor(optimizer: Optimizer, lrLambda: Lambda) {
    const λ = factors("MultiplicativeLR", optimizer, lrLambda);
    // The product so far of each group, so that a step costs one call of λ however late it comes.
    const known: { epoch: number; product: number }[] = [];
    super("MultiplicativeLR", optimizer, (e, lr, group) => {
      const before = known[group];
      let { epoch, product } = before && before.epoch <= e ? before : { epoch: 0, product: 1 };
      while (epoch < e) product *= λ(++epoch, group);
      known[group] = { epoch, product };
      return lr * product;
    });
  }
}
