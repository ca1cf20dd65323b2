import { Cell, type DType, type Parameter, Tensor } from "@chainrule/core";
import { fail, formatType, ranges, requireInRange } from "@chainrule/core/internal";
import type { Group } from "./groups.ts";
import { checkHyper, hyperOf } from "./hyperparameters.ts";
import { type ParamState, paramStateAt, possibleState } from "./param-state.ts";
import type { AnyRule, Hyper } from "./rule.ts";

/**
 * The result of `stateDict()`: the state of each parameter in order, and the groups, in which parameters are numbered.
 */
export interface OptimizerStateDict<H = Hyper> {
  readonly state: readonly { readonly step: number; readonly [name: string]: Tensor | number }[];
  readonly paramGroups: readonly (H & { readonly params: readonly number[] })[];
}

const isFloat = (dtype: DType): boolean => dtype === "float32" || dtype === "float64";

const listed = (names: readonly string[]): string => names.join(", ") || "nothing";

/**
 * The saved state of one parameter, converted to its dtypes. A parameter at step 0 has none; state of a flag is
 * optional.
 */
function loadParamState(
  op: string,
  i: number,
  entry: Readonly<Record<string, unknown>>,
  { all, always }: ReturnType<typeof possibleState>,
): ParamState {
  const refuse = (detail: string, fix = ""): never => {
    fail("state", op, `state[${i}] ${detail}; nothing was loaded${fix && `.${fix}`}`);
  };
  const { step, ...tensors } = entry;
  requireInRange(op, ranges.nonNegativeInteger, { [`state[${i}].step`]: step });
  const [has, wants] = [Object.keys(tensors), step === 0 ? [] : always];
  if (!wants.every((name) => has.includes(name)) || !has.every((name) => Object.hasOwn(all, name)))
    refuse(`has ${listed(has)} where ${listed(wants)} is expected`);
  const state = has.map((name) => {
    const [t, like] = [tensors[name], all[name]!];
    if (!(t instanceof Tensor)) return refuse(`${name} is not a tensor`, " Did you mean fromJSON(dict)?");
    const convertible = t.dtype === like.dtype || (isFloat(t.dtype) && isFloat(like.dtype));
    if (!convertible || t.shape.join() !== like.shape.join())
      refuse(`has ${name} ${formatType(t)} where ${formatType(like)} is expected`);
    return [name, new Cell(t.to(like.dtype))] as const;
  });
  return paramStateAt(step as number, Object.fromEntries(state));
}

/** The state of every parameter in a dict. @throws where something does not fit the rule and the groups. */
export function checkStateDict(
  rule: AnyRule,
  groups: readonly Group[],
  dict: OptimizerStateDict,
): Map<Parameter, ParamState> {
  const refuse = (detail: string): never => {
    fail("state", rule.name, `${detail}; nothing was loaded`);
  };
  const { state, paramGroups } = dict ?? {};
  if (!Array.isArray(state) || !Array.isArray(paramGroups))
    refuse("the dict must have the lists state and paramGroups, as stateDict() gives them");
  const sizes = (of: readonly { params: readonly unknown[] }[]) => of.map(({ params }) => params?.length);
  if (sizes(paramGroups).join() !== sizes(groups).join())
    refuse(
      `the dict's groups have ${listed(sizes(paramGroups).map(String))} parameters, these ${sizes(groups)}`,
    );
  const cells = groups.flatMap(({ params }, i) => params.map((cell) => ({ cell, i })));
  if (state.length !== cells.length)
    refuse(`the dict has the state of ${state.length} parameters, and there are ${cells.length}`);
  const hypers = paramGroups.map(
    ({ params: _, initialLr, ...hyper }: Omit<Group, "params"> & { params: unknown }) => {
      if (initialLr !== undefined) requireInRange(rule.name, ranges.nonNegative, { initialLr });
      const missing = Object.keys(hyperOf(rule)).filter((name) => !Object.hasOwn(hyper, name));
      if (missing.length > 0) refuse(`a group of the dict misses ${listed(missing)}`);
      const checked = hyperOf(rule, hyper);
      checkHyper(rule, checked);
      return checked;
    },
  );
  return new Map(
    cells.map(({ cell, i }, k) => {
      const possible = possibleState(rule, cell, hypers[i]!);
      return [cell, loadParamState(rule.name, k, state[k]!, possible)];
    }),
  );
}
