import type { Tensor, TensorLike } from "@chainrule/core";
import type { Range } from "@chainrule/core/internal";

/** The hyper-parameters that every optimizer has. */
export interface Hyper {
  /** Learning rate; the default depends on the optimizer. */
  lr: number;
  /** λ, the weight of the L2 penalty ½λ|θ|². Default: 0; `AdamW` 0.01. */
  weightDecay: number;
  /**
   * Whether λ shrinks the parameter, θ·(1 − lr·λ), instead of being added to the gradient, g + λθ. Default: false;
   * `AdamW` true.
   */
  decoupledWeightDecay: boolean;
  /** Whether the loss is maximized instead of minimized. Default: false. */
  maximize: boolean;
}

/** The tensors that an optimizer keeps for one parameter between steps, by name. */
export interface State {
  readonly [name: string]: Tensor;
}

/** The numbers in a formula, by name. */
export interface Coefficients {
  readonly [name: string]: number;
}

/** The boolean hyper-parameters: these may select the formula, while numbers are only its inputs. */
export type BooleanHyper<O> = { readonly [K in keyof O as O[K] extends boolean ? K : never]: O[K] };

/** An optimizer as pure functions of one parameter, at its step t = 1, 2, …; see `optimizer`. */
export interface Rule<O extends object, S extends State, C extends Coefficients> {
  readonly name: string;
  /** The rule's own hyper-parameters with their defaults, and other defaults for those of `Hyper`. */
  readonly defaults: O & Partial<Hyper>;
  /** The allowed values of its own hyper-parameters that are numbers, or lists of numbers. */
  readonly ranges?: { readonly [K in keyof O]?: Range | readonly Range[] };
  /** The message of an error where hyper-parameters conflict although each is in its range. */
  conflict?(hyper: O & Hyper): string | undefined;
  /**
   * The state before the first step. Which tensors it has may depend on flags: hyper-parameters that are true, or not
   * 0. Where a flag is switched on later, its state is initialized then.
   */
  init(p: Tensor, hyper: O & Hyper): S;
  /**
   * Every number in the formula. These may change from step to step without a new compilation. `isFirst` holds in the
   * first step, and in the one after a flag was switched on.
   */
  coefficients(hyper: O & Hyper, t: number, isFirst: boolean): C;
  /** The new parameter and state for a gradient g. */
  update(
    p: Tensor,
    g: Tensor,
    state: S,
    coefficients: { readonly [K in keyof C]: TensorLike },
    flags: BooleanHyper<O>,
  ): { readonly p: Tensor; readonly state: S };
}

/** A rule with any hyper-parameters, state and coefficients. */
export type AnyRule = Rule<object, State, Coefficients>;
