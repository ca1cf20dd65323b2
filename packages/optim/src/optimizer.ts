import { dynamic, guard, noGrad, type Parameter, sideEffect, Tensor, type TensorLike } from "@chainrule/core";
import {
  checkArguments,
  checkMethods,
  fail,
  formatType,
  type Kind,
  Lifetime,
  refuseInside,
  type Signature,
} from "@chainrule/core/internal";
import { type Group, type GroupOptions, groupsOf, type Params } from "./groups.ts";
import { argumentsOf, checkHyper, hyperOf, switchesIn } from "./hyperparameters.ts";
import { adapted, adopt, begins, mapValues, type Progress, progressAt } from "./param-state.ts";
import type { AnyRule, Hyper, Rule, State } from "./rule.ts";
import { checkStateDict, type OptimizerStateDict } from "./state-dict.ts";

const start = progressAt(0, {});

/** The coefficients of the parameters of a group that are at the same step, one of which tells the step. */
interface Pace {
  readonly leader: readonly [progress: Progress, next: Progress];
  readonly coefficients: Readonly<Record<string, TensorLike>>;
}

const alike = (a: Tensor, b: Tensor): boolean =>
  a.dtype === b.dtype && a.ndim === b.ndim && a.shape.every((n, i) => n === b.shape[i]);

/**
 * What all optimizers share: groups of parameters, weight decay, the walk over what has a gradient, and saving.
 * Parameters without a gradient are left alone in a step, state and step count included.
 */
export class Optimizer<H extends Hyper = Hyper> {
  /** The groups with their hyper-parameters, which may be changed between steps. */
  readonly paramGroups: readonly Group<H>[] = [];
  readonly #rule: AnyRule;
  readonly #options: Partial<H>;
  readonly #progress = new Map<Parameter, Progress>();
  readonly #lifetime = new Lifetime(this, "optimizer");

  /**
   * @param params parameters, or groups `{ params, lr, … }` with hyper-parameters of their own
   * @param options hyper-parameters in the place of the rule's defaults
   * @throws where there is no parameter, one comes twice or is no Parameter, or a hyper-parameter is out of range
   */
  constructor(rule: AnyRule, params: Params<H>, options: Partial<H> = {}) {
    this.#rule = rule;
    this.#options = { ...options };
    checkHyper(rule, hyperOf(rule, options));
    for (const group of groupsOf(rule.name, params)) this.#add(group);
  }

  /** Name of the rule. */
  get name(): string {
    return this.#rule.name;
  }

  /** Adds parameters with hyper-parameters of their own. @throws as the constructor. */
  addParamGroup(group: GroupOptions<H>): void {
    refuseInside(`${this.name}.addParamGroup`, this);
    for (const one of groupsOf(this.name, [group])) this.#add(one);
  }

  #add({ params, ...own }: { readonly params: Parameter[] }): void {
    const hyper = hyperOf<H>(this.#rule, this.#options, own);
    checkHyper(this.#rule, hyper);
    const known = new Set(this.paramGroups.flatMap((other) => other.params));
    for (const p of params) {
      if (known.has(p))
        fail(
          "value",
          this.name,
          `the parameter ${formatType(p)} comes twice. Did you mean new Set(parameters)?`,
        );
      known.add(p);
    }
    (this.paramGroups as Group<H>[]).push({ ...hyper, params });
  }

  /** The groups, of which others may be added later. */
  #groups(): readonly Group<H>[] {
    guard(() => this.paramGroups.length);
    return this.paramGroups;
  }

  /** Forgets the gradients of all parameters. */
  zeroGrad(): void {
    for (const { params } of this.#groups()) for (const p of params) p.zeroGrad();
  }

  /**
   * Moves every parameter that has a gradient. Everything is worked out in one run: new parameters, state, gradients,
   * and the loss they were taken of, which keeps its value from before the step. Where it throws, nothing has changed.
   */
  step(): void {
    this.#lifetime.within(() => this.#step());
  }

  #step(): void {
    const moves = noGrad(() =>
      this.#groups().flatMap((group) => {
        const look = switchesIn(this.#rule, group);
        sideEffect(look);
        const switches = guard(look);
        const paces: Pace[] = [];
        return group.params.flatMap((cell) =>
          cell.grad ? [this.#move(cell, cell.grad, group, switches, paces)] : [],
        );
      }),
    );
    Tensor.evaluate(moves.flatMap(({ p, state, gradient }) => [p, ...Object.values(state), gradient]));
    for (const { cell, p, progress, next, state } of moves) {
      cell.assign(p);
      for (const [name, kept] of Object.entries(next.active)) kept.assign(state[name]!);
      this.#progress.set(cell, progress);
      cell.consumeGrad();
    }
    const count = (by: number) => () => {
      for (const { progress, next } of moves) {
        adopt(progress, next);
        progress.step += by;
      }
    };
    sideEffect(count(1), count(-1));
    const kept = moves.flatMap(({ progress, next }) =>
      Object.entries(next.active).map(([name, one]) => ({ progress, name, one })),
    );
    guard(() => {
      for (const { cell, progress } of moves) if (this.#progress.get(cell) !== progress) return false;
      for (const { progress, name, one } of kept) if (progress.state[name] !== one) return false;
      return true;
    });
  }

  #move(cell: Parameter, gradient: Tensor, hyper: Group<H>, switches: string, paces: Pace[]) {
    if (!alike(gradient, cell))
      fail(
        "shape",
        this.name,
        `the gradient is ${formatType(gradient)} and its parameter ${formatType(cell)}; they must be alike`,
      );
    const { weightDecay: λ, decoupledWeightDecay: beside, maximize } = hyper;
    const progress = this.#progress.get(cell) ?? progressAt(0, {});
    const next = { ...this.#lifetime.make(() => adapted(this.#rule, cell, hyper, switches, progress)) };
    const pace = this.#pace(hyper, [progress, next], paces);
    const uphill = maximize ? gradient.neg() : gradient;
    const { p, state } = this.#rule.update(
      λ !== 0 && beside ? cell.mul(dynamic(() => 1 - hyper.lr * hyper.weightDecay)) : cell,
      λ !== 0 && !beside ? uphill.add(cell.mul(dynamic(() => hyper.weightDecay))) : uphill,
      next.active,
      pace.coefficients,
      hyper,
    );
    this.#requireAlike("parameter", p, cell);
    for (const [name, kept] of Object.entries(next.active)) this.#requireAlike(name, state[name], kept);
    return { cell, gradient, p, progress, next, state };
  }

  #requireAlike(name: string, next: Tensor | undefined, before: Tensor): void {
    if (next && alike(next, before)) return;
    fail(
      "shape",
      this.name,
      `update gives ${next ? formatType(next) : "no tensor"} for the ${name}, which is ${formatType(before)}`,
    );
  }

  /** The coefficients for the next step of a parameter: those of another at the same step, if there is one. */
  #pace(hyper: Group<H>, leader: Pace["leader"], paces: Pace[]): Pace {
    const isAt = ({ leader: [other, ahead] }: Pace): boolean =>
      other.step === leader[0].step && begins(other, ahead) === begins(...leader);
    const known = paces.find((pace) => guard(() => isAt(pace)));
    if (known) return known;
    let numbers: Record<string, number> = {};
    sideEffect(() => {
      numbers = this.#rule.coefficients(hyper, leader[0].step + 1, begins(...leader)) as Record<
        string,
        number
      >;
    });
    const pace: Pace = {
      leader,
      coefficients: mapValues(numbers, (name) => dynamic(() => numbers[name]!)),
    };
    paces.push(pace);
    return pace;
  }

  /** Everything needed to go on later as if nothing had happened: for each parameter its state, and the groups. */
  stateDict(): OptimizerStateDict<H> {
    let count = 0;
    return {
      state: this.paramGroups.flatMap(({ params }) =>
        params.map((p) => {
          const progress = this.#progress.get(p);
          const { step, state } = progress?.step ? progress : start;
          return { step, ...mapValues(state, (_, t) => t.detach()) };
        }),
      ),
      paramGroups: this.paramGroups.map((group) => ({ ...group, params: group.params.map(() => count++) })),
    };
  }

  /** Goes on from a `stateDict()`. @throws where it does not fit these parameters and this rule; then nothing has changed. */
  loadStateDict(dict: OptimizerStateDict<H>): void {
    refuseInside(`${this.name}.loadStateDict`, this);
    const progress = checkStateDict(this.#rule, this.paramGroups, dict);
    this.paramGroups.forEach((group, i) => {
      const { params: _, ...hyper } = dict.paramGroups[i]!;
      Object.assign(group, hyper);
    });
    for (const [cell, entry] of progress)
      if (entry.step > 0) this.#progress.set(cell, entry);
      else this.#progress.delete(cell);
  }
}

checkMethods(Optimizer.prototype, {
  addParamGroup: { group: "any" },
  zeroGrad: {},
  step: {},
  stateDict: {},
  loadStateDict: { dict: "any" },
});

/** A rule as it stands, with the types of its parts inferred: for one that others are made from. */
export const rule = <O extends object, S extends State, C extends object>(
  parts: Rule<O, S, C>,
): Rule<O, S, C> => parts;

const ruleKind: Kind = {
  holds: (x) => typeof (x as AnyRule | null)?.update === "function",
  message: "a rule: { name, defaults, init, coefficients, update }",
};
const ruleArguments: Signature = { parts: ruleKind };

/** The class of optimizers that follow a rule: `class Mine extends optimizer({ name: "Mine", … }) {}`. */
export function optimizer<O extends object, S extends State, C extends object>(
  parts: Rule<O, S, C>,
): new (
  params: Params<O & Hyper>,
  options?: Partial<O & Hyper>,
) => Optimizer<O & Hyper> {
  checkArguments("optimizer", ruleArguments, arguments);
  const signature = argumentsOf(parts);
  return class extends Optimizer<O & Hyper> {
    constructor(params: Params<O & Hyper>, options?: Partial<O & Hyper>) {
      checkArguments(parts.name, signature, arguments);
      super(parts, params, options);
    }
  };
}
