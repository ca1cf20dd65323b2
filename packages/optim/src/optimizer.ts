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
import { argumentsOf, checkHyper, flagReader, hyperOf } from "./hyperparameters.ts";
import {
  adoptState,
  isFirstStep,
  mapValues,
  nextState,
  type ParamState,
  paramStateAt,
} from "./param-state.ts";
import type { AnyRule, Coefficients, Hyper, Rule, State } from "./rule.ts";
import { checkStateDict, type OptimizerStateDict } from "./state-dict.ts";

/** The coefficients of all parameters of a group that are at the same step as the `reference`. */
interface SharedCoefficients {
  readonly reference: readonly [state: ParamState, next: ParamState];
  readonly coefficients: Readonly<Record<string, TensorLike>>;
}

const sameType = (a: Tensor, b: Tensor): boolean =>
  a.dtype === b.dtype && a.ndim === b.ndim && a.shape.every((n, i) => n === b.shape[i]);

/**
 * The base class of all optimizers: groups of parameters, weight decay, the step, and saving.
 *
 * A step skips parameters without a gradient: neither their state nor their step count changes.
 *
 * @example
 * const θ = new Parameter(tensor(3));
 * const optimizer: Optimizer = new SGD([θ], { lr: 0.25 });
 * for (let step = 0; step < 2; step++) {
 *   optimizer.zeroGrad();
 *   θ.square().backward();
 *   optimizer.step();
 * }
 * console.log(θ.item()); //=> 0.75
 */
export class Optimizer<H extends Hyper = Hyper> {
  /** The groups with their hyper-parameters, which may be changed between steps. */
  readonly paramGroups: readonly Group<H>[] = [];
  readonly #rule: AnyRule;
  readonly #options: Partial<H>;
  readonly #states = new Map<Parameter, ParamState>();
  readonly #lifetime = new Lifetime(this, "optimizer");

  /**
   * @param params parameters, or groups `{ params, lr, … }` with hyper-parameters of their own
   * @param options hyper-parameters that override the rule's defaults
   * @throws if the list is empty, contains a duplicate or a tensor that is not a Parameter, or a hyper-parameter is out of
   * range
   */
  constructor(rule: AnyRule, params: Params<H>, options: Partial<H> = {}) {
    this.#rule = rule;
    this.#options = { ...options };
    checkHyper(rule, hyperOf(rule, options));
    for (const group of groupsOf(rule.name, params)) this.#addGroup(group);
  }

  /** The name of the rule. */
  get name(): string {
    return this.#rule.name;
  }

  /** Adds a group of parameters with hyper-parameters of its own. @throws as the constructor. */
  addParamGroup(group: GroupOptions<H>): void {
    refuseInside(`${this.name}.addParamGroup`, this);
    for (const one of groupsOf(this.name, [group])) this.#addGroup(one);
  }

  #addGroup({ params, ...own }: { readonly params: Parameter[] }): void {
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

  /** The groups. A compiled function is traced again when their number has changed. */
  #guardedGroups(): readonly Group<H>[] {
    guard(() => this.paramGroups.length);
    return this.paramGroups;
  }

  /** Clears the gradients of all parameters. */
  zeroGrad(): void {
    for (const { params } of this.#guardedGroups()) for (const p of params) p.zeroGrad();
  }

  /**
   * Updates every parameter that has a gradient.
   *
   * New parameters, state, gradients and the loss that they come from are computed in one run; the loss keeps its value
   * from before the step. Where it throws, nothing has changed.
   */
  step(): void {
    this.#lifetime.within(() => this.#step());
  }

  /**
   * The values that `step` would give to the parameters that have a gradient. Nothing changes: neither they nor the state.
   *
   * @throws in a compiled function
   *
   * @example
   * const θ = new Parameter(tensor(3));
   * θ.square().backward();
   * const next = new SGD([θ], { lr: 0.25 }).preview().get(θ);
   * console.log(θ.item(), next!.item()); //=> 3 1.5
   */
  preview(): Map<Parameter, Tensor> {
    refuseInside(`${this.name}.preview`, this);
    return this.#lifetime.within(() => new Map(this.#updates().map(({ cell, p }) => [cell, p])));
  }

  /** The next value of each parameter that has a gradient, with its state. */
  #updates() {
    return noGrad(() =>
      this.#guardedGroups().flatMap((group) => {
        const readFlags = flagReader(this.#rule, group);
        sideEffect(readFlags);
        const flags = guard(readFlags);
        const shared: SharedCoefficients[] = [];
        return group.params.flatMap((cell) =>
          cell.grad ? [this.#updateParam(cell, cell.grad, group, flags, shared)] : [],
        );
      }),
    );
  }

  #step(): void {
    const updates = this.#updates();
    Tensor.evaluate(updates.flatMap(({ p, values, gradient }) => [p, ...Object.values(values), gradient]));
    for (const { cell, p, state, next, values } of updates) {
      cell.assign(p);
      for (const [name, one] of Object.entries(next.active)) one.assign(values[name]!);
      this.#states.set(cell, state);
      cell.consumeGrad();
    }
    const count = (by: number) => () => {
      for (const { state, next } of updates) {
        adoptState(state, next);
        state.step += by;
      }
    };
    sideEffect(count(1), count(-1));
    const active = updates.flatMap(({ state, next }) =>
      Object.entries(next.active).map(([name, one]) => ({ state, name, one })),
    );
    guard(() => {
      for (const { cell, state } of updates) if (this.#states.get(cell) !== state) return false;
      for (const { state, name, one } of active) if (state.cells[name] !== one) return false;
      return true;
    });
  }

  #updateParam(
    cell: Parameter,
    gradient: Tensor,
    hyper: Group<H>,
    flags: string,
    shared: SharedCoefficients[],
  ) {
    if (!sameType(gradient, cell))
      fail(
        "shape",
        this.name,
        `the gradient is ${formatType(gradient)} and its parameter ${formatType(cell)}; dtype and shape must agree`,
      );
    const { weightDecay: λ, decoupledWeightDecay: isDecoupled, maximize } = hyper;
    const state = this.#states.get(cell) ?? paramStateAt(0, {});
    const next = { ...this.#lifetime.make(() => nextState(this.#rule, cell, hyper, flags, state)) };
    const { coefficients } = this.#coefficients(hyper, [state, next], shared);
    const g = maximize ? gradient.neg() : gradient;
    const { p, state: values } = this.#rule.update(
      λ !== 0 && isDecoupled ? cell.mul(dynamic(() => 1 - hyper.lr * hyper.weightDecay)) : cell,
      λ !== 0 && !isDecoupled ? g.add(cell.mul(dynamic(() => hyper.weightDecay))) : g,
      next.active,
      coefficients,
      hyper,
    );
    this.#requireSameType("parameter", p, cell);
    for (const [name, one] of Object.entries(next.active)) this.#requireSameType(name, values[name], one);
    return { cell, gradient, p, state, next, values };
  }

  #requireSameType(name: string, next: Tensor | undefined, before: Tensor): void {
    if (next && sameType(next, before)) return;
    fail(
      "shape",
      this.name,
      `update gives ${next ? formatType(next) : "no tensor"} for the ${name}, which is ${formatType(before)}`,
    );
  }

  /** The coefficients for the next step of a parameter, shared with other parameters at the same step. */
  #coefficients(
    hyper: Group<H>,
    reference: SharedCoefficients["reference"],
    shared: SharedCoefficients[],
  ): SharedCoefficients {
    const isAtSameStep = ({ reference: [state, next] }: SharedCoefficients): boolean =>
      state.step === reference[0].step && isFirstStep(state, next) === isFirstStep(...reference);
    const known = shared.find((one) => guard(() => isAtSameStep(one)));
    if (known) return known;
    let numbers: Coefficients = {};
    sideEffect(() => {
      numbers = this.#rule.coefficients(hyper, reference[0].step + 1, isFirstStep(...reference));
    });
    const made: SharedCoefficients = {
      reference,
      coefficients: mapValues(numbers, (name) => dynamic(() => numbers[name]!)),
    };
    shared.push(made);
    return made;
  }

  /** The state of each parameter and the groups: all that is needed to continue later. */
  stateDict(): OptimizerStateDict<H> {
    let count = 0;
    return {
      state: this.paramGroups.flatMap(({ params }) =>
        params.map((p) => {
          const { step, cells } = this.#states.get(p) ?? paramStateAt(0, {});
          return { step, ...mapValues(step > 0 ? cells : {}, (_, t) => t.detach()) };
        }),
      ),
      paramGroups: this.paramGroups.map((group) => ({ ...group, params: group.params.map(() => count++) })),
    };
  }

  /**
   * Continues from a `stateDict()`. @throws where it does not fit these parameters and this rule; nothing is loaded
   * then.
   */
  loadStateDict(dict: OptimizerStateDict<H>): void {
    refuseInside(`${this.name}.loadStateDict`, this);
    const states = checkStateDict(this.#rule, this.paramGroups, dict);
    this.paramGroups.forEach((group, i) => {
      const { params: _, ...hyper } = dict.paramGroups[i]!;
      Object.assign(group, hyper);
    });
    for (const [cell, state] of states)
      if (state.step > 0) this.#states.set(cell, state);
      else this.#states.delete(cell);
  }
}

checkMethods(Optimizer.prototype, {
  addParamGroup: { group: "any" },
  zeroGrad: {},
  step: {},
  preview: {},
  stateDict: {},
  loadStateDict: { dict: "any" },
});

/** A rule with the types of its parts inferred, for rules that others extend. */
export const rule = <O extends object, S extends State, C extends Coefficients>(
  parts: Rule<O, S, C>,
): Rule<O, S, C> => parts;

const ruleKind: Kind = {
  holds: (x) => typeof (x as AnyRule | null)?.update === "function",
  message: "a rule: { name, defaults, init, coefficients, update }",
};
const ruleArguments: Signature = { parts: ruleKind };

/**
 * The class of optimizers that follow a rule.
 *
 * @param parts the rule: defaults, initial state, coefficients and update of one parameter; see `Rule`
 * @throws if `parts` is not a rule
 *
 * @example
 * class SignSGD extends optimizer({
 *   name: "SignSGD",
 *   defaults: { lr: 0.1 },
 *   init: () => ({}),
 *   coefficients: ({ lr }) => ({ α: lr }),
 *   update: (p, g, state, { α }) => ({ p: p.sub(g.sign().mul(α)), state }),
 * }) {}
 * const θ = new Parameter(tensor([1, -2]));
 * θ.square().sum().backward();
 * new SignSGD([θ]).step();
 * console.log(θ.detach()); //=> tensor([ 0.9, -1.9], shape [2], float32)
 */
export function optimizer<O extends object, S extends State, C extends Coefficients>(
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
