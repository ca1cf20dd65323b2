import { checkArguments, fail, type Kind, type Signature } from "@chainrule/core/internal";
import type { Optimizer } from "../optimizer.ts";
import { LRScheduler, optimizerKind } from "./scheduler.ts";

/** A factor as a function of the epoch, or a list with one function for each parameter group. */
export type Lambda = ((epoch: number) => number) | readonly ((epoch: number) => number)[];

/** The factor of a group at an epoch. @throws where a list has another length than the parameter groups. */
export function factorFunction(op: string, optimizer: Optimizer, lambda: Lambda) {
  const list = typeof lambda === "function" ? null : lambda;
  const groups = optimizer.paramGroups.length;
  if (list && list.length !== groups)
    fail("value", op, `has ${list.length} functions for ${groups} parameter groups`);
  return (epoch: number, group: number): number => {
    const f = typeof lambda === "function" ? lambda : lambda[group];
    return f ? f(epoch) : 1;
  };
}

export const lambdaKind: Kind = {
  holds: (x) => typeof x === "function" || (Array.isArray(x) && x.every((f) => typeof f === "function")),
  message: "a function of the epoch, or a list with one for each parameter group",
};

const schedulerArguments: Signature = { optimizer: optimizerKind, lrLambda: lambdaKind };

/**
 * lr·λ(e) for a function λ.
 *
 * @param lrLambda λ, or a list with one function for each parameter group
 *
 * @example
 * const optimizer = new SGD([new Parameter(tensor(0))], { lr: 1 });
 * const scheduler = new LambdaLR(optimizer, (epoch) => 1 / (1 + epoch));
 * scheduler.step();
 * console.log(scheduler.getLastLr()); //=> [ 0.5 ]
 */
export class LambdaLR extends LRScheduler {
  constructor(optimizer: Optimizer, lrLambda: Lambda) {
    checkArguments("LambdaLR", schedulerArguments, arguments);
    const λ = factorFunction("LambdaLR", optimizer, lrLambda);
    super("LambdaLR", optimizer, (e, lr, group) => lr * λ(e, group));
  }
}
