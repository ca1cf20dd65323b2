import { checkArguments, fail, type Signature } from "@chainrule/core/internal";
import type { Optimizer } from "../optimizer.ts";
import { LRScheduler, optimizerKind } from "./scheduler.ts";

const schedulerArguments: Signature = { optimizer: optimizerKind, schedulers: "list", milestones: "list" };

/**
 * One scheduler after the other: the next takes over at each milestone, and counts its epochs from there. A scheduler
 * between equal milestones, or before a milestone of 0, has no epochs.
 */
export class SequentialLR extends LRScheduler {
  constructor(optimizer: Optimizer, schedulers: readonly LRScheduler[], milestones: readonly number[]) {
    checkArguments("SequentialLR", schedulerArguments, arguments);
    if (schedulers.length !== milestones.length + 1)
      fail(
        "value",
        "SequentialLR",
        `${schedulers.length} schedulers need ${schedulers.length - 1} milestones between them, got ${milestones.length}`,
      );
    if (milestones.some((m, i) => !Number.isInteger(m) || m < (milestones[i - 1] ?? 0)))
      fail(
        "value",
        "SequentialLR",
        `milestones ${milestones.join(", ")} must be whole numbers ≥ 0, each no less than the one before`,
      );
    requireChainable("SequentialLR", optimizer, schedulers);
    super(
      "SequentialLR",
      optimizer,
      (e, lr, group) => {
        const i = milestones.filter((m) => m <= e).length;
        return schedulers[i]!.schedule(e - (milestones[i - 1] ?? 0), lr, group);
      },
      { schedulers },
    );
  }
}

/** Throws where a part needs more than the epoch, belongs to another optimizer, or moves more than the learning rate. */
export function requireChainable(op: string, optimizer: Optimizer, parts: readonly LRScheduler[]): void {
  for (const [i, part] of parts.entries()) {
    if (!(part instanceof LRScheduler))
      fail("value", op, `schedulers[${i}] does not follow from the epoch alone`);
    if (part.optimizer !== optimizer) fail("value", op, `schedulers[${i}] belongs to another optimizer`);
    if (part.momentum)
      fail(
        "value",
        op,
        `schedulers[${i}] also moves the momentum. Did you mean { cycleMomentum: false } there?`,
      );
  }
}
