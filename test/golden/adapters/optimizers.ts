import { Parameter, stack, type Tensor } from "@chainrule/core";
import * as optim from "@chainrule/optim";
import { type Adapter, type Adapters, type Attrs, NotCovered } from "../adapter.ts";

type Options = Record<string, unknown>;
type OptimizerClass = new (params: Iterable<Parameter>, options?: Options) => optim.Optimizer;

const classes: Readonly<Record<string, unknown>> = optim;

const camel = (name: string): string => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** PyTorch's keyword arguments as options of this library, but for those that are arguments of their own here. */
export const optionsOf = (attrs: Attrs, ...own: readonly string[]): Options =>
  Object.fromEntries(
    Object.entries(attrs)
      .filter(([name]) => !own.includes(name))
      .map(([name, value]) => [camel(name), value]),
  );

/** An optimizer of this library by its name in PyTorch. */
export function optimizerOf(name: string, params: Iterable<unknown>, attrs: Attrs): optim.Optimizer {
  const Class = classes[name];
  if (Class === undefined) throw new NotCovered(`no optimizer ${name}`);
  return new (Class as OptimizerClass)(params as Iterable<Parameter>, optionsOf(attrs));
}

type Group = Attrs & { readonly params: readonly string[] };

/** Steps with the gradients of the case; the parameters after each step, and the state after the last. */
const trajectory =
  (name: string): Adapter =>
  ({ inputs, attrs: { steps, param_groups, skip, ...attrs } }) => {
    const names = Object.keys(inputs).filter((key) => !key.includes("."));
    const cells = new Map(names.map((key) => [key, new Parameter(inputs[key] as Tensor)]));
    const groups = (param_groups as readonly Group[] | undefined)?.map(({ params, ...own }) => ({
      params: params.map((key) => cells.get(key)),
      ...optionsOf(own),
    }));
    const optimizer = optimizerOf(name, groups ?? cells.values(), attrs);
    const skipped = (skip ?? {}) as Readonly<Record<string, readonly number[]>>;
    const values = new Map(names.map((key) => [key, [] as Tensor[]]));
    for (let t = 0; t < (steps as number); t++) {
      for (const [key, cell] of cells) {
        const gradient = (inputs[`grads.${key}`] as Tensor).slice(0, t, t + 1).reshape(cell.shape);
        cell.grad = skipped[key]?.includes(t) ? null : gradient;
      }
      optimizer.step();
      for (const [key, cell] of cells) values.get(key)?.push(cell.detach());
    }
    const outputs: Record<string, Tensor> = {};
    for (const [key, list] of values) outputs[key] = stack(list);
    const order = optimizer.paramGroups.flatMap(({ params }) => params);
    for (const [key, cell] of cells) {
      const { step: _, ...state } = optimizer.stateDict().state[order.indexOf(cell)] ?? { step: 0 };
      for (const [entry, value] of Object.entries(state))
        outputs[`state.${key}.${snake(entry)}`] = value as Tensor;
    }
    return outputs;
  };

const names = [
  "SGD",
  "Adam",
  "AdamW",
  "RMSprop",
  "Adagrad",
  "Adadelta",
  "Adamax",
  "NAdam",
  "RAdam",
  "ASGD",
  "Rprop",
];

/** Clips gradients that parameters hold, and gives them back with whatever the clipping returned. */
const clipping =
  (clip: (cells: readonly Parameter[], attrs: Attrs) => Readonly<Record<string, Tensor>>): Adapter =>
  ({ inputs, attrs }) => {
    const cells = Object.entries(inputs).map(([key, gradient]) => {
      const cell = new Parameter(gradient);
      cell.grad = gradient;
      return [key, cell] as const;
    });
    const returned = clip(
      cells.map(([, cell]) => cell),
      attrs,
    );
    return { ...returned, ...Object.fromEntries(cells.map(([key, cell]) => [key, cell.grad as Tensor])) };
  };

export const optimizers: Adapters = {
  ...Object.fromEntries(names.map((name) => [`optim.${name}`, trajectory(name)])),
  clip_grad_norm_: clipping((cells, { max_norm, norm_type = 2 }) => ({
    total_norm: optim.clipGradNorm(cells, max_norm as number, { normType: norm_type as number }),
  })),
  clip_grad_value_: clipping((cells, { clip_value }) => {
    optim.clipGradValue(cells, clip_value as number);
    return {};
  }),
};
