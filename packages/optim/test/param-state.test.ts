import { compile, Parameter, type Tensor, tensor } from "@chainrule/core";
import * as optim from "@chainrule/optim";
import { Optimizer } from "@chainrule/optim";
import { describe, expect, it } from "vitest";
import { textbook } from "./textbook.ts";

type Hyper = Record<string, unknown>;
type Make = (params: Iterable<Parameter>, options?: object) => Optimizer;

/** Every optimizer that is exported. */
const optimizers = Object.entries(optim as Record<string, unknown>).flatMap(
  ([name, value]): [string, Make][] =>
    typeof value === "function" && value.prototype instanceof Optimizer
      ? [[name, (params, options) => new (value as new (...args: unknown[]) => Optimizer)(params, options)]]
      : [],
);

const cell = (dtype: "float32" | "float64" = "float64") => new Parameter(tensor([0.7, -1.3], { dtype }));
const hyperOf = (optimizer: Optimizer) => optimizer.paramGroups[0] as unknown as Hyper;

/** Hyper-parameters that can be turned on, as ones that are off, with a value to which they are turned. */
const toggles = optimizers.flatMap(([name, make]) =>
  Object.entries(hyperOf(make([cell()])))
    .filter(([, value]) => typeof value === "boolean" || value === 0)
    .map(([key, value]) => ({ name, make, key, off: value, on: value === 0 ? 0.5 : !value })),
);

/** Nesterov's momentum needs a momentum beside it. */
const optionsFor = (key: string) => (key === "nesterov" ? { lr: 0.05, momentum: 0.9 } : { lr: 0.05 });

function train(p: Parameter, optimizer: Optimizer, steps: number): void {
  for (let t = 0; t < steps; t++) {
    optimizer.zeroGrad();
    p.sin().sum().backward();
    optimizer.step();
  }
}

/** All that an optimizer keeps, as plain data. */
const stateOf = (optimizer: Optimizer) =>
  optimizer
    .stateDict()
    .state.map((entry) =>
      Object.entries(entry).map(([name, x]) => [name, typeof x === "number" ? x : [...(x as Tensor).data()]]),
    );

it("each of the eleven optimizers has flags", () => {
  expect(optimizers).toHaveLength(11);
  expect(new Set(toggles.map(({ name }) => name)).size).toBe(11);
});

describe.each(toggles)("$name whose $key is turned to $on after two steps", ({ make, key, off, on }) => {
  const options = optionsFor(key);

  it("the optimizer continues from its state dict, before the next step and after it", () => {
    const p = cell();
    const optimizer = make([p], options);
    train(p, optimizer, 2);
    hyperOf(optimizer)[key] = on;
    for (let round = 0; round < 2; round++) {
      const q = new Parameter(p.detach());
      const copy = make([q], options);
      copy.loadStateDict(optimizer.stateDict());
      train(p, optimizer, 2);
      train(q, copy, 2);
      expect(q.toArray()).toEqual(p.toArray());
      expect(stateOf(copy)).toEqual(stateOf(optimizer));
    }
  });

  it("the compiled step does the same", () => {
    const [p, q] = [cell(), cell()];
    const [eager, compiled] = [make([p], options), make([q], options)];
    const step = compile(() => train(q, compiled, 1));
    for (let t = 0; t < 6; t++) {
      if (t === 2) for (const one of [eager, compiled]) hyperOf(one)[key] = on;
      if (t === 4) for (const one of [eager, compiled]) hyperOf(one)[key] = off;
      train(p, eager, 1);
      step();
      expect(q.toArray()).toEqual(p.toArray());
      expect(stateOf(compiled)).toEqual(stateOf(eager));
    }
  });
});

/** Switches of one optimizer, as the equations in the textbook have them. */
const own = toggles.filter(({ key }) => !["weightDecay", "decoupledWeightDecay", "maximize"].includes(key));

it.each(own)(
  "$name follows its equations while $key is $off, $on, $off and $on",
  ({ name, make, key, off, on }) => {
    const p = cell();
    const options = optionsFor(key);
    const optimizer = make([p], options);
    const live: Hyper = { ...options };
    const updates = [0, 1].map(() => textbook[name as keyof typeof textbook](live as never));
    let θ = [0.7, -1.3];
    for (let t = 1; t <= 12; t++) {
      const value = Math.floor((t - 1) / 3) % 2 === 1 ? on : off;
      hyperOf(optimizer)[key] = value;
      live[key] = value;
      train(p, optimizer, 1);
      θ = θ.map((x, i) => updates[i]?.(x, Math.cos(x), t) as number);
      p.data().forEach((x, i) => {
        expect(x).toBeCloseTo(θ[i] as number, 9);
      });
    }
  },
);

describe.each(optimizers)("%s", (name, make) => {
  it("optimizer state follows the dtype of its parameters", () => {
    const [p, q] = [cell("float32"), cell("float32")];
    const [optimizer, copy] = [make([p], { lr: 0.05 }), make([q], { lr: 0.05 })];
    train(p, optimizer, 2);
    const saved = optimizer.stateDict();
    q.assign(p.detach());
    for (const x of [p, q]) x.convert("float64");
    copy.loadStateDict(saved);
    const updates = [0, 1].map(() => textbook[name as keyof typeof textbook]({ lr: 0.05 } as never));
    let θ = [0.7, -1.3];
    for (const t of [1, 2, 3, 4]) θ = θ.map((x, i) => updates[i]?.(x, Math.cos(x), t) as number);
    train(p, optimizer, 2);
    train(q, copy, 2);
    expect(p.dtype).toBe("float64");
    expect(q.toArray()).toEqual(p.toArray());
    p.data().forEach((x, i) => {
      expect(x).toBeCloseTo(θ[i] as number, 5);
    });
    const { step, ...state } = optimizer.stateDict().state[0] as { step: number };
    expect(step).toBe(4);
    for (const t of Object.values(state) as Tensor[]) expect(t.dtype).toBe("float64");
    optimizer.loadStateDict(optimizer.stateDict());
  });

  it("a step that fails when it is evaluated changes nothing", () => {
    const [p, other] = [cell(), cell()];
    const optimizer = make([p, other], { lr: 0.05 });
    train(p, optimizer, 2);
    const before = [p.toArray(), other.toArray(), stateOf(optimizer)];
    const places = tensor([0, 9], { dtype: "int32" }).add(0);
    optimizer.zeroGrad();
    p.square().sum().add(other.gather(0, places).sum()).backward();
    expect(() => optimizer.step()).toThrow(/index 9 is out of range/);
    optimizer.zeroGrad();
    expect([p.toArray(), other.toArray(), stateOf(optimizer)]).toEqual(before);
    const q = new Parameter(p.detach());
    const copy = make([q, cell()], { lr: 0.05 });
    copy.loadStateDict(optimizer.stateDict());
    train(p, optimizer, 1);
    train(q, copy, 1);
    expect(p.toArray()).toEqual(q.toArray());
  });

  it("a compiled step updates a group that was added after it was traced", () => {
    const [p, late] = [cell(), cell()];
    const optimizer = make([p], { lr: 0.05 });
    const step = compile(() => {
      optimizer.zeroGrad();
      p.sin().add(late.sin()).sum().backward();
      optimizer.step();
    });
    step();
    optimizer.addParamGroup({ params: late });
    step();
    expect(late.toArray()).not.toEqual([0.7, -1.3]);
  });
});

it("step throws for an update of another shape and changes nothing", () => {
  class Mine extends optim.optimizer({
    name: "Mine",
    defaults: {},
    init: () => ({}),
    coefficients: ({ lr }) => ({ α: lr }),
    update: (p, g, state, { α }) => ({ p: p.sub(g.mul(α)).sum(), state }),
  }) {}
  const p = cell();
  p.sum().backward();
  expect(() => new Mine([p]).step()).toThrow(
    "Mine: update gives float64[] for the parameter, which is float64[2]",
  );
  expect(p.toArray()).toEqual([0.7, -1.3]);
});
