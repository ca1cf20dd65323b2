import { ChainruleError } from "@chainrule/core";
import { LRScheduler } from "./scheduler.ts";
import { requireParts } from "./sequential.ts";

/** Several schedulers at once, each changing what the one before it gives, as one. */
export class ChainedScheduler extends LRScheduler {
  constructor(schedulers: readonly LRScheduler[]) {
    const [first] = schedulers;
    if (!first) throw new ChainruleError("value", "ChainedScheduler", "needs at least one scheduler");
    requireParts("ChainedScheduler", first.optimizer, schedulers);
    super(
      "ChainedScheduler",
      first.optimizer,
      (e, lr, group) => schedulers.reduce((rate, s) => s.schedule(e, rate, group), lr),
      { parts: schedulers },
    );
  }
}
