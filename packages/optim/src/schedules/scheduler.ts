import { sideEffect } from "@chainrule/core";
import {
  checkMethods,
  fail,
  instanceOf,
  type Kind,
  ranges,
  refuseInside,
  requireInRange,
} from "@chainrule/core/internal";
import type { Group } from "../groups.ts";
import { Optimizer } from "../optimizer.ts";
import { requireMomentum, setMomentum } from "./momentum.ts";

/** The learning rate at an epoch, given that without this schedule; groups are numbered from 0. */
export type Schedule = (epoch: number, lr: number, group: number) => number;

/** The state of a scheduler as plain data. */
export type SchedulerState = Readonly<Record<string, number | null>>;

/** The schedulers of each optimizer in order of creation: lr = sₖ(eₖ, … s₂(e₂, s₁(e₁, lr₀))). */
const schedulersOf = new WeakMap<Optimizer, readonly Scheduler[]>();

/** Options of `Scheduler`. */
export interface SchedulerOptions {
  /** Schedulers that this one contains; they stop acting on their own. */
  readonly schedulers?: readonly Scheduler[];
  /** The momentum (or β₁) at an epoch. Default: unchanged. */
  readonly momentum?: ((epoch: number) => number) | undefined;
}

export const optimizerKind = instanceOf(Optimizer, "an optimizer", "new SGD(model.parameters())");

/**
 * The base class of all schedulers: the learning rates of an optimizer as a function of the epochs of its schedulers.
 *
 * @param name the name in errors
 * @param schedule the learning rate at an epoch
 *
 * @example
 * const optimizer = new SGD([new Parameter(tensor(0))], { lr: 1 });
 * new Scheduler("Tenth", optimizer, (epoch, lr) => lr / 10);
 * console.log(optimizer.paramGroups[0]?.lr); //=> 0.1
 */
export class Scheduler {
  /** The number of steps so far. */
  lastEpoch = 0;
  readonly momentum: SchedulerOptions["momentum"];

  constructor(
    readonly name: string,
    readonly optimizer: Optimizer,
    readonly schedule: Schedule,
    { schedulers = [], momentum }: SchedulerOptions = {},
  ) {
    refuseInside(name, optimizer);
    if (momentum) requireMomentum(name, optimizer);
    this.momentum = momentum;
    const before = schedulersOf.get(optimizer) ?? [];
    const others = before.filter((s) => !schedulers.includes(s));
    schedulersOf.set(optimizer, [...others, this]);
    try {
      this.#applyRates();
    } catch (error) {
      schedulersOf.set(optimizer, before);
      throw error;
    }
  }

  /** The learning rate of each group. */
  getLastLr(): number[] {
    return this.optimizer.paramGroups.map(({ lr }) => lr);
  }

  /**
   * Sets learning rates and momenta by the epochs of all schedulers. @throws for an invalid learning rate; nothing has
   * changed then.
   */
  #applyRates(): void {
    const chain = schedulersOf.get(this.optimizer) ?? [];
    const settings = this.optimizer.paramGroups.map((group: Group, k) => {
      const initialLr = group.initialLr ?? group.lr;
      const lr = chain.reduce((rate, s) => s.#rate(rate, k), initialLr);
      const momenta = chain.flatMap((s) => s.momentum?.(s.lastEpoch) ?? []);
      return { group, initialLr, lr, momenta };
    });
    for (const { group, initialLr, lr, momenta } of settings) {
      Object.assign(group, { initialLr, lr });
      for (const momentum of momenta) setMomentum(group, momentum);
    }
  }

  #rate(lr: number, group: number): number {
    const rate = this.schedule(this.lastEpoch, lr, group);
    requireInRange(this.name, ranges.nonNegative, {
      [`lr of paramGroups[${group}] at epoch ${this.lastEpoch}:`]: rate,
    });
    return rate;
  }

  /**
   * Sets the state and the learning rates that follow. @throws for an invalid learning rate; nothing has changed then.
   */
  protected setState(state: SchedulerState): void {
    const before = this.stateDict();
    try {
      Object.assign(this, state);
      this.#applyRates();
    } catch (error) {
      Object.assign(this, before);
      throw error;
    }
  }

  /** Advances now and in every call of a compiled function; a call that fails undoes it. */
  protected advance(move: () => void): void {
    let back = () => {};
    sideEffect(
      () => {
        back = this.#snapshot();
        move();
      },
      () => back(),
    );
  }

  /** A function that restores the present state of schedule and groups. */
  #snapshot(): () => void {
    const { paramGroups } = this.optimizer;
    const state = this.stateDict();
    const groups = paramGroups.map((group) => ({ initialLr: undefined, ...group }));
    return () => {
      Object.assign(this, state);
      groups.forEach((group, k) => {
        Object.assign(paramGroups[k]!, group);
      });
    };
  }

  /** The state as plain data. */
  stateDict(): SchedulerState {
    return { lastEpoch: this.lastEpoch };
  }

  /** Whether an entry of a state dict may be `value`. */
  protected accepts(_name: string, value: unknown): boolean {
    return typeof value === "number" && ranges.nonNegativeInteger.holds(value);
  }

  /** Continues from a `stateDict()`. @throws for other entries or values; nothing is loaded then. */
  loadStateDict(dict: SchedulerState): void {
    const names = Object.keys(this.stateDict());
    const entries = dict ?? {};
    const wrong = [...new Set([...names, ...Object.keys(entries)])].find(
      (name) => !names.includes(name) || !this.accepts(name, entries[name]),
    );
    if (wrong !== undefined)
      fail(
        "state",
        this.name,
        `${wrong} is ${String(entries[wrong])} in the dict, whose entries must be ${names.join(", ")} as stateDict() gives them; nothing was loaded`,
      );
    this.setState(dict);
  }
}

/**
 * The base class of schedulers that advance by one epoch with every `step()`, called after the optimizer's.
 *
 * @example
 * const optimizer = new SGD([new Parameter(tensor(0))], { lr: 1 });
 * const scheduler = new LRScheduler("Harmonic", optimizer, (epoch, lr) => lr / (1 + epoch));
 * scheduler.step();
 * console.log(scheduler.getLastLr()); //=> [ 0.5 ]
 */
export class LRScheduler extends Scheduler {
  step(): void {
    this.advance(() => this.setState({ lastEpoch: this.lastEpoch + 1 }));
  }
}

const dictKind: Kind = {
  holds: (x) => typeof x === "object" && x !== null,
  message: "a state dict of a scheduler",
};

checkMethods(Scheduler.prototype, { getLastLr: {}, stateDict: {}, loadStateDict: { dict: dictKind } });
checkMethods(LRScheduler.prototype, { step: {} });
