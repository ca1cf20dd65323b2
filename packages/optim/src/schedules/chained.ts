import { checkArguments, fail, type Signature } from "@chainrule/core/internal";
import { LRScheduler } from "./scheduler.ts";
import { requireChainable } from "./sequential.ts";

const schedulerArguments: Signature = { schedulers: "list" };

/**
 * Several schedulers that advance together; each changes the learning rate of the one before it.
 *
 * @throws for an empty list, for schedulers of several optimizers, and for one that also sets the momentum
 *
 * @example
 * const optimizer = new SGD([new Parameter(tensor(0))], { lr: 1 });
 * const parts = [new StepLR(optimizer, 2, { gamma: 0.5 }), new ExponentialLR(optimizer, 0.5)];
 * const scheduler = new ChainedScheduler(parts);
 * const rates = [0, 1, 2].map(() => {
 *   scheduler.step();
 *   return optimizer.paramGroups[0]?.lr;
 * });
 * console.log(rates); //=> [ 0.5, 0.125, 0.0625 ]
 */
export class ChainedScheduler extends LRScheduler {
  constructor(schedulers: readonly LRScheduler[]) {
    checkArguments("ChainedScheduler", schedulerArguments, arguments);
    const [first] = schedulers;
    if (!first) fail("value", "ChainedScheduler", "needs at least one scheduler");
    requireChainable("ChainedScheduler", first.optimizer, schedulers);
    super(
      "ChainedScheduler",
      first.optimizer,
      (e, lr, group) => schedulers.reduce((rate, s) => s.schedule(e, rate, group), lr),
      { schedulers },
    );
  }
}
