import { ChainruleError, compile, elementwise, Parameter, scalar, Tensor, tensor } from "@chainrule/core";
import { type Backend, interpreter, withBackend } from "@chainrule/core/testing";
import { Adam, clipGradNorm, NAdam, type OptimizerStateDict, optimizer, Rprop, SGD } from "@chainrule/optim";
import { describe, expect, it } from "vitest";

const cell = (...elements: number[]) => new Parameter(tensor(elements, { dtype: "float64" }));
const values = (...cells: Parameter[]): number[][] => cells.map((p) => [...p.data()]);

describe("reading after the step", () => {
  const { mul } = scalar;

  /** A square that counts how often it is computed. */
  function countedSquare() {
    let count = 0;
    const f = elementwise("countedSquare", {
      f: (x) => {
        count++;
        return mul(x, x);
      },
      d: (_y, x) => [mul(2, x)],
    });
    return { f, count: () => count };
  }

  it("the loss keeps its value from before the step, and everything is computed in one run", () => {
    let runs = 0;
    const counting = {
      name: "counting",
      prepare: (structure: Parameters<Backend["prepare"]>[0]) => {
        const { run } = interpreter.prepare(structure);
        return {
          run: (inputs: Parameters<typeof run>[0]) => {
            runs++;
            return run(inputs);
          },
        };
      },
    };
    withBackend(counting, () => {
      const [p, square] = [cell(3, 4), countedSquare()];
      const adam = new Adam([p], { lr: 0.5 });
      for (const expected of [25, 2.5 ** 2 + 3.5 ** 2]) {
        runs = 0;
        const before = square.count();
        adam.zeroGrad();
        const loss = square.f(p).sum();
        loss.backward();
        adam.step();
        expect(loss.item()).toBeCloseTo(expected, 6);
        expect(p.grad?.data()[0]).toBeCloseTo(expected === 25 ? 6 : 5, 6);
        p.data();
        expect(runs).toBe(1);
        expect(square.count() - before).toBe(1);
      }
    });
  });

  it("clipping between backward and step does not run the forward pass again", () => {
    withBackend(interpreter, () => {
      const [p, square] = [cell(3, 4), countedSquare()];
      const sgd = new SGD([p], { lr: 1 });
      const before = square.count();
      const loss = square.f(p).sum();
      loss.backward();
      const norm = clipGradNorm([p], 1);
      sgd.step();
      expect(loss.item()).toBe(25);
      expect(norm.item()).toBe(10);
      expect(values(p)[0]).toEqual([expect.closeTo(2.4, 6), expect.closeTo(3.2, 6)]);
      expect(square.count() - before).toBe(1);
    });
  });
});

describe("memory", () => {
  /** Number of nodes that these tensors keep alive. */
  function held(tensors: readonly Tensor[]): number {
    const seen = new Set(tensors.map((t) => t.node));
    for (const node of seen) for (const input of node.inputs) seen.add(input);
    return seen.size;
  }

  it("10,000 steps keep no history", { timeout: 60_000 }, () => {
    const p = cell(1, -2);
    const adam = new Adam([p], { amsgrad: true, weightDecay: 0.01 });
    const step = () => {
      adam.zeroGrad();
      p.square().sum().backward();
      adam.step();
    };
    const kept = () => {
      const { step: _, ...state } = adam.stateDict().state[0] as { step: number };
      return held([p, ...(Object.values(state) as Tensor[])]);
    };
    step();
    const nodes = kept();
    for (let t = 1; t < 10_000; t++) step();
    expect(kept()).toBe(nodes);
    expect(adam.stateDict().state[0]?.step).toBe(10_000);
  });

  it("optimizer state has no gradient, even where gradients have a graph", () => {
    const p = cell(1, 2);
    const adam = new Adam([p]);
    p.pow(3).sum().backward(undefined, { createGraph: true });
    expect(p.grad?.requiresGrad).toBe(true);
    adam.step();
    const { expAvg } = adam.stateDict().state[0] as unknown as { expAvg: Tensor };
    expect(expAvg.requiresGrad).toBe(false);
    expect(p.isLeaf).toBe(true);
  });
});

describe("groups", () => {
  it("a group has hyper-parameters of its own, and the optimizer's for the rest", () => {
    const [a, b] = [cell(1), cell(1)];
    const sgd = new SGD(
      [
        { params: a, lr: 0.5 },
        { params: [b], weightDecay: 1 },
      ],
      { lr: 0.1 },
    );
    for (const p of [a, b]) p.grad = tensor([1], { dtype: "float64" });
    sgd.step();
    expect(values(a, b)).toEqual([[0.5], [0.8]]);
  });

  it("a changed learning rate applies from the next step on", () => {
    const p = cell(0);
    const sgd = new SGD([p], { lr: 1 });
    p.grad = tensor([1], { dtype: "float64" });
    sgd.step();
    for (const group of sgd.paramGroups) group.lr = 0.25;
    sgd.step();
    expect(values(p)).toEqual([[-1.25]]);
  });

  it("a group can be added later", () => {
    const [a, b] = [cell(0), cell(0)];
    const sgd = new SGD([a], { lr: 1 });
    sgd.addParamGroup({ params: [b], lr: 2 });
    for (const p of [a, b]) p.grad = tensor([1], { dtype: "float64" });
    sgd.step();
    expect(values(a, b)).toEqual([[-1], [-2]]);
  });

  it("step skips a parameter without a gradient, its state and step count included", () => {
    const [a, b] = [cell(1), cell(1)];
    const adam = new Adam([a, b], { lr: 0.1 });
    a.grad = tensor([1], { dtype: "float64" });
    adam.step();
    adam.step();
    expect(values(b)).toEqual([[1]]);
    expect(adam.stateDict().state.map(({ step }) => step)).toEqual([2, 0]);
  });

  it("a frozen parameter gets no gradient and stays frozen when it is assigned to", () => {
    const p = cell(1);
    p.requiresGrad = false;
    p.assign(tensor([2], { dtype: "float64" }));
    expect(p.requiresGrad).toBe(false);
    expect(values(p)).toEqual([[2]]);
  });

  it("zeroGrad clears the gradients of all groups", () => {
    const [a, b] = [cell(1), cell(1)];
    const sgd = new SGD([{ params: a }, { params: b }]);
    a.add(b).sum().backward();
    sgd.zeroGrad();
    expect([a.grad, b.grad]).toEqual([null, null]);
  });
});

describe("a state dict", () => {
  const train = (p: Parameter, o: Adam | SGD | NAdam | Rprop, steps: number) => {
    for (let t = 0; t < steps; t++) {
      o.zeroGrad();
      p.sin().sum().backward();
      o.step();
    }
  };
  const makers = {
    SGD: (p: Parameter) => new SGD([p], { lr: 0.1, momentum: 0.9, dampening: 0.1 }),
    Adam: (p: Parameter) => new Adam([p], { lr: 0.1, amsgrad: true }),
    NAdam: (p: Parameter) => new NAdam([p], { lr: 0.1 }),
    Rprop: (p: Parameter) => new Rprop([p], { lr: 0.1 }),
  };

  it.each(Object.entries(makers))("%s continues from its state dict bit for bit", (_, make) => {
    const p = cell(0.3, -1);
    const o = make(p);
    train(p, o, 7);
    const q = new Parameter(p.detach());
    const copy = make(q);
    copy.loadStateDict(o.stateDict() as never);
    train(p, o, 7);
    train(q, copy, 7);
    expect(values(q)).toEqual(values(p));
  });

  it.each(Object.entries(makers))(
    "lets %s start anew from before its first step, and from one undone",
    (_, make) => {
      const p = cell(0.3, -1);
      const o = make(p);
      const before = o.stateDict();
      train(p, o, 3);
      const trained = values(p);
      p.assign(cell(0.3, -1).detach());
      o.loadStateDict(before as never);
      train(p, o, 3);
      expect(values(p)).toEqual(trained);

      const q = cell(0.3, -1);
      const failing = make(q);
      const fails = compile(() => {
        train(q, failing, 1);
        throw new Error("stop");
      });
      expect(fails).toThrow("stop");
      failing.loadStateDict(failing.stateDict() as never);
      train(q, failing, 3);
      expect(values(q)).toEqual(trained);
    },
  );

  it("a state dict contains the hyper-parameters", () => {
    const [p, q] = [cell(1), cell(1)];
    const saved = new Adam([p], { lr: 0.5, betas: [0.1, 0.2] }).stateDict();
    const adam = new Adam([q]);
    adam.loadStateDict(saved);
    expect(adam.paramGroups[0]?.lr).toBe(0.5);
    expect(adam.paramGroups[0]?.betas).toEqual([0.1, 0.2]);
    expect(adam.paramGroups[0]?.params[0]).toBe(q);
  });

  const good = () => {
    const p = cell(1, 2);
    const adam = new Adam([p]);
    train(p, adam, 2);
    return adam.stateDict() as unknown as {
      state: Record<string, unknown>[];
      paramGroups: Record<string, unknown>[];
    };
  };
  const [state, group] = [good().state[0], good().paramGroups[0]];
  const bad: Record<string, unknown> = {
    "no dict at all": undefined,
    "a missing state tensor": { ...good(), state: [{ step: 2, expAvg: state?.expAvg }] },
    "an unexpected state tensor": { ...good(), state: [{ ...state, other: state?.expAvg }] },
    "a state tensor of another shape": { ...good(), state: [{ ...state, expAvg: tensor([1]) }] },
    "a state tensor of integers": {
      ...good(),
      state: [{ ...state, expAvg: tensor([1, 2], { dtype: "int32" }) }],
    },
    "something that is no tensor": { ...good(), state: [{ ...state, expAvg: [1, 2] }] },
    "a step that is no number": { ...good(), state: [{ ...state, step: "2" }] },
    "a negative step": { ...good(), state: [{ ...state, step: -1 }] },
    "too few parameters": { ...good(), state: [] },
    "another number of groups": { ...good(), paramGroups: [group, group] },
    "a group with other parameters": { ...good(), paramGroups: [{ ...group, params: [0, 1] }] },
    "a missing hyper-parameter": { ...good(), paramGroups: [{ lr: 1, params: [0] }] },
    "an unexpected hyper-parameter": { ...good(), paramGroups: [{ ...group, momentum: 1 }] },
    "a hyper-parameter out of range": { ...good(), paramGroups: [{ ...group, lr: Number.NaN }] },
    "a good first and a bad second": { ...good(), state: [state, { step: 1 }] },
  };

  const plain = (_: string, x: unknown) => (x instanceof Tensor ? x.toArray() : x);

  it.each(Object.keys(bad))("loadStateDict throws for a dict with %s and loads nothing", (name) => {
    const p = cell(1, 2);
    const adam = new Adam([p], { lr: 0.25 });
    train(p, adam, 3);
    const before = JSON.stringify(adam.stateDict(), plain);
    expect(() => adam.loadStateDict(bad[name] as OptimizerStateDict<never>)).toThrow(ChainruleError);
    expect(JSON.stringify(adam.stateDict(), plain)).toBe(before);
  });
});

describe("bad input is refused", () => {
  const p = cell(1);
  const list = (x: unknown) => x as Iterable<Parameter>;
  const usedUp = [p].values();
  usedUp.next();
  it.each<[string, () => unknown, RegExp]>([
    [
      "a state that JSON.parse gave",
      () => {
        const adam = new Adam([p]);
        p.square().backward();
        adam.step();
        adam.loadStateDict(JSON.parse(JSON.stringify(adam.stateDict())));
      },
      /nothing was loaded\. Did you mean fromJSON\(dict\)\?/,
    ],
    ["a negative lr", () => new SGD([p], { lr: -0.1 }), /SGD: lr -0.1 must be a finite number ≥ 0/],
    ["lr NaN", () => new Adam([p], { lr: Number.NaN }), /Adam: lr NaN must be a finite number ≥ 0/],
    ["an infinite lr", () => new Adam([p], { lr: Number.POSITIVE_INFINITY }), /Adam: lr Infinity/],
    ["lr as text", () => new Adam([p], { lr: "0.1" as never }), /Adam: lr "0.1" must be a number/],
    ["β₁ = 1", () => new Adam([p], { betas: [1, 0.9] }), /Adam: betas\[0\] 1 must be in \[0, 1\)/],
    ["a negative β₂", () => new Adam([p], { betas: [0.9, -1] }), /Adam: betas\[1\] -1/],
    ["one beta", () => new Adam([p], { betas: [0.9] as never }), /betas 0.9 must be a list of 2 numbers/],
    [
      "a negative λ",
      () => new SGD([p], { weightDecay: -1 }),
      /SGD: weightDecay -1 must be a finite number ≥ 0/,
    ],
    [
      "a switch that is no switch",
      () => new SGD([p], { maximize: 1 as never }),
      /maximize 1 must be true or false/,
    ],
    ["an unknown option", () => new SGD([p], { learningRate: 1 } as never), /no option learningRate; .* lr,/],
    ["nesterov without momentum", () => new SGD([p], { nesterov: true }), /nesterov needs momentum > 0/],
    ["no parameters", () => new SGD([]), /the list of parameters is empty/],
    ["a used-up iterator", () => new SGD(usedUp), /the list of parameters is empty/],
    [
      "a tensor",
      () => new SGD([tensor([1])] as never),
      /params\[0\] is a tensor that is not a Parameter.*new Parameter/,
    ],
    ["a bare tensor", () => new SGD(tensor([1]) as never), /Did you mean model.parameters\(\)\?/],
    ["a model", () => new SGD(list({ parameters: () => [p] })), /Did you mean model.parameters\(\)\?/],
    ["nothing", () => new SGD(list(undefined)), /SGD: params is missing/],
    ["a parameter twice", () => new SGD([p, p]), /the parameter float64\[1\] comes twice/],
    ["a parameter in two groups", () => new SGD([{ params: p }, { params: p }]), /comes twice/],
    ["a bad group", () => new SGD([{ params: p, lr: -1 }]), /SGD: lr -1/],
  ])("%s", (_, make, message) => {
    expect(make).toThrow(ChainruleError);
    expect(make).toThrow(message);
  });

  it("addParamGroup does not add a group for which it throws", () => {
    const sgd = new SGD([p]);
    expect(() => sgd.addParamGroup({ params: [cell(2), p] })).toThrow(ChainruleError);
    expect(sgd.paramGroups).toHaveLength(1);
  });

  it("step changes no parameter where the learning rate is NaN or a gradient does not fit", () => {
    const [a, b] = [cell(1), cell(2)];
    const sgd = new SGD([{ params: a }, { params: b }], { lr: 1 });
    a.grad = tensor([1], { dtype: "float64" });
    for (const gradient of [tensor([1, 1], { dtype: "float64" }), tensor([1])]) {
      b.grad = gradient;
      expect(() => sgd.step()).toThrow(/the gradient is .* and its parameter float64\[1\]/);
    }
    b.grad = null;
    Object.assign(sgd.paramGroups[1] ?? {}, { lr: Number.NaN });
    expect(() => sgd.step()).toThrow(/lr NaN/);
    expect(values(a, b)).toEqual([[1], [2]]);
    expect(sgd.stateDict().state).toEqual([{ step: 0 }, { step: 0 }]);
  });
});

describe("an optimizer of one's own", () => {
  it("optimizer() makes a class of a rule", () => {
    class SignSGD extends optimizer({
      name: "SignSGD",
      defaults: { lr: 0.1 },
      init: () => ({}),
      coefficients: ({ lr }) => ({ α: lr }),
      update: (p, g, state, { α }) => ({ p: p.sub(g.sign().mul(α)), state }),
    }) {}
    const p = cell(1, -1);
    const mine = new SignSGD([p], { lr: 0.5 });
    p.square().sum().backward();
    mine.step();
    expect(values(p)).toEqual([[0.5, -0.5]]);
  });
});
