import { checkArguments, type Signature } from "@chainrule/core/internal";
import type { Optimizer } from "../optimizer.ts";
import { factorFunction, type Lambda, lambdaKind } from "./lambda.ts";
import { LRScheduler, optimizerKind } from "./scheduler.ts";

const schedulerArguments: Signature = { optimizer: optimizerKind, lrLambda: lambdaKind };

/**
 * lr·λ(1)·λ(2)·…·λ(e) for a function λ.
 *
 * @param lrLambda λ, or a list with one function for each parameter group
 *
 * @example
 * const optimizer = new SGD([new Parameter(tensor(0))], { lr: 1 });
 * const scheduler = new MultiplicativeLR(optimizer, (epoch) => epoch / 2);
 * const rates = [0, 1, 2].map(() => {
 *   scheduler.step();
 *   return optimizer.paramGroups[0]?.lr;
 * });
 * console.log(rates); //=> [ 0.5, 0.5, 0.75 ]
 */
export class MultiplicativeLR extends LRScheduler {
  constructor(optimizer: Optimizer, lrLambda: Lambda) {
    checkArguments("MultiplicativeLR", schedulerArguments, arguments);
    const λ = factorFunction("MultiplicativeLR", optimizer, lrLambda);
    // The product so far of each group, so that each step calls λ once.
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
