import { checkArguments, type Signature } from "@chainrule/core/internal";
import type { Optimizer } from "../optimizer.ts";
import { factorFunction, type Lambda, lambdaKind } from "./lambda.ts";
import { LRScheduler, optimizerKind } from "./scheduler.ts";

const schedulerArguments: Signature = { optimizer: optimizerKind, lrLambda: lambdaKind };

/** lr·λ(1)·λ(2)·…·λ(e) for a function λ of your own. */
export class MultiplicativeLR extends LRScheduler {
  constructor(optimizer: Optimizer, lrLambda: Lambda) {
    checkArguments("MultiplicativeLR", schedulerArguments, arguments);
    const λ = factorFunction("MultiplicativeLR", optimizer, lrLambda);
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
