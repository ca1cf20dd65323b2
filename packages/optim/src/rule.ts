import type { Tensor, TensorLike } from "@chainrule/core";
import type { Range } from "@chainrule/core/internal";

/** The hyper-parameters that every optimizer has. */
export interface Hyper {
  /** Learning rate. */
  lr: number;
  /** λ: pulls the parameters towards 0. */
  weightDecay: number;
  /** How λ acts: on the gradient, g + λθ (false), or on the parameter beside it, θ·(1 − lr·λ) (true). */
  decoupledWeightDecay: boolean;
  /** Climb instead of descend. */
  maximize: boolean;
}

/** What an optimizer keeps for a parameter from step to step, by name. */
export interface State {
  readonly [name: string]: Tensor;
}

/** The hyper-parameters that are switches: they may choose the formula, where numbers only go into it. */
export type Switches<O> = { readonly [K in keyof O as O[K] extends boolean ? K : never]: O[K] };

/** What makes one optimizer differ from another: pure functions, for one parameter at its t-th step (t = 1, 2, …). */
export interface Rule<O extends object, S extends State, C extends object> {
  readonly name: string;
  /** Its own hyper-parameters, and those of `Hyper` that start otherwise here. */
  readonly defaults: O & Partial<Hyper>;
  readonly ranges?: { readonly [K in keyof O]?: Range | readonly Range[] };
  /** What is wrong about hyper-parameters that are each in range. */
  conflict?(hyper: O & Hyper): string | undefined;
  /**
   * The state before the first step. What it consists of may depend on which hyper-parameters are on, that is, true or not
   * 0; where one is switched on later, the missing state starts then.
   */
  init(p: Tensor, hyper: O & Hyper): S;
  /**
   * Every number in the formula: these may differ from step to step, while the formula stays the same. `begins` where some
   * of the state begins with this step: in the first, and where a hyper-parameter was switched on.
   */
  coefficients(hyper: O & Hyper, t: number, begins: boolean): C;
  /** The new parameter and state for a gradient g. */
  update(
    p: Tensor,
    g: Tensor,
    state: S,
    coefficients: { readonly [K in keyof C]: TensorLike },
    switches: Switches<O>,
  ): { readonly p: Tensor; readonly state: S };
}

/** A rule as the base class sees it, whatever its hyper-parameters are. */
export type AnyRule = Rule<object, State, object>;
