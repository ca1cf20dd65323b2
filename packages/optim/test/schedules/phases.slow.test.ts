import { ChainruleError, Parameter, zeros } from "@chainrule/core";
import * as optim from "@chainrule/optim";
import { LRScheduler, type Optimizer, type Scheduler, SGD } from "@chainrule/optim";
import { describe, expect, it } from "vitest";

const sgd = (lr = 1): SGD => new SGD([new Parameter(zeros([1]))], { lr, momentum: 0.9 });
const group = (o: Optimizer) => o.paramGroups[0] as unknown as { lr: number; momentum: number };

type Make = (o: Optimizer) => LRScheduler;

/** The schedules that have phases, with phases of every length from 0 to 3 for those that may be so short. */
const lengths = [0, 1, 2, 3];
const pairs = lengths.flatMap((a) => lengths.map((b) => [a, b] as const));
const schedules: Readonly<Record<string, readonly (readonly [string, Make])[]>> = {
  StepLR: [[`1`, (o) => new optim.StepLR(o, 1)]],
  MultiStepLR: pairs.map(([a, b]) => [`${a}, ${a + b}`, (o) => new optim.MultiStepLR(o, [a, a + b])]),
  ExponentialLR: [0, 1, 2].map((γ) => [`γ ${γ}`, (o) => new optim.ExponentialLR(o, γ)]),
  ConstantLR: lengths.map((n) => [`${n}`, (o) => new optim.ConstantLR(o, { totalIters: n })]),
  LinearLR: lengths.flatMap((n) =>
    [0, 1 / 3, 1].map((endFactor): [string, Make] => [
      `${n} to ${endFactor}`,
      (o) => new optim.LinearLR(o, { startFactor: 0.7, endFactor, totalIters: n }),
    ]),
  ),
  PolynomialLR: [1, 2].map((n) => [`${n}`, (o) => new optim.PolynomialLR(o, { totalIters: n })]),
  CosineAnnealingLR: [1, 2].map((n) => [`${n}`, (o) => new optim.CosineAnnealingLR(o, n)]),
  CosineAnnealingWarmRestarts: [1, 2].flatMap((n) =>
    [1, 2].map((tMult): [string, Make] => [
      `${n} × ${tMult}`,
      (o) => new optim.CosineAnnealingWarmRestarts(o, n, { tMult }),
    ]),
  ),
  OneCycleLR: [1, 2, 3, 4, 10].flatMap((totalSteps) =>
    [0, 0.1, 0.25, 0.3, 0.5, 0.9, 1].flatMap((pctStart) =>
      (["cos", "linear"] as const).flatMap((annealStrategy) =>
        [false, true].map((threePhase): [string, Make] => [
          `${totalSteps} steps, ${pctStart} of them rising, ${annealStrategy}${threePhase ? ", three phases" : ""}`,
          (o) => new optim.OneCycleLR(o, 1, { totalSteps, pctStart, annealStrategy, threePhase }),
        ]),
      ),
    ),
  ),
  CyclicLR: pairs
    .filter(([up, down]) => up + down > 0)
    .flatMap(([up, down]) =>
      (["triangular", "triangular2", "expRange"] as const).map((mode): [string, Make] => [
        `${up} up, ${down} down, ${mode}`,
        (o) => new optim.CyclicLR(o, 0.25, 1, { stepSizeUp: up, stepSizeDown: down, mode, gamma: 0.5 }),
      ]),
    ),
  LambdaLR: [["0", (o) => new optim.LambdaLR(o, () => 0)]],
  MultiplicativeLR: [["0", (o) => new optim.MultiplicativeLR(o, () => 0)]],
  SequentialLR: pairs.map(([a, b]) => [
    `${a}, ${a + b}`,
    (o) =>
      new optim.SequentialLR(
        o,
        [
          new optim.LinearLR(o, { totalIters: a }),
          new optim.ConstantLR(o, { totalIters: b }),
          new optim.CosineAnnealingLR(o, 4),
        ],
        [a, a + b],
      ),
  ]),
  ChainedScheduler: lengths.map((n) => [
    `${n}`,
    (o) => new optim.ChainedScheduler([new optim.LinearLR(o, { totalIters: n }), new optim.StepLR(o, 1)]),
  ]),
};

it("every exported schedule has cases", () => {
  const exported = Object.entries(optim).flatMap(([name, value]) =>
    typeof value === "function" && value.prototype instanceof LRScheduler ? [name] : [],
  );
  expect(Object.keys(schedules).sort()).toEqual(exported.sort());
});

const cases = Object.entries(schedules).flatMap(([name, list]) =>
  list.map(([title, make]) => ({ name, title, make })),
);

describe.each(cases)("$name of $title", ({ make }) => {
  /** Learning rate and momentum at each step until the schedule is over, and for 8 where it never is. */
  const settings = () => {
    const optimizer = sgd();
    const schedule = make(optimizer);
    const steps = [{ ...group(optimizer) }];
    try {
      while (steps.length < 8) {
        schedule.step();
        steps.push({ ...group(optimizer) });
      }
    } catch (error) {
      expect(String(error)).toMatch(/steps are over/);
    }
    return steps;
  };

  it("learning rates and momenta are in range at every step", () => {
    for (const { lr, momentum } of settings()) {
      expect(lr).toBeGreaterThanOrEqual(0);
      expect(lr).toBeLessThan(2 ** 12);
      expect(momentum).toBeGreaterThanOrEqual(0);
      expect(momentum).toBeLessThan(1);
    }
  });

  it("the schedule continues from its state dict at every step", () => {
    const all = settings();
    all.slice(0, -1).forEach((_, e) => {
      const [a, b] = [sgd(), sgd(0.5)];
      const first = make(a);
      for (let i = 0; i < e; i++) first.step();
      b.loadStateDict(a.stateDict());
      const second = make(b);
      second.loadStateDict(first.stateDict());
      second.step();
      expect(group(b).lr).toBe(all[e + 1]?.lr);
      expect(group(b).momentum).toBe(all[e + 1]?.momentum);
    });
  });
});

describe("a phase of no length is at its end", () => {
  const first = (make: Make) => make(sgd()).getLastLr()[0];
  it.each<[string, Make, number]>([
    ["LinearLR", (o) => new optim.LinearLR(o, { totalIters: 0, endFactor: 0.5 }), 0.5],
    ["ConstantLR", (o) => new optim.ConstantLR(o, { totalIters: 0 }), 1],
    ["OneCycleLR, rising", (o) => new optim.OneCycleLR(o, 7, { totalSteps: 10, pctStart: 0.1 }), 7],
    ["CyclicLR, rising", (o) => new optim.CyclicLR(o, 1, 5, { stepSizeUp: 0, stepSizeDown: 2 }), 5],
    [
      "a warm-up before milestone 0",
      (o) => new optim.SequentialLR(o, [new optim.LinearLR(o), new optim.StepLR(o, 1)], [0]),
      1,
    ],
  ])("%s", (_, make, lr) => {
    expect(first(make)).toBe(lr);
  });

  it("CyclicLR without a falling phase restarts at baseLr", () => {
    const schedule = new optim.CyclicLR(sgd(), 0, 4, { stepSizeUp: 2, stepSizeDown: 0 });
    const rates = [0, 1, 2, 3].map(() => {
      const [lr] = schedule.getLastLr();
      schedule.step();
      return lr;
    });
    expect(rates).toEqual([0, 2, 0, 2]);
  });

  it("OneCycleLR keeps its final learning rate in its last step", () => {
    const schedule = new optim.OneCycleLR(sgd(), 1, { totalSteps: 5, divFactor: 10, finalDivFactor: 10 });
    for (let i = 0; i < 5; i++) schedule.step();
    expect(schedule.getLastLr()).toEqual([0.01]);
  });
});

describe("a schedule that gives no learning rate is refused by name, and nothing has changed", () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1, "fast", undefined])("%s", (x) => {
    const optimizer = sgd();
    const λ = (e: number) => (e < 2 ? 1 : (x as number));
    const schedule = new optim.LambdaLR(optimizer, λ);
    schedule.step();
    for (let i = 0; i < 2; i++)
      expect(() => schedule.step()).toThrow(/LambdaLR: lr of paramGroups\[0\] at epoch 2/);
    expect([schedule.lastEpoch, group(optimizer).lr]).toEqual([1, 1]);
    expect(() => schedule.loadStateDict({ lastEpoch: 5 })).toThrow(ChainruleError);
    expect(schedule.lastEpoch).toBe(1);
    expect(() => new optim.LambdaLR(optimizer, () => x as number)).toThrow(ChainruleError);
    new optim.StepLR(optimizer, 1).step();
    expect(group(optimizer).lr).toBeCloseTo(0.1, 12);
  });
});

describe("ReduceLROnPlateau", () => {
  const make = (options: optim.PlateauOptions = {}) => {
    const optimizer = sgd();
    return { optimizer, schedule: new optim.ReduceLROnPlateau(optimizer, { patience: 1, ...options }) };
  };
  const worst = { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY };

  it.each(["min", "max"] as const)(
    "mode %s: NaN and the worst there is are no improvement, what follows is",
    (mode) => {
      const sign = mode === "min" ? 1 : -1;
      for (const first of [Number.NaN, worst[mode]])
        for (const thresholdMode of ["rel", "abs"] as const) {
          const { optimizer, schedule } = make({ mode, thresholdMode });
          for (const metric of [first, 5, 4, 3, 2, 1, 0.5])
            schedule.step(sign * metric * (metric === first ? sign : 1));
          expect([schedule.best, group(optimizer).lr]).toEqual([sign * 0.5, 1]);
          schedule.step(Number.NaN);
          schedule.step(Number.NaN);
          expect([schedule.best, group(optimizer).lr]).toEqual([sign * 0.5, 0.1]);
        }
    },
  );

  it.each([Number.NaN, worst.min, worst.max, 0, -1])(
    "ReduceLROnPlateau continues from its state dict after the metric %s",
    (metric) => {
      const [a, b] = [make(), make()];
      a.schedule.step(metric);
      b.schedule.loadStateDict(a.schedule.stateDict());
      for (const next of [3, Number.NaN, 2, 2, 2, 1]) for (const { schedule } of [a, b]) schedule.step(next);
      expect(b.schedule.stateDict()).toEqual(a.schedule.stateDict());
      expect(group(b.optimizer).lr).toBe(group(a.optimizer).lr);
    },
  );

  it.each([undefined, null, "0.5", zeros([])])(
    "ReduceLROnPlateau throws for the metric %s and changes nothing",
    (metric) => {
      const { schedule } = make();
      const before = schedule.stateDict();
      expect(() => schedule.step(metric as never)).toThrow(/step: metric /);
      expect(schedule.stateDict()).toEqual(before);
    },
  );
});

it("loadStateDict of every schedule throws for epochs that are not integers ≥ 0", () => {
  for (const { make } of cases)
    for (const lastEpoch of [-1, 0.5, null, "1", Number.POSITIVE_INFINITY]) {
      const schedule: Scheduler = make(sgd());
      expect(() => schedule.loadStateDict({ lastEpoch } as never)).toThrow(/lastEpoch is/);
    }
});
