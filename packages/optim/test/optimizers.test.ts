import { Parameter, type Tensor, tensor } from "@chainrule/core";
import * as optim from "@chainrule/optim";
import { describe, expect, it } from "vitest";
import { textbook } from "./textbook.ts";

const classes: Readonly<Record<string, unknown>> = optim;

type Name = keyof typeof textbook;
type Options = Record<string, number | boolean | readonly number[]>;

const variants: readonly (readonly [Name, Options])[] = [
  ["SGD", { lr: 1e-3 }],
  ["SGD", { lr: 5e-4, momentum: 0.9 }],
  ["SGD", { lr: 5e-4, momentum: 0.9, dampening: 0.5 }],
  ["SGD", { lr: 5e-4, momentum: 0.9, nesterov: true }],
  ["Adam", {}],
  ["Adam", { lr: 0.05, betas: [0.8, 0.95], eps: 1e-4 }],
  ["Adam", { lr: 0.05, betas: [0, 0.5] }],
  ["Adam", { lr: 0.05, amsgrad: true, betas: [0.9, 0.5] }],
  ["AdamW", {}],
  ["AdamW", { lr: 0.05, weightDecay: 0.2, amsgrad: true }],
  ["Adamax", { lr: 0.05 }],
  ["Adamax", { lr: 0.05, eps: 0.01 }],
  ["NAdam", { lr: 0.05, momentumDecay: 0.1 }],
  ["NAdam", { lr: 0.05, eps: 0.01 }],
  ["RAdam", { lr: 1e-4, betas: [0.9, 0.99] }],
  ["RAdam", { lr: 1e-4, betas: [0.9, 0.99], eps: 0.01 }],
  ["RMSprop", {}],
  ["RMSprop", { eps: 0.01 }],
  ["RMSprop", { alpha: 0.5, momentum: 0.5 }],
  ["RMSprop", { alpha: 0.9, centered: true }],
  ["Adagrad", { lr: 0.1, lrDecay: 0.1, initialAccumulatorValue: 0.5 }],
  ["Adagrad", { lr: 0.1, eps: 0.01 }],
  ["Adadelta", { rho: 0.5, eps: 1e-4 }],
  ["ASGD", { lr: 1e-3, lambd: 0.1 }],
  ["Rprop", { lr: 0.05, etas: [0.6, 1.3], stepSizes: [1e-4, 0.2] }],
];

/** Objectives of two numbers, with their gradients by hand. */
const objectives = {
  quadratic: {
    f: (x: Tensor) =>
      x
        .square()
        .mul(tensor([1.5, 0.5]))
        .sum(),
    gradient: ([x, y]: readonly [number, number]) => [3 * x, y],
  },
  rosenbrock: {
    f: (x: Tensor) => {
      const [a, b] = [x.slice(0, 0, 1), x.slice(0, 1, 2)];
      return a.neg().add(1).square().add(b.sub(a.square()).square().mul(100)).sum();
    },
    gradient: ([x, y]: readonly [number, number]) => [
      -2 * (1 - x) - 400 * x * (y - x * x),
      200 * (y - x * x),
    ],
  },
};

const make = (name: Name, params: Iterable<Parameter>, options: Options): optim.Optimizer => {
  const Class = classes[name] as new (params: Iterable<Parameter>, options: Options) => optim.Optimizer;
  return new Class(params, options);
};

const label = (name: string, options: Options): string => `${name} ${JSON.stringify(options)}`;

describe.each(Object.entries(objectives))("on the %s function", (_, { f, gradient }) => {
  it.each(variants.map(([name, options]) => ({ name, options, title: label(name, options) })))(
    "$title follows its textbook equations",
    ({ name, options }) => {
      const p = new Parameter(tensor([-0.7, 1.3], { dtype: "float64" }));
      const optimizer = make(name, [p], options);
      const updates = [textbook[name](options as never), textbook[name](options as never)];
      let θ: [number, number] = [-0.7, 1.3];
      for (let t = 1; t <= 40; t++) {
        optimizer.zeroGrad();
        f(p).backward();
        optimizer.step();
        const g = gradient(θ);
        θ = θ.map((x, i) => updates[i]?.(x, g[i] as number, t)) as [number, number];
        const [x, y] = p.data();
        expect(x).toBeCloseTo(θ[0], 9);
        expect(y).toBeCloseTo(θ[1], 9);
      }
      expect(θ).not.toEqual([-0.7, 1.3]);
    },
  );
});

it("every exported optimizer has textbook equations and a variant", () => {
  const isOptimizer = (value: unknown) =>
    typeof value === "function" && value.prototype instanceof optim.Optimizer;
  const exported = Object.keys(optim).filter((name) => isOptimizer(classes[name]));
  expect(Object.keys(textbook).sort()).toEqual(exported.sort());
  expect([...new Set(variants.map(([name]) => name))].sort()).toEqual(exported.sort());
});

describe("what all optimizers share", () => {
  const names = [...new Set(variants.map(([name]) => name))];
  /** Values of a parameter over some steps with a fixed gradient rule. */
  const run = (name: Name, options: Options, gradient: (x: Tensor) => Tensor): number[] => {
    const p = new Parameter(tensor([0.5, -0.25], { dtype: "float64" }));
    const optimizer = make(name, [p], options);
    for (let t = 0; t < 5; t++) {
      p.grad = gradient(p.detach());
      optimizer.step();
    }
    return [...p.data()];
  };
  const slope = (x: Tensor): Tensor => x.mul(2).add(0.1);

  it.each(names)("%s: weightDecay λ adds λθ to the gradient", (name) => {
    const own = { weightDecay: 0.3, decoupledWeightDecay: false };
    expect(run(name, own, slope)).toEqual(run(name, { weightDecay: 0 }, (x) => slope(x).add(x.mul(0.3))));
  });

  it.each(names)("%s: maximize climbs along the gradient", (name) => {
    const none = { weightDecay: 0 };
    expect(run(name, { ...none, maximize: true }, slope)).toEqual(run(name, none, (x) => slope(x).neg()));
  });

  it.each(names)(
    "%s: decoupledWeightDecay scales the parameter by 1 − lr·λ and does not affect the state",
    (name) => {
      const p = new Parameter(tensor([0.5, -0.25], { dtype: "float64" }));
      const q = new Parameter(tensor([0.5, -0.25], { dtype: "float64" }).mul(1 - 0.1 * 0.3));
      const [plain, decayed] = [
        make(name, [q], { lr: 0.1, weightDecay: 0 }),
        make(name, [p], { lr: 0.1, weightDecay: 0.3, decoupledWeightDecay: true }),
      ];
      for (const x of [p, q]) x.grad = tensor([0.4, 2], { dtype: "float64" });
      for (const o of [plain, decayed]) o.step();
      expect(p.data()).toEqual(q.data());
    },
  );

  it.each(names)("%s: state and parameters keep the dtype of the parameter", (name) => {
    for (const dtype of ["float32", "float64"] as const) {
      const p = new Parameter(tensor([1, 2], { dtype }));
      const optimizer = make(name, [p], {});
      p.grad = tensor([1, -1], { dtype });
      optimizer.step();
      const { step, ...state } = optimizer.stateDict().state[0] as { step: number };
      expect(step).toBe(1);
      for (const t of Object.values(state) as Tensor[]) expect(t.dtype).toBe(dtype);
      expect(p.dtype).toBe(dtype);
    }
  });

  it("RMSprop with centered stays finite where the gradient never changes", () => {
    const p = new Parameter(tensor([1, 2, 3]));
    const optimizer = new optim.RMSprop([p], { centered: true, alpha: 0.5 });
    for (let t = 0; t < 60; t++) {
      p.grad = tensor([0.1, 0.3, 0.7]);
      optimizer.step();
    }
    expect([...p.data()].every(Number.isFinite)).toBe(true);
  });
});
