import { Cell, type DType, type Parameter } from "@chainrule/core";
import type { AnyRule, Hyper, State } from "./rule.ts";

interface Cells {
  readonly [name: string]: Cell;
}

/** How far a parameter has come. */
export interface Progress {
  /** How often it was moved. */
  step: number;
  /** Everything that is kept for it, by name; a switch that is turned off leaves what it kept. */
  state: Cells;
  /** The part of `state` that the formula reads and writes. */
  active: Cells;
  /** The step at which the newest part of `active` begins. */
  since: number;
  /** What `active` is for: the dtype of the parameter, and the hyper-parameters that are on. */
  dtype: DType | null;
  switches: string;
}

/** An object with each value replaced. */
export const mapValues = <T, R>(
  of: Readonly<Record<string, T>>,
  f: (name: string, value: T) => R,
): Record<string, R> => Object.fromEntries(Object.entries(of).map(([name, value]) => [name, f(name, value)]));

/** The progress of a parameter that was moved `step` times. */
export const progressAt = (step: number, state: Cells): Progress => ({
  step,
  state,
  active: {},
  since: 0,
  dtype: null,
  switches: "",
});

/** Hyper-parameters with every switch on, or off. */
const switched = (hyper: Hyper, on: boolean): Hyper =>
  Object.assign(
    { ...hyper },
    mapValues({ ...hyper }, (_, value) => {
      if (typeof value === "boolean") return on;
      if (typeof value === "number") return on ? value || 1 : 0;
      return value;
    }),
  );

/** What a rule may keep for a parameter, as it is before the first step, and the names of what it always keeps. */
export const possibleState = (
  rule: AnyRule,
  p: Parameter,
  hyper: Hyper,
): { readonly all: State; readonly always: readonly string[] } => ({
  all: { ...rule.init(p, hyper), ...rule.init(p, switched(hyper, true)) },
  always: Object.keys(rule.init(p, switched(hyper, false))),
});

/**
 * The progress from which a parameter takes its next step: state that a switch asks for and that is missing begins, and
 * all state follows the dtype of the parameter.
 */
export function adapted(
  rule: AnyRule,
  p: Parameter,
  hyper: Hyper,
  switches: string,
  before: Progress,
): Progress {
  const { step, state, since, dtype } = before;
  if (dtype === p.dtype && before.switches === switches) return before;
  const initial = rule.init(p, hyper);
  const { all } = possibleState(rule, p, hyper);
  const kept = mapValues(state, (name, cell) => {
    const like = all[name];
    return like && like.dtype !== cell.dtype ? new Cell(cell.to(like.dtype)) : cell;
  });
  const active = mapValues(initial, (name, t) => kept[name] ?? new Cell(t));
  const begins = Object.keys(active).some((name) => !kept[name]);
  return {
    step,
    state: { ...kept, ...active },
    active,
    since: begins || step === 0 ? step + 1 : since,
    dtype: p.dtype,
    switches,
  };
}

/** Whether some of the state of a parameter begins with the step that `next` is for. */
export const begins = (progress: Progress, { since }: Progress): boolean => since === progress.step + 1;

/** Has a parameter take up the progress that `adapted` gave for its step, where it has not. */
export function adopt(progress: Progress, { state, active, since, dtype, switches }: Progress): void {
  if (progress.switches === switches && progress.dtype === dtype) return;
  Object.assign(progress, {
    state: { ...progress.state, ...state },
    active,
    since: Math.max(progress.since, since),
    dtype,
    switches,
  });
}
