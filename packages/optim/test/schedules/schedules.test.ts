import { ChainruleError, Parameter, tensor, zeros } from "@chainrule/core";
import * as optim from "@chainrule/optim";
import {
  Adagrad,
  Adam,
  ChainedScheduler,
  ConstantLR,
  CosineAnnealingLR,
  CosineAnnealingWarmRestarts,
  CyclicLR,
  ExponentialLR,
  LambdaLR,
  LinearLR,
  LRScheduler,
  MultiplicativeLR,
  MultiStepLR,
  OneCycleLR,
  type Optimizer,
  PolynomialLR,
  ReduceLROnPlateau,
  type Scheduler,
  SequentialLR,
  SGD,
  StepLR,
} from "@chainrule/optim";
import { describe, expect, it } from "vitest";

const sgd = (...lrs: number[]): SGD =>
  new SGD(
    lrs.map((lr) => ({ params: new Parameter(zeros([1])), lr })),
    { momentum: 0.9 },
  );

/** The learning rate of the first group before the first step and after each of `steps`. */
function rates(scheduler: LRScheduler, steps: number): number[] {
  const all = [scheduler.getLastLr()[0] as number];
  for (let i = 0; i < steps; i++) {
    scheduler.step();
    all.push(scheduler.getLastLr()[0] as number);
  }
  return all;
}

const close = (numbers: readonly number[]) => numbers.map((x) => expect.closeTo(x, 12));

/** Each schedule from a learning rate of 1, computed by hand. */
const curves: Record<string, readonly [(o: Optimizer) => LRScheduler, readonly number[]]> = {
  StepLR: [(o) => new StepLR(o, 2), [1, 1, 0.1, 0.1, 0.01]],
  MultiStepLR: [(o) => new MultiStepLR(o, [1, 3, 3], { gamma: 0.5 }), [1, 0.5, 0.5, 0.125, 0.125]],
  ExponentialLR: [(o) => new ExponentialLR(o, 0.5), [1, 0.5, 0.25, 0.125]],
  ConstantLR: [(o) => new ConstantLR(o, { factor: 0.5, totalIters: 2 }), [0.5, 0.5, 1, 1]],
  LinearLR: [(o) => new LinearLR(o, { startFactor: 0.2, totalIters: 4 }), [0.2, 0.4, 0.6, 0.8, 1, 1]],
  PolynomialLR: [(o) => new PolynomialLR(o, { totalIters: 4, power: 2 }), [1, 0.5625, 0.25, 0.0625, 0, 0]],
  CosineAnnealingLR: [(o) => new CosineAnnealingLR(o, 2, { etaMin: 0.2 }), [1, 0.6, 0.2, 0.6, 1, 0.6]],
  CosineAnnealingWarmRestarts: [
    (o) => new CosineAnnealingWarmRestarts(o, 2, { tMult: 2 }),
    [1, 0.5, 1, (1 + Math.SQRT1_2) / 2, 0.5, (1 - Math.SQRT1_2) / 2, 1],
  ],
  LambdaLR: [(o) => new LambdaLR(o, (e) => 1 / (1 + e)), [1, 1 / 2, 1 / 3, 1 / 4]],
  MultiplicativeLR: [(o) => new MultiplicativeLR(o, (e) => e), [1, 1, 2, 6, 24]],
  OneCycleLR: [
    (o) =>
      new OneCycleLR(o, 8, {
        totalSteps: 6,
        pctStart: 0.5,
        annealStrategy: "linear",
        divFactor: 4,
        finalDivFactor: 1,
      }),
    [2, 5, 8, 6, 4, 2],
  ],
  CyclicLR: [
    (o) => new CyclicLR(o, 1, 5, { stepSizeUp: 2, stepSizeDown: 1, mode: "triangular2" }),
    [1, 3, 5, 1, 2, 3, 1],
  ],
  SequentialLR: [
    (o) =>
      new SequentialLR(
        o,
        [new LinearLR(o, { startFactor: 0.5, totalIters: 2 }), new ExponentialLR(o, 0.5), new StepLR(o, 1)],
        [2, 4],
      ),
    [0.5, 0.75, 1, 0.5, 1, 0.1],
  ],
  ChainedScheduler: [
    (o) =>
      new ChainedScheduler([new ConstantLR(o, { factor: 0.5, totalIters: 2 }), new ExponentialLR(o, 0.5)]),
    [0.5, 0.25, 0.25, 0.125],
  ],
};

it("every exported schedule has a curve", () => {
  const exported = Object.entries(optim).flatMap(([name, value]) =>
    typeof value === "function" && value.prototype instanceof LRScheduler ? [name] : [],
  );
  expect(Object.keys(curves).sort()).toEqual(exported.sort());
});

describe.each(Object.entries(curves))("%s", (_, [make, expected]) => {
  it("the schedule gives the learning rates computed by hand", () => {
    expect(rates(make(sgd(1)), expected.length - 1)).toEqual(close(expected));
  });

  it("the schedule continues from its state dict and the optimizer's", () => {
    const optimizer = sgd(1);
    const scheduler = make(optimizer);
    rates(scheduler, 2);
    const resumed = sgd(0.3);
    resumed.loadStateDict(optimizer.stateDict());
    const copy = make(resumed);
    copy.loadStateDict(JSON.parse(JSON.stringify(scheduler.stateDict())));
    const rest = expected.length - 3;
    expect(rates(copy, rest)).toEqual(rates(scheduler, rest));
  });
});

describe("schedulers", () => {
  it("a scheduler starts every group from its own learning rate", () => {
    const optimizer = sgd(1, 10);
    const scheduler = new StepLR(optimizer, 1, { gamma: 0.5 });
    scheduler.step();
    expect(scheduler.getLastLr()).toEqual([0.5, 5]);
    expect(optimizer.paramGroups.map(({ lr }) => lr)).toEqual([0.5, 5]);
  });

  it("a scheduler accepts a function for each group, and groups that are added later", () => {
    const optimizer = sgd(1, 1);
    const scheduler = new LambdaLR(optimizer, [(e) => 1 / (e + 1), () => 3]);
    optimizer.addParamGroup({ params: new Parameter(tensor([1])), lr: 7 });
    scheduler.step();
    expect(scheduler.getLastLr()).toEqual([0.5, 3, 7]);
  });

  it("several schedulers of an optimizer apply in the order of their creation", () => {
    const optimizer = sgd(1);
    const [a, b] = [new StepLR(optimizer, 2), new ExponentialLR(optimizer, 0.5)];
    const seen = [1, 2, 3].map(() => {
      a.step();
      b.step();
      return optimizer.paramGroups[0]?.lr;
    });
    expect(seen).toEqual(close([0.5, 0.025, 0.0125]));
  });

  it("a scheduler that another contains does not act on its own", () => {
    const optimizer = sgd(1);
    const part = new ExponentialLR(optimizer, 0.5);
    const whole = new ChainedScheduler([part]);
    part.step();
    whole.step();
    expect(whole.getLastLr()).toEqual([0.5]);
  });

  it("OneCycleLR and CyclicLR cycle the momentum, or β₁, inversely to the learning rate", () => {
    const options = { totalSteps: 4, pctStart: 0.5, baseMomentum: 0.5, maxMomentum: 0.75 };
    const [optimizer, adam] = [sgd(1), new Adam([new Parameter(zeros([1]))], { betas: [0.9, 0.7] })];
    const [one, two] = [new OneCycleLR(optimizer, 1, options), new OneCycleLR(adam, 1, options)];
    expect(optimizer.paramGroups[0]).toMatchObject({ momentum: 0.75 });
    one.step();
    two.step();
    expect(optimizer.paramGroups[0]).toMatchObject({ lr: 1, momentum: 0.5 });
    expect(adam.paramGroups[0]).toMatchObject({ lr: 1, betas: [0.5, 0.7] });
    const cyclic = sgd(1);
    new CyclicLR(cyclic, 0, 1, { stepSizeUp: 1 }).step();
    expect(cyclic.paramGroups[0]).toMatchObject({ lr: 1, momentum: 0.8 });
  });
});

describe("ReduceLROnPlateau", () => {
  const run = (metrics: readonly number[], options: ConstructorParameters<typeof ReduceLROnPlateau>[1]) => {
    const scheduler = new ReduceLROnPlateau(sgd(1), options);
    return metrics.map((m) => {
      scheduler.step(m);
      return scheduler.getLastLr()[0];
    });
  };

  it("ReduceLROnPlateau reduces after more than `patience` epochs without improvement", () => {
    expect(run([3, 2, 2, 2, 2, 1, 1, 1], { patience: 1, factor: 0.5 })).toEqual([
      1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25,
    ]);
  });

  it("ReduceLROnPlateau maximizes in mode max, and does not count NaN as an improvement", () => {
    expect(run([1, 2, Number.NaN, 3, 3], { patience: 0, factor: 0.5, mode: "max" })).toEqual([
      1, 1, 0.5, 0.5, 0.25,
    ]);
  });

  it("ReduceLROnPlateau waits for its cooldown, and stops at minLr", () => {
    const options = { patience: 0, factor: 0.5, cooldown: 2, minLr: 0.4 };
    expect(run([1, 1, 1, 1, 1, 1], options)).toEqual([1, 0.5, 0.5, 0.5, 0.4, 0.4]);
  });

  it("ReduceLROnPlateau continues from its state dict", () => {
    const options = { patience: 1, factor: 0.5 };
    const scheduler = new ReduceLROnPlateau(sgd(1), options);
    for (const m of [1, 1, 1, 1]) scheduler.step(m);
    const copy = new ReduceLROnPlateau(sgd(1), options);
    copy.loadStateDict(JSON.parse(JSON.stringify(scheduler.stateDict())));
    for (const s of [scheduler, copy]) s.step(1);
    expect(copy.stateDict()).toEqual(scheduler.stateDict());
    expect(copy.getLastLr()).toEqual([0.25]);
  });
});

describe("bad input is refused", () => {
  const o = sgd(1, 1);
  it.each<[string, () => Scheduler, RegExp]>([
    ["a step size of 0", () => new StepLR(o, 0), /StepLR: stepSize 0 must be an integer ≥ 1/],
    ["γ NaN", () => new ExponentialLR(o, Number.NaN), /ExponentialLR: gamma NaN/],
    ["a milestone of 1.5", () => new MultiStepLR(o, [1.5]), /MultiStepLR: milestones\[0\] 1.5/],
    ["a factor of 2", () => new ConstantLR(o, { factor: 2 }), /ConstantLR: factor 2 must be in \[0, 1\]/],
    [
      "functions for too few groups",
      () => new LambdaLR(o, [() => 1]),
      /has 1 functions for 2 parameter groups/,
    ],
    ["no length", () => new OneCycleLR(o, 1), /OneCycleLR: totalSteps/],
    [
      "an unknown mode",
      () => new CyclicLR(o, 0, 1, { mode: "square" as never }),
      /mode square must be one of tri/,
    ],
    [
      "no momentum",
      () => new CyclicLR(new Adagrad([new Parameter(zeros([1]))]), 0, 1),
      /cycleMomentum: false/,
    ],
    ["a factor of 1", () => new ReduceLROnPlateau(o, { factor: 1 }), /ReduceLROnPlateau: factor 1/],
    ["one minLr of two", () => new ReduceLROnPlateau(o, { minLr: [0] }), /minLr 0 must be a list of 2/],
    [
      "too few milestones",
      () => new SequentialLR(o, [new StepLR(o, 1), new StepLR(o, 1)], []),
      /need 1 milestones/,
    ],
    [
      "falling milestones",
      () =>
        new SequentialLR(
          o,
          [1, 2, 3].map(() => new StepLR(o, 1)),
          [3, 2],
        ),
      /in ascending order/,
    ],
    [
      "parts of another optimizer",
      () => new SequentialLR(o, [new StepLR(sgd(1), 1)], []),
      /another optimizer/,
    ],
    [
      "a part that needs a metric",
      () => new ChainedScheduler([new ReduceLROnPlateau(o) as never]),
      /more than the epoch/,
    ],
    [
      "a part that moves the momentum",
      () => new SequentialLR(o, [new CyclicLR(o, 0, 1)], []),
      /sets the momentum/,
    ],
    ["no parts", () => new ChainedScheduler([]), /at least one/],
  ])("%s", (_, make, message) => {
    expect(make).toThrow(ChainruleError);
    expect(make).toThrow(message);
  });

  it("OneCycleLR throws for a step after its end", () => {
    const scheduler = new OneCycleLR(sgd(1), 1, { totalSteps: 2 });
    expect(() => rates(scheduler, 3)).toThrow(/its 2 steps are over/);
  });

  it.each([{}, { lastEpoch: "3" }, { lastEpoch: Number.NaN }, { lastEpoch: 1, other: 2 }])(
    "the state dict %j, and nothing of it is loaded",
    (dict) => {
      const scheduler = new StepLR(sgd(1), 1);
      scheduler.step();
      expect(() => scheduler.loadStateDict(dict as never)).toThrow(ChainruleError);
      expect(scheduler.stateDict()).toEqual({ lastEpoch: 1 });
    },
  );
});
