import { checkArguments, fail, type Signature } from "@chainrule/core/internal";
import type { Optimizer } from "../optimizer.ts";
import { LRScheduler, optimizerKind } from "./scheduler.ts";

const schedulerArguments: Signature = { optimizer: optimizerKind, schedulers: "list", milestones: "list" };

/**
 * Schedulers in sequence: the next one takes over at each milestone, and counts its epochs from there.
 *
 * @param milestones the epochs, in ascending order, at which the second, third, … scheduler starts
 * @throws where the numbers of schedulers and milestones do not fit, or a scheduler cannot be contained
 *
 * @example
 * const optimizer = new SGD([new Parameter(tensor(0))], { lr: 1 });
 * const warmup = new LinearLR(optimizer, { startFactor: 0.5, totalIters: 2 });
 * const scheduler = new SequentialLR(optimizer, [warmup, new ExponentialLR(optimizer, 0.5)], [2]);
 * const rates = [0, 1, 2].map(() => {
 *   scheduler.step();
 *   return optimizer.paramGroups[0]?.lr;
 * });
 * console.log(rates); //=> [ 0.75, 1, 0.5 ]
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
        `milestones ${milestones.join(", ")} must be integers ≥ 0 in ascending order`,
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

/**
 * Throws where a scheduler depends on more than the epoch, belongs to another optimizer, or also sets the momentum.
 */
export function requireChainable(op: string, optimizer: Optimizer, parts: readonly LRScheduler[]): void {
  for (const [i, part] of parts.entries()) {
    if (!(part instanceof LRScheduler)) fail("value", op, `schedulers[${i}] depends on more than the epoch`);
    if (part.optimizer !== optimizer) fail("value", op, `schedulers[${i}] belongs to another optimizer`);
    if (part.momentum)
      fail(
        "value",
        op,
        `schedulers[${i}] also sets the momentum. Did you mean { cycleMomentum: false } there?`,
      );
  }
}
