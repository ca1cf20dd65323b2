import { Cell, type DType, type Parameter } from "@chainrule/core";
import type { AnyRule, Hyper, State } from "./rule.ts";

interface Cells {
  readonly [name: string]: Cell;
}

/** The state of an optimizer for one parameter. */
export interface ParamState {
  /** The number of steps that the parameter has taken. */
  step: number;
  /** All state by name. State of a flag that is switched off later is kept. */
  cells: Cells;
  /** The part of `cells` that the update reads and writes. */
  active: Cells;
  /** The step in which the newest part of `active` is used first. */
  firstStep: number;
  /** The dtype of the parameter and the flags that `active` is for; see `activeFlags`. */
  dtype: DType | null;
  flags: string;
}

/** An object with each value replaced. */
export const mapValues = <T, R>(
  of: Readonly<Record<string, T>>,
  f: (name: string, value: T) => R,
): Record<string, R> => Object.fromEntries(Object.entries(of).map(([name, value]) => [name, f(name, value)]));

/** The state after `step` steps, before the flags are known. */
export const paramStateAt = (step: number, cells: Cells): ParamState => ({
  step,
  cells,
  active: {},
  firstStep: 0,
  dtype: null,
  flags: "",
});

/** Hyper-parameters with every flag on, or off: booleans true or false, numbers not 0 or 0. */
const withFlags = (hyper: Hyper, on: boolean): Hyper =>
  Object.assign(
    { ...hyper },
    mapValues({ ...hyper }, (_, value) => {
      if (typeof value === "boolean") return on;
      if (typeof value === "number") return on ? value || 1 : 0;
      return value;
    }),
  );

/** The initial state of a rule with every flag on, and the names of the state that does not depend on flags. */
export const possibleState = (
  rule: AnyRule,
  p: Parameter,
  hyper: Hyper,
): { readonly all: State; readonly always: readonly string[] } => ({
  all: { ...rule.init(p, hyper), ...rule.init(p, withFlags(hyper, true)) },
  always: Object.keys(rule.init(p, withFlags(hyper, false))),
});

/** The state for the next step: missing state of a flag is initialized, and all state follows the parameter's dtype. */
export function nextState(
  rule: AnyRule,
  p: Parameter,
  hyper: Hyper,
  flags: string,
  before: ParamState,
): ParamState {
  const { step, cells, firstStep, dtype } = before;
  if (dtype === p.dtype && before.flags === flags) return before;
  const initial = rule.init(p, hyper);
  const { all } = possibleState(rule, p, hyper);
  const converted = mapValues(cells, (name, cell) => {
    const like = all[name];
    return like && like.dtype !== cell.dtype ? new Cell(cell.to(like.dtype)) : cell;
  });
  const active = mapValues(initial, (name, t) => converted[name] ?? new Cell(t));
  const hasNew = Object.keys(active).some((name) => !converted[name]);
  return {
    step,
    cells: { ...converted, ...active },
    active,
    firstStep: hasNew || step === 0 ? step + 1 : firstStep,
    dtype: p.dtype,
    flags,
  };
}

/** Whether some of the state `next` is used first in the step after `state`. */
export const isFirstStep = (state: ParamState, next: ParamState): boolean =>
  next.firstStep === state.step + 1;

/** Takes over what `nextState` gave, unless that was done. */
export function adoptState(state: ParamState, { cells, active, firstStep, dtype, flags }: ParamState): void {
  if (state.flags === flags && state.dtype === dtype) return;
  state.cells = { ...state.cells, ...cells };
  state.active = active;
  state.firstStep = Math.max(state.firstStep, firstStep);
  state.dtype = dtype;
  state.flags = flags;
}
