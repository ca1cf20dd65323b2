import { Parameter, Tensor } from "@chainrule/core";
import { fail, requireSameCopy } from "@chainrule/core/internal";
import type { Hyper } from "./rule.ts";

/** Parameters with hyper-parameters of their own; the others are the optimizer's. */
export type GroupOptions<H> = Partial<H> & { readonly params: Parameter | Iterable<Parameter> };

/** The first argument of an optimizer: parameters, or groups of them. */
export type Params<H> = Iterable<Parameter> | Iterable<GroupOptions<H>>;

/** A parameter group of an optimizer. Its hyper-parameters may be changed between steps. */
export type Group<H = Hyper> = H & {
  readonly params: readonly Parameter[];
  /** The learning rate that schedules start from. */
  initialLr?: number;
};

const isIterable = (x: unknown): x is Iterable<unknown> =>
  typeof x === "object" && x !== null && Symbol.iterator in x && !(x instanceof Tensor);

const describe = (x: unknown): string => {
  if (x instanceof Tensor) return "a tensor that is not a Parameter";
  return typeof x === "object" && x !== null ? `an object of class ${x.constructor?.name}` : String(x);
};

function parametersOf(op: string, params: unknown): Parameter[] {
  const list = params instanceof Parameter ? [params] : params;
  if (!isIterable(list))
    fail(
      "value",
      op,
      `needs an iterable of parameters, got ${describe(params)}. Did you mean model.parameters()?`,
    );
  return Array.from(list, (p, i) => {
    if (p instanceof Parameter) return p;
    requireSameCopy(op, p);
    return fail(
      "value",
      op,
      `params[${i}] is ${describe(p)}; only a Parameter can be assigned to. Did you mean new Parameter(x)?`,
    );
  });
}

/** The groups of an optimizer's first argument, each with a list of parameters. */
export function groupsOf(op: string, params: unknown): { readonly params: Parameter[] }[] {
  const list: unknown[] = isIterable(params) ? [...params] : parametersOf(op, params);
  const isGroup = (x: unknown): x is { readonly params: unknown } =>
    typeof x === "object" && x !== null && !(x instanceof Tensor) && "params" in x;
  if (list.length === 0)
    fail("value", op, "the list of parameters is empty. Was it an iterator that had been used up?");
  const groups = list.every(isGroup) ? list : [{ params: list }];
  return groups.map((group) => ({ ...group, params: parametersOf(op, group.params) }));
}
