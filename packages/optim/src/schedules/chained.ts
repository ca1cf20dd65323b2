import { checkArguments, fail, type Signature } from "@chainrule/core/internal";
import { LRScheduler } from "./scheduler.ts";
import { requireChainable } from "./sequential.ts";

const schedulerArguments: Signature = { schedulers: "list" };

/** Several schedulers at once, each changing what the one before it gives, as one. */
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
