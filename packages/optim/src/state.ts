import { Cell, ChainruleError, type Parameter, Tensor } from "@chainrule/core";
import type { Group } from "./groups.ts";
import { checkHyper, hyperOf } from "./hyper.ts";
import { count, nonNegative, requireIn } from "./range.ts";
import type { AnyRule, Hyper, State } from "./rule.ts";

/** How often a parameter was moved, and what the rule keeps for it. */
export interface Progress {
  step: number;
  readonly state: { readonly [name: string]: Cell };
}

/** An object with each value replaced. */
export const mapValues = <T, R>(
  of: Readonly<Record<string, T>>,
  f: (name: string, value: T) => R,
): Record<string, R> => Object.fromEntries(Object.entries(of).map(([name, value]) => [name, f(name, value)]));

/** What `stateDict()` gives: the state of each parameter in order, and the groups, whose parameters are numbers. */
export interface OptimizerStateDict<H = Hyper> {
  readonly state: readonly { readonly step: number; readonly [name: string]: Tensor | number }[];
  readonly paramGroups: readonly (H & { readonly params: readonly number[] })[];
}

const list = (names: readonly string[]): string => names.join(", ") || "nothing";

/** The saved state of one parameter. A parameter that was never moved has none. */
function progressOf(
  op: string,
  i: number,
  entry: Readonly<Record<string, unknown>>,
  expected: State,
): Progress {
  const refuse = (detail: string): never => {
    throw new ChainruleError("state", op, `state[${i}] ${detail}; nothing was loaded`);
  };
  const { step, ...tensors } = entry;
  requireIn(op, `state[${i}].step`, step, count);
  const [has, wants] = [Object.keys(tensors), step === 0 ? [] : Object.keys(expected)];
  if (has.length !== wants.length || !wants.every((name) => has.includes(name)))
    refuse(`has ${list(has)} where ${list(wants)} is expected`);
  const state = wants.map((name) => {
    const [t, like] = [tensors[name], expected[name] as Tensor];
    if (!(t instanceof Tensor)) return refuse(`has no tensor ${name}`);
    if (t.dtype !== like.dtype || t.shape.join() !== like.shape.join())
      refuse(`has ${name} ${t.dtype}[${t.shape}] where ${like.dtype}[${like.shape}] is expected`);
    return [name, new Cell(t)] as const;
  });
  return { step: step as number, state: Object.fromEntries(state) };
}

/** The state of every parameter in a dict. @throws where anything in it does not fit the rule and the groups. */
export function checkStateDict(
  rule: AnyRule,
  groups: readonly Group[],
  dict: OptimizerStateDict,
): Map<Parameter, Progress> {
  const refuse = (detail: string): never => {
    throw new ChainruleError("state", rule.name, `${detail}; nothing was loaded`);
  };
  const { state, paramGroups } = dict ?? {};
  if (!Array.isArray(state) || !Array.isArray(paramGroups))
    refuse("the dict must have the lists state and paramGroups, as stateDict() gives them");
  const sizes = (of: readonly { params: readonly unknown[] }[]) => of.map(({ params }) => params?.length);
  if (sizes(paramGroups).join() !== sizes(groups).join())
    refuse(
      `the dict's groups have ${list(sizes(paramGroups).map(String))} parameters, these ${sizes(groups)}`,
    );
  const cells = groups.flatMap(({ params }, i) => params.map((cell) => ({ cell, i })));
  if (state.length !== cells.length)
    refuse(`the dict has the state of ${state.length} parameters, and there are ${cells.length}`);
  const hypers = paramGroups.map(
    ({ params: _, initialLr, ...hyper }: Omit<Group, "params"> & { params: unknown }) => {
      if (initialLr !== undefined) requireIn(rule.name, "initialLr", initialLr, nonNegative);
      const missing = Object.keys(hyperOf(rule)).filter((name) => !Object.hasOwn(hyper, name));
      if (missing.length > 0) refuse(`a group of the dict lacks ${list(missing)}`);
      const checked = hyperOf(rule, hyper);
      checkHyper(rule, checked);
      return checked;
    },
  );
  return new Map(
    cells.map(({ cell, i }, k) => {
      const expected = rule.init(cell, hypers[i] as Hyper);
      return [cell, progressOf(rule.name, k, state[k] as Readonly<Record<string, unknown>>, expected)];
    }),
  );
}
