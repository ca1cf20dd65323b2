import { ChainruleError, perCall } from "@chainrule/core";
import type { Group } from "../groups.ts";
import type { Optimizer } from "../optimizer.ts";
import { requireMomentum, setMomentum } from "./momentum.ts";

/** A learning rate after `epoch` steps for one that would be `lr` without this schedule; `group` counts from 0. */
export type Schedule = (epoch: number, lr: number, group: number) => number;

/** Everything that a scheduler remembers, as plain data. */
export type SchedulerState = Readonly<Record<string, number | null>>;

/** The schedulers of an optimizer in the order of their making: lr = sₖ(eₖ, … s₂(e₂, s₁(e₁, lr₀))). */
const chains = new WeakMap<Optimizer, readonly Scheduler[]>();

export interface SchedulerOptions {
  /** Schedulers that this one contains, which no longer act by themselves. */
  readonly parts?: readonly Scheduler[];
  /** The momentum after `epoch` steps. */
  readonly momentum?: ((epoch: number) => number) | undefined;
}

/** Sets the learning rates of an optimizer: each is a function of how often each of its schedulers has moved on. */
export class Scheduler {
  /** How often the schedule has moved on. */
  lastEpoch = 0;
  readonly momentum: SchedulerOptions["momentum"];

  constructor(
    readonly name: string,
    readonly optimizer: Optimizer,
    readonly schedule: Schedule,
    { parts = [], momentum }: SchedulerOptions = {},
  ) {
    if (momentum) requireMomentum(name, optimizer);
    this.momentum = momentum;
    const others = (chains.get(optimizer) ?? []).filter((s) => !parts.includes(s));
    chains.set(optimizer, [...others, this]);
    this.apply();
  }

  /** The learning rate of each group. */
  getLastLr(): number[] {
    return this.optimizer.paramGroups.map(({ lr }) => lr);
  }

  /** Sets what follows from the epochs of all schedulers. */
  protected apply(): void {
    const chain = chains.get(this.optimizer) ?? [];
    this.optimizer.paramGroups.forEach((group: Group, k) => {
      group.initialLr ??= group.lr;
      group.lr = chain.reduce((lr, s) => s.schedule(s.lastEpoch, lr, k), group.initialLr);
      for (const s of chain) if (s.momentum) setMomentum(group, s.momentum(s.lastEpoch));
    });
  }

  /** Where the schedule is, as plain data. */
  stateDict(): SchedulerState {
    return { lastEpoch: this.lastEpoch };
  }

  /** Goes on from a `stateDict()`. @throws where it has other entries, or one is no number; then nothing has changed. */
  loadStateDict(dict: SchedulerState): void {
    const names = Object.keys(this.stateDict());
    const wrong = [...new Set([...names, ...Object.keys(dict)])].find(
      (name) => !names.includes(name) || !(dict[name] === null || Number.isFinite(dict[name])),
    );
    if (wrong !== undefined)
      throw new ChainruleError(
        "state",
        this.name,
        `${wrong} is ${dict[wrong]} in the dict, whose entries must be the numbers ${names.join(", ")}; nothing was loaded`,
      );
    Object.assign(this, dict);
    this.apply();
  }
}

/** A schedule that moves on with every step: call `step()` after the optimizer's, once per epoch or batch. */
export class LRScheduler extends Scheduler {
  step(): void {
    const move = (by: number) => () => {
      this.lastEpoch += by;
      this.apply();
    };
    perCall(move(1), move(-1));
  }
}
