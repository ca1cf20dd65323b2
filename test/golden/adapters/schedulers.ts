import { Parameter, type Tensor, tensor, zeros } from "@chainrule/core";
import * as optim from "@chainrule/optim";
import type { Adapter, Adapters, Attrs } from "../adapter.ts";
import { optimizerOf, optionsOf } from "./optimizers.ts";

/** A function of the epoch as data: its kind and its numbers. */
interface Lambda {
  readonly kind: keyof typeof kinds;
  readonly gamma: number;
  readonly rate: number;
  readonly warmup: number;
  readonly milestones: readonly number[];
  readonly values: readonly number[];
}

const kinds = {
  exp_decay: ({ gamma }: Lambda, e: number) => gamma ** e,
  inverse: ({ rate }: Lambda, e: number) => 1 / (1 + rate * e),
  warmup_linear: ({ warmup }: Lambda, e: number) => Math.min(1, (e + 1) / warmup),
  noam: ({ warmup }: Lambda, e: number) => Math.min((e + 1) ** -0.5, (e + 1) * warmup ** -1.5),
  piecewise: ({ milestones, values }: Lambda, e: number) =>
    values[milestones.filter((m) => m <= e).length] as number,
};

const lambdaOf = (l: Lambda) => (e: number) => kinds[l.kind](l, e);
const lambdasOf = (given: unknown): optim.Lambda =>
  Array.isArray(given) ? given.map(lambdaOf) : lambdaOf(given as Lambda);

type Maker = (optimizer: optim.Optimizer, attrs: Attrs) => optim.Scheduler;

/** How each scheduler is made; keyword arguments that are required in PyTorch come by position here. */
const makers: Readonly<Record<string, Maker>> = {
  StepLR: (o, { step_size, ...rest }) => new optim.StepLR(o, step_size as number, optionsOf(rest)),
  MultiStepLR: (o, { milestones, ...rest }) =>
    new optim.MultiStepLR(o, milestones as number[], optionsOf(rest)),
  ExponentialLR: (o, { gamma }) => new optim.ExponentialLR(o, gamma as number),
  ConstantLR: (o, attrs) => new optim.ConstantLR(o, optionsOf(attrs)),
  LinearLR: (o, attrs) => new optim.LinearLR(o, optionsOf(attrs)),
  PolynomialLR: (o, attrs) => new optim.PolynomialLR(o, optionsOf(attrs)),
  CosineAnnealingLR: (o, { T_max, ...rest }) =>
    new optim.CosineAnnealingLR(o, T_max as number, optionsOf(rest)),
  CosineAnnealingWarmRestarts: (o, { T_0, T_mult = 1, ...rest }) =>
    new optim.CosineAnnealingWarmRestarts(o, T_0 as number, { tMult: T_mult as number, ...optionsOf(rest) }),
  OneCycleLR: (o, { max_lr, ...rest }) => new optim.OneCycleLR(o, max_lr as number, optionsOf(rest)),
  CyclicLR: (o, { base_lr, max_lr, mode, ...rest }) =>
    new optim.CyclicLR(o, base_lr as number, max_lr as number, {
      ...(mode !== undefined && { mode: (mode === "exp_range" ? "expRange" : mode) as "triangular" }),
      ...optionsOf(rest),
    }),
  LambdaLR: (o, { lr_lambda }) => new optim.LambdaLR(o, lambdasOf(lr_lambda)),
  MultiplicativeLR: (o, { lr_lambda }) => new optim.MultiplicativeLR(o, lambdasOf(lr_lambda)),
  ReduceLROnPlateau: (o, attrs) => new optim.ReduceLROnPlateau(o, optionsOf(attrs)),
  SequentialLR: (o, { schedulers, milestones }) =>
    new optim.SequentialLR(o, partsOf(o, schedulers), milestones as number[]),
  ChainedScheduler: (o, { schedulers }) => new optim.ChainedScheduler(partsOf(o, schedulers)),
};

const partsOf = (optimizer: optim.Optimizer, parts: unknown): optim.LRScheduler[] =>
  (parts as readonly (Attrs & { name: string })[]).map(
    ({ name, ...attrs }) => makers[name]?.(optimizer, attrs) as optim.LRScheduler,
  );

/** What schedules move against the learning rate; 0 where there is none. */
const momentumOf = (group: optim.Hyper & { momentum?: number; betas?: readonly number[] }): number =>
  group.momentum ?? group.betas?.[0] ?? 0;

/** The hyper-parameters of each group before the first step and after every one. */
const curve =
  (make: Maker): Adapter =>
  ({ inputs, attrs: { base_lrs, steps, optimizer: name = "SGD", optimizer_momentum, ...attrs } }) => {
    const groups = (base_lrs as readonly number[]).map((lr) => ({ params: new Parameter(zeros([1])), lr }));
    const optimizer = optimizerOf(
      name as string,
      groups,
      optimizer_momentum === undefined ? {} : { momentum: optimizer_momentum },
    );
    const scheduler = make(optimizer, attrs);
    const [rates, momenta]: [number[][], number[][]] = [[], []];
    const record = () => {
      rates.push(scheduler.getLastLr());
      momenta.push(optimizer.paramGroups.map(momentumOf));
    };
    const metrics = inputs.metrics?.data();
    record();
    for (let t = 0; t < (steps as number); t++) {
      if (scheduler instanceof optim.ReduceLROnPlateau) scheduler.step(metrics?.[t] as number);
      else (scheduler as optim.LRScheduler).step();
      record();
    }
    const table = (rows: number[][]): Tensor => tensor(rows, { dtype: "float64" });
    return { lr: table(rates), momentum: table(momenta) };
  };

export const schedulers: Adapters = Object.fromEntries(
  Object.entries(makers).map(([name, make]) => [`lr_scheduler.${name}`, curve(make)]),
);
